import pytest

from notifier.adapters.webhook_addresses import WebhookAddressNotAllowed, is_public, target_of

PRIVATE = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",  # noqa: S104
    "255.255.255.255", "192.0.2.1", "198.18.0.1", "240.0.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1",
    "fd12::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1", "64:ff9b:1::1",
    "2001:0:7f00:1::", "2001:db8::1", "fec0::1",
]  # fmt: skip
PUBLIC = ["8.8.8.8", "161.185.160.93", "2606:4700:4700::1111", "::ffff:8.8.8.8"]


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_leads_inwards_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_an_ordinary_address_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.org/x",
        "ftp://hooks.example.org/x",
        "file:///etc/passwd",
        "https:///x",
        "https://user:secret@hooks.example.org/",
        "https://hooks.example.org:99999/",
        "https://[::1/",
        "hooks.example.org",
    ],
)
def test_only_plain_https_urls_are_called(url: str) -> None:
    with pytest.raises(WebhookAddressNotAllowed):
        target_of(url, allow_private=False)


def test_the_call_goes_to_the_checked_address_in_the_name_of_the_host() -> None:
    target = target_of("https://hooks.example.org/in?team=7#part", allow_private=False)
    assert target.at("8.8.8.8") == "https://8.8.8.8:443/in?team=7"
    assert target.at("2606:4700::1") == "https://[2606:4700::1]:443/in?team=7"
    assert target.host_header == "hooks.example.org"


def test_a_port_of_its_own_is_kept_in_the_host_header() -> None:
    target = target_of("http://[::1]:8081", allow_private=True)
    assert target.host_header == "[::1]:8081"
    assert target.at("::1") == "http://[::1]:8081/"
