"""A browser that signs in to a running line as one of its practice people."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from tests.support.running_line import RunningLine


@contextmanager
def signed_in(line: RunningLine, email: str) -> Iterator[httpx.Client]:
    """Open a browser and sign in."""
    people = json.loads((line.home / "keys" / "practice_people.json").read_text())["people"]
    password = next(row["password"] for row in people if row["email"] == email)
    with httpx.Client(base_url=line.addresses.portal_url, follow_redirects=True, trust_env=False) as browser:
        send(browser, "/sign-in", email=email, password=password).raise_for_status()
        yield browser


def send(browser: httpx.Client, path: str, *, form_on: str | None = None, **fields: object) -> httpx.Response:
    """Fill in the form that a page shows, and send it."""
    token = csrf(browser.get(form_on or path).text)
    return browser.post(path, data={**fields, "csrf_token": token})


def csrf(page: str) -> str:
    """Return the token in a page's form."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found is not None
    return found[1]
