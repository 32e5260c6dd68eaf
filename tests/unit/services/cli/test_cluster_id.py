from services.cli.local_kafka import new_cluster_id


def test_a_cluster_id_is_never_taken_for_an_option() -> None:
    ids = {new_cluster_id() for _ in range(5_000)}
    assert len(ids) == 5_000
    assert not [one for one in ids if one.startswith("-") or len(one) != 22]
