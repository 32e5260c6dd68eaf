import pytest

from services.portal.webhook_addresses import ADDRESS_PRIVATE, ADDRESS_WRONG, why_no_webhook


@pytest.mark.parametrize(
    "url", ["https://hooks.example.org/snapshot", "https://example.org:8443/a?b=c", "https://8.8.8.8/"]
)
def test_a_public_https_address_is_taken(url: str) -> None:
    assert why_no_webhook(url, practice_mode=False) is None


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.org/hook",
        "http://example.org/hook",
        "ftp://example.org/hook",
        "javascript:alert(1)",
        "https://user:secret@example.org/",
        "https://example.org/#part",
        "https://example.org/\nX-Header: 1",
        "https://[not-an-address/",
        "https://example.org:99999999/",
        "https:///path",
        "https://example.org/" + "a" * 500,
    ],
)
def test_anything_but_a_plain_https_address_is_not_taken(url: str) -> None:
    assert why_no_webhook(url, practice_mode=False) == ADDRESS_WRONG


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/hook",
        "https://10.1.2.3/",
        "https://192.168.0.10/",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/",
        "https://[fd00::1]/",
        "https://localhost/",
        "https://register.internal/",
        "https://printer.local/",
    ],
)
def test_an_address_inside_a_private_network_is_not_taken(url: str) -> None:
    assert why_no_webhook(url, practice_mode=False) == ADDRESS_PRIVATE


def test_practice_mode_lets_a_webhook_call_this_machine_and_nothing_else() -> None:
    assert why_no_webhook("http://127.0.0.1:9099/hook", practice_mode=True) is None
    assert why_no_webhook("http://10.1.2.3/hook", practice_mode=True) == ADDRESS_WRONG
    assert why_no_webhook("https://10.1.2.3/hook", practice_mode=True) == ADDRESS_PRIVATE
