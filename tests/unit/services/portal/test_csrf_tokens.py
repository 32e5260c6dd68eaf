from services.portal.csrf import new_secret, token_for


def test_a_token_belongs_to_one_browser() -> None:
    first, second = new_secret(), new_secret()
    assert token_for(first) == token_for(first)
    assert token_for(first) != token_for(second)
    assert first not in token_for(first)
