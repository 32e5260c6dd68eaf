import pytest

from services.portal.local_paths import local_path


@pytest.mark.parametrize("path", ["/", "/consents", "/consents/6d3f0a52-5d0b-5c57-9c6c-1f2d8f4b7a10/timeline"])
def test_a_path_of_this_site_is_kept(path: str) -> None:
    assert local_path(path) == path


@pytest.mark.parametrize(
    "given",
    [
        "",
        "//evil.example",
        "/\\evil.example",
        "https://evil.example/",
        "javascript:alert(1)",
        "/consents?token=1",
        "/a\r\nSet-Cookie: x=1",
        "consents",
        "/%2F/evil.example",
    ],
)
def test_anything_that_could_lead_elsewhere_becomes_the_start_page(given: str) -> None:
    assert local_path(given) == "/"
