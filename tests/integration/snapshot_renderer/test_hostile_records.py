"""What a record or an organization's name holds is shown letter by letter: nothing is fetched, read or run."""

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from schemas.values import Language, Party
from snapshot_renderer.adapters.page_maker import make_both
from snapshot_renderer.rules.page_content import PageRequest
from snapshot_renderer.rules.page_model import MadePage
from snapshot_renderer.samples.made_up_cases import minimal, typical
from tests.support.loopback_http import QuietHandler, serving
from tests.support.page_texts import read_html, read_pdf

pytestmark = pytest.mark.filterwarnings("ignore:unclosed file.*sRGB2014:ResourceWarning")

FETCHING = (
    '<img src="{0}/img"/>',
    '<link rel="stylesheet" href="{0}/css"/>',
    "<style>@import url({0}/imp);</style>",
    "<style>body{{background:url({0}/bg)}}</style>",
    "<style>@font-face{{font-family:x;src:url({0}/f)}}*{{font-family:x}}</style>",
    '<svg><image href="{0}/svg"/></svg>',
    '<svg><use href="{0}/use#a"/></svg>',
    '<object data="{0}/obj"></object>',
    '<embed src="{0}/emb"/>',
    '<iframe src="{0}/frame"></iframe>',
    '<a rel="attachment" href="{0}/att">x</a>',
    '<link rel="attachment" href="{0}/att2"/>',
    '<p style="background:url({0}/st)">x</p>',
    '<input type="image" src="{0}/in"/>',
    '<ul style="list-style:url({0}/li)"><li>x</li></ul>',
    '<base href="{0}/"/><img src="b"/>',
    '<meta http-equiv="refresh" content="0;url={0}/r"/>',
    '<video poster="{0}/v"></video>',
    '<picture><source srcset="{0}/p"/></picture>',
    "<?xml-stylesheet href='{0}/x'?>",
    '<!DOCTYPE a [<!ENTITY e SYSTEM "{0}/e">]>&e;',
)
"""The ways a page can ask for something, each for an address on this machine and for a file."""

RUNNING = (
    *("{{7*7}}", "{{ ''.__class__.__mro__ }}", "{% for x in range(9) %}x{% endfor %}", "{% include '/etc/passwd' %}"),
    *("${7*7}", "#{7*7}", "<%= 7*7 %>", "{{config}}", "{#gone#}", "{{self.__init__.__globals__}}", "%(name)s", "{0}"),
    *("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</h1></body></html>", "<!--", "-->", "]]>"),
    *("<![CDATA[", "&lt;b&gt;&amp;", "'\"><svg onload=alert(1)>", "<a href='javascript:alert(1)'>x</a>", "{name}"),
    *("</style><style>*{display:none}", "</title><b>x", "<br/><br/><br/>", "&#60;b&#62;", "\\0\\n\\u003c"),
    *("`id`", "$(id)", "; drop table consents;--"),
)
"""What a template, a browser, a style sheet, a format string or a shell would take for an instruction."""

each_version = pytest.mark.parametrize(
    ("party", "language"), [(party, language) for party in Party for language in Language]
)


@dataclass
class Watched:
    """What this process did meanwhile."""

    on: bool = False
    connected: list[str] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)
    started: list[str] = field(default_factory=list)


WATCHED = Watched()


def _watch(name: str, arguments: tuple[Any, ...]) -> None:
    if not WATCHED.on:
        return
    if name in {"socket.connect", "socket.getaddrinfo", "urllib.Request", "http.client.connect"}:
        WATCHED.connected.append(repr(arguments))
    elif name == "open":
        WATCHED.opened.append(str(arguments[0]))
    elif name in {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn"}:
        WATCHED.started.append(repr(arguments))


@pytest.fixture(scope="module", autouse=True)
def hook() -> None:
    """Python cannot take an audit hook away again; this one looks at nothing unless it is told to."""
    make_both(typical(Party.CUSTODIAL), Language.ENGLISH)  # what is read once, is read now
    sys.addaudithook(_watch)


@contextmanager
def watching() -> Iterator[Watched]:
    WATCHED.connected, WATCHED.opened, WATCHED.started, WATCHED.on = [], [], [], True
    try:
        yield WATCHED
    finally:
        WATCHED.on = False


@pytest.fixture(scope="module")
def asked() -> Iterator[tuple[str, list[str]]]:
    """An address on this machine, and the paths that anybody asked it for."""
    paths: list[str] = []

    class Handler(QuietHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_error(404)

    with serving(Handler) as port:
        yield f"http://127.0.0.1:{port}", paths


def holding(name: str, county: str, organization: str, party: Party) -> PageRequest:
    """Return a case with these texts in every field that takes free text."""
    request = minimal(party)
    return replace(
        request,
        case=request.case.model_copy(update={"parent_name": name, "county": county}),
        organization_name=organization,
    )


def in_each_field(texts: tuple[str, ...]) -> Iterator[tuple[str, str, str]]:
    """Yield three texts at a time, so that each of them is in each field once."""
    for number in range(len(texts)):
        yield texts[number], texts[number - 1], texts[number - 2]


def shown(made: MadePage) -> tuple[str, str]:
    """Return the paper's and the web page's text without spaces: a line ends where there is room."""
    return "".join(read_pdf(made.pdf).split()), "".join(read_html(made.twin).prose.split())


@each_version
def test_no_field_of_a_case_makes_the_renderer_ask_for_anything(
    party: Party, language: Language, asked: tuple[str, list[str]], tmp_path: Path
) -> None:
    address, paths = asked
    secret = tmp_path / "secret"
    secret.write_text("CANARY-OF-A-FILE")
    web = tuple(text.format(address) for text in FETCHING)
    local = tuple(text.format(f"file://{secret}") for text in FETCHING)
    for texts in in_each_field(web if language is Language.ENGLISH else local):
        with watching() as seen:
            made = make_both(holding(*texts, party), language)
        assert (seen.connected, seen.started) == ([], [])
        assert not [path for path in seen.opened if str(tmp_path) in path]
        assert b"CANARY-OF-A-FILE" not in made.pdf + made.twin
        for page in shown(made):
            assert [text for text in texts if "".join(text.split()) not in page] == []
    assert paths == []


def test_the_watch_sees_a_request_and_a_file(asked: tuple[str, list[str]], tmp_path: Path) -> None:
    import urllib.request  # noqa: PLC0415 - only here something is asked for

    (tmp_path / "a").write_text("x")
    with watching() as seen:
        (tmp_path / "a").read_text()
        with pytest.raises(OSError, match="404"):
            urllib.request.urlopen(f"{asked[0]}/seen")  # noqa: S310 - the server of this test
    assert seen.connected
    assert str(tmp_path / "a") in seen.opened
    assert asked[1].pop() == "/seen"


@each_version
def test_what_looks_like_an_instruction_is_shown_letter_by_letter_on_one_page(party: Party, language: Language) -> None:
    whole = (party, language) == (Party.NONCUSTODIAL, Language.ENGLISH)
    for texts in list(in_each_field(RUNNING))[:: 1 if whole else 3]:  # each in each field, or each in one of them
        made = make_both(holding(*texts, party), language)
        for page in shown(made):
            assert [text for text in texts if "".join(text.split()) not in page] == []
        assert len(PdfReader(io.BytesIO(made.pdf)).pages) == 1
