"""Show caught e-mails: a plain page, JSON, and the files themselves."""

import re
from collections.abc import Awaitable, Callable
from html import escape

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from services.mail_catcher.mailbox import CaughtMail, Mailbox, NoSuchMail

SAFE_HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
}

STYLE = """
body { margin: 0; color: #1b1b1b; background: #fff; font: 16px/1.6 "Public Sans", system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem; }
h1, h2 { color: #162e51; }
h1 { font-size: 1.5rem; }
.warning { border-left: 0.5rem solid #ffbe2e; background: #faf3d1; padding: 0.75rem 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: 0.5rem; border-bottom: 1px solid #dfe1e2; vertical-align: top; }
td:last-child { white-space: nowrap; }
tbody tr:hover { background: #f0f4f8; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; border: 1px solid #dfe1e2; padding: 1rem; }
a { color: #005ea2; }
a:focus, button:focus { outline: 0.25rem solid #2491ff; }
button { font: inherit; padding: 0.5rem 1rem; border: 2px solid #b50909; color: #b50909; background: #fff; }
"""

WARNING = "For practice only. This page shows every e-mail to anybody who opens it, and no e-mail leaves this machine."

_ADDRESS = re.compile(r"https?://[^\s<>\"]+")

Handler = Callable[[Request], Awaitable[Response]]


def application(mailbox: Mailbox) -> Starlette:
    """Return the web application over a mailbox."""

    async def show_list(_request: Request) -> Response:
        return _page("Caught e-mail", _list(mailbox.newest_first()))

    async def as_json(_request: Request) -> Response:
        return JSONResponse({"messages": [_summary(mail) for mail in mailbox.newest_first()]}, headers=SAFE_HEADERS)

    async def show_one(request: Request) -> Response:
        number = request.path_params["number"]
        return _page("Caught e-mail", _one(mailbox.summary(number), mailbox.text(number)))

    async def file(request: Request) -> Response:
        content = mailbox.content(request.path_params["number"])
        return Response(content, media_type="message/rfc822", headers=SAFE_HEADERS)

    async def delete_all(request: Request) -> Response:
        if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
            return Response("not from another site", status_code=403)
        mailbox.clear()
        return Response(status_code=204) if request.method == "DELETE" else RedirectResponse("/", status_code=303)

    return Starlette(
        routes=[
            Route("/", show_list),
            Route("/messages.json", as_json),
            Route("/messages/{number:int}.eml", file),
            Route("/messages/{number:int}", show_one),
            Route("/messages", delete_all, methods=["DELETE"]),
            Route("/delete-all", delete_all, methods=["POST"]),
            Route("/style.css", _style),
        ],
        exception_handlers={NoSuchMail: _no_such_mail},
    )


async def _style(_request: Request) -> Response:
    return Response(STYLE, media_type="text/css", headers=SAFE_HEADERS)


async def _no_such_mail(_request: Request, _error: Exception) -> Response:
    return _page("No such e-mail", '<p>It was deleted. <a href="/">All e-mail</a></p>', status=404)


def _summary(mail: CaughtMail) -> dict[str, object]:
    return {
        "number": mail.number,
        "from": mail.sender,
        "to": mail.to,
        "subject": mail.subject,
        "message_id": mail.message_id,
        "received_at": mail.received_at.isoformat(),
    }


def _list(mails: list[CaughtMail]) -> str:
    if not mails:
        return "<p>No e-mail yet. Reload the page to look again.</p>"
    rows = "".join(
        f'<tr><td><a href="/messages/{mail.number}">{escape(mail.subject or "(no subject)")}</a></td>'
        f"<td>{escape(mail.to)}</td><td>{mail.received_at:%Y-%m-%d %H:%M:%S} UTC</td></tr>"
        for mail in mails
    )
    headings = "".join(f'<th scope="col">{heading}</th>' for heading in ("Subject", "To", "Received"))
    button = '<form method="post" action="/delete-all"><p><button>Delete all</button></p></form>'
    return f"<table><thead><tr>{headings}</tr></thead><tbody>{rows}</tbody></table>{button}"


def _one(mail: CaughtMail, text: str) -> str:
    return (
        f'<p><a href="/">All e-mail</a> · <a href="/messages/{mail.number}.eml">The file (.eml)</a></p>'
        f"<h2>{escape(mail.subject)}</h2><p>From {escape(mail.sender)}<br>To {escape(mail.to)}<br>"
        f"{mail.received_at:%Y-%m-%d %H:%M:%S} UTC</p><pre>{_with_links(text)}</pre>"
    )


def _with_links(text: str) -> str:
    """Escape text, and make the addresses in it links."""
    parts: list[str] = []
    end = 0
    for found in _ADDRESS.finditer(text):
        address = escape(found.group())
        parts += [escape(text[end : found.start()]), f'<a rel="noreferrer" href="{address}">{address}</a>']
        end = found.end()
    return "".join([*parts, escape(text[end:])])


def _page(title: str, body: str, *, status: int = 200) -> Response:
    content = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/style.css"></head>'
        f'<body><main><h1>{title}</h1><p class="warning">{WARNING}</p>{body}</main></body></html>'
    )
    return HTMLResponse(content, status_code=status, headers=SAFE_HEADERS)
