"""The words of an e-mail. It holds a reference, what happened, what to do and a link that needs a sign-in.

Never a name, a case number, an amount or a file name: this module is given none, so it can't print one. The English
sentences below are the message ids of ``notifier/po/es.po``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from gettext import NullTranslations
from html import escape
from urllib.parse import quote
from uuid import UUID

from notifier.rules.kinds import CARRIES_TOKEN, Kind
from schemas.values import Language

REFERENCE_LENGTH = 8
"""Characters of a consent's id that people use as its reference: the first group of the UUID."""


@dataclass(frozen=True)
class Facts:
    """All that a message may say.

    Attributes:
        kind: what happened.
        language: of the reader.
        portal_url: public address of the portal, without trailing slash.
        consent_id: of the consent it is about, if any.
        reasons: sentences of the reason codes, in the reader's language.
        token: one-time token of an invitation or a reset, which becomes part of its link.
        links: title and address of each resource.
    """

    kind: Kind
    language: Language
    portal_url: str
    consent_id: UUID | None = None
    reasons: tuple[str, ...] = ()
    token: str | None = None
    links: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class MessageText:
    """A message ready for its envelope: a subject line, and the same content as text and as HTML."""

    language: Language
    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class _Template:
    subject: str
    paragraphs: tuple[str, ...]
    page: str | None = None
    button: str | None = None


PRODUCT = "Child Support Snapshot"
SIGNED_IN_ONLY = "You have to sign in to see it. Do not reply to this e-mail."
NO_REPLY = "Do not reply to this e-mail."
REFERENCE = "Reference: {reference}"

OPEN_TO_ALL = CARRIES_TOKEN | {Kind.PASSWORD_CHANGED}
"""Kinds whose link needs no sign-in."""

TEMPLATES: Mapping[Kind, _Template] = {
    Kind.SNAPSHOT_READY: _Template(
        "Child Support Snapshot: the page is ready ({reference})",
        (
            "The one-page report for a consent that your organization uploaded is ready.",
            "Open it in the portal and go over it with the parent.",
        ),
        "/consents/{consent}",
        "Open the report",
    ),
    Kind.CONSENT_REJECTED: _Template(
        "Child Support Snapshot: please send a new form ({reference})",
        ("We could not accept a consent form that your organization uploaded.",),
        "/consents/{consent}",
        "See what to do",
    ),
    Kind.CONSENT_IN_REVIEW: _Template(
        "Child Support Snapshot: a person is looking at the form ({reference})",
        (
            "A person at the agency has to look at a consent form that your organization uploaded.",
            "You do not need to do anything now. We will write to you when there is a decision.",
        ),
        "/consents/{consent}",
        "See where it stands",
    ),
    Kind.REVIEW_WAITING: _Template(
        "Child Support Snapshot: a form waits for review ({reference})",
        ("A consent form waits for a reviewer.",),
        "/review/{consent}",
        "Open the form",
    ),
    Kind.CASE_IN_REVIEW: _Template(
        "Child Support Snapshot: no report yet ({reference})",
        (
            "The form is in order, and we could not make a report from the case record yet.",
            "You do not need to do anything now. We will write to you when the report is ready.",
        ),
        "/consents/{consent}",
        "See where it stands",
    ),
    Kind.CASE_REVIEW_WAITING: _Template(
        "Child Support Snapshot: a case record waits for review ({reference})",
        ("A case record can not be shown as it is. A reviewer has to have it mended.",),
        "/review/cases",
        "Open the list",
    ),
    Kind.CASE_REFUSED: _Template(
        "Child Support Snapshot: no report for now ({reference})",
        ("We could not make a report for a consent that your organization uploaded.",),
        "/consents/{consent}",
        "See what to do",
    ),
    Kind.SNAPSHOT_REFUSED: _Template(
        "Child Support Snapshot: no report for now ({reference})",
        ("We could not make a report for a consent that your organization uploaded.",),
        "/consents/{consent}",
        "See what to do",
    ),
    Kind.CONSENT_REVOKED: _Template(
        "Child Support Snapshot: a consent was taken back ({reference})",
        (
            "A consent that your organization uploaded was taken back. Its report can no longer be opened.",
            "Stop using the report now, and destroy every printed or saved copy.",
        ),
        "/consents/{consent}",
        "See the consent",
    ),
    Kind.INVITATION: _Template(
        "Child Support Snapshot: your invitation",
        (
            "You are invited to use the Child Support Snapshot portal.",
            "Choose a password with this link. It works once, within seven days.",
        ),
        "/invitation?token={token}",
        "Choose a password",
    ),
    Kind.PASSWORD_RESET: _Template(
        "Child Support Snapshot: set a new password",
        (
            "Somebody asked for a new password for your account. If it was you, set it with this link.",
            "The link works once, within one hour. If it was not you, do nothing: your password stays as it is.",
        ),
        "/password-reset?token={token}",
        "Set a new password",
    ),
    Kind.PASSWORD_CHANGED: _Template(
        "Child Support Snapshot: your password was changed",
        (
            "The password of your account was changed. Every other browser was signed out.",
            "If it was not you, set a new password now and tell your administrator.",
        ),
        "/forgot-password",
        "It was not me: set a new password",
    ),
    Kind.ORGANIZATION_DECLINED: _Template(
        "Child Support Snapshot: your organization's request",
        (
            "The agency could not accept your organization's request for an account.",
            "If you have questions, please ask the agency.",
        ),
    ),
    Kind.RESOURCE: _Template(
        "Links about child support",
        ("A community organization sends you these links to official information about child support:",),
    ),
}  # fmt: skip
"""What is said in an e-mail of each kind; kinds that only appear in the inbox have none."""


def reference_of(consent_id: UUID) -> str:
    """Return what people call a consent by."""
    return str(consent_id)[:REFERENCE_LENGTH]


def compose(facts: Facts, translations: NullTranslations) -> MessageText:
    """Write a message.

    Args:
        facts: all it may say.
        translations: the catalogue of the reader's language.

    Raises:
        KeyError: no e-mail of this kind exists.
    """
    say = translations.gettext
    template = TEMPLATES[facts.kind]
    reference = reference_of(facts.consent_id) if facts.consent_id else ""
    paragraphs = [say(text) for text in template.paragraphs] + list(facts.reasons)
    address = _address(template, facts)
    closing = [say(REFERENCE).format(reference=reference)] if reference else []
    closing.append(say(SIGNED_IN_ONLY if template.page and facts.kind not in OPEN_TO_ALL else NO_REPLY))
    links = [(say(template.button), address)] if template.button and address else list(facts.links)
    subject = say(template.subject).format(reference=reference)
    return MessageText(
        language=facts.language,
        subject=subject,
        text=_plain(paragraphs, links, closing),
        html=_page(facts.language, subject, _body(say(PRODUCT), paragraphs, links, closing)),
    )


def _address(template: _Template, facts: Facts) -> str | None:
    if template.page is None:
        return None
    path = template.page.format(consent=facts.consent_id, token=quote(facts.token or "", safe=""))
    return facts.portal_url + path


def _plain(paragraphs: Sequence[str], links: Sequence[tuple[str, str]], closing: Sequence[str]) -> str:
    blocks = [*paragraphs, *(f"{title}:\n{address}" for title, address in links), "\n".join(closing)]
    return "\n\n".join(blocks) + "\n"


def _body(product: str, paragraphs: Sequence[str], links: Sequence[tuple[str, str]], closing: Sequence[str]) -> str:
    said = "".join(f"<p>{escape(text)}</p>" for text in paragraphs)
    items = "".join(f'<p><a href="{escape(address)}">{escape(title)}</a></p>' for title, address in links)
    small = "<br>".join(escape(text) for text in closing)
    return f'<p style="font-weight:bold">{escape(product)}</p>{said}{items}<p style="color:#565c65">{small}</p>'


def _page(language: Language, title: str, body: str) -> str:
    """Return a page that needs no image, script or remote style, and reads well aloud and at any width."""
    return (
        f'<!doctype html><html lang="{language.value}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width"></head>'
        '<body style="margin:0;background:#ffffff;color:#1b1b1b;font:16px/1.6 sans-serif">'
        f'<main style="max-width:36em;margin:0 auto;padding:1.5em">{body}</main></body></html>'
    )
