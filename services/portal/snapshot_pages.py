"""Open a finished page: only through the gate, in the transaction that reads it."""

from dataclasses import dataclass
from enum import StrEnum
from hmac import compare_digest
from uuid import UUID

from pydantic import JsonValue

from schemas.reason_codes import ReasonCode
from schemas.values import Language, sha256_of
from services.portal.acting import Acting
from services.portal.context import PortalContext
from services.register import audit, consents
from services.register.database import Transaction
from services.register.gate import Refused
from services.register.states import Purpose
from services.register.tables import SnapshotFile
from services.vault.vault import Kind, ObjectDamaged, ObjectMissing


class PageForm(StrEnum):
    """The page exists as a PDF and as a web page with the same content; a picture is made from the PDF."""

    PDF = "pdf"
    WEB = "web"
    PICTURE = "picture"


_KINDS = {
    (PageForm.PDF, Language.ENGLISH): Kind.PAGE_EN,
    (PageForm.PDF, Language.SPANISH): Kind.PAGE_ES,
    (PageForm.PICTURE, Language.ENGLISH): Kind.PAGE_EN,
    (PageForm.PICTURE, Language.SPANISH): Kind.PAGE_ES,
    (PageForm.WEB, Language.ENGLISH): Kind.TWIN_EN,
    (PageForm.WEB, Language.SPANISH): Kind.TWIN_ES,
}

TWIN_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; font-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox"
)
"""A snapshot's web page carries its own style and fonts. No script can run in it, so it may keep its origin: else the
link to the other type size would come without the reader's sign-in."""

GONE = frozenset({ReasonCode.CONSENT_REVOKED, ReasonCode.CONSENT_EXPIRED, ReasonCode.PAGE_ERASED})
"""Refusals that are for good (410); every other one may end (403)."""


class SnapshotMissing(Exception):
    """No such page, or another organization's: the two look alike on purpose."""


class SnapshotClosed(Exception):
    """The page exists and may not be shown (any more). The refusal is in the audit log."""

    def __init__(self, reason: ReasonCode) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True)
class OpenedPage:
    """A page that the gate has let out, and the consent it belongs to."""

    content: bytes
    consent_id: UUID


async def open_page(
    context: PortalContext, *, caller: Acting, snapshot_id: UUID, language: Language, form: PageForm
) -> OpenedPage:
    """Ask the gate and read the page in one transaction.

    Raises:
        SnapshotMissing: not there for this caller, or never made in this form.
        SnapshotClosed: the gate said no, the page was erased, or it is not the page that was made.
    """
    async with context.database.transaction() as tx:
        row = await tx.get(SnapshotFile, (snapshot_id, language))
        if row is None or (await consents.get(tx, row.consent_id)).organization_id != caller.organization_id:
            raise SnapshotMissing
        decision = await context.gate.decide(
            tx,
            row.consent_id,
            Purpose.VIEW,
            caller.actor,
            person_id=caller.person_id,
            organization_id=caller.organization_id,
            about={"form": form.value, "language": language.value},
        )
        if isinstance(decision, Refused):
            reason = decision.reason
        elif (content := await _as_it_was_made(context, tx, row, form)) is not None:
            return OpenedPage(content, row.consent_id)
        else:
            reason = ReasonCode.PAGE_CHANGED
            detail: dict[str, JsonValue] = {"disclosure": decision.disclosure, "reason": reason.value}
            act, at, consent_id = "disclosure.withheld", context.clock(), row.consent_id
            await audit.record(tx, act=act, actor=caller.actor, at=at, consent_id=consent_id, detail=detail)
    # Raised after the commit: the refusal that is in the audit log has to stay.
    raise SnapshotClosed(reason)


async def _as_it_was_made(context: PortalContext, tx: Transaction, row: SnapshotFile, form: PageForm) -> bytes | None:
    """Return the sealed page; None when it is not, byte for byte, the one whose hash was kept.

    Raises:
        SnapshotMissing: never made in this form.
        SnapshotClosed: erased.
    """
    try:
        content = await context.vault.open(tx, row.consent_id, _KINDS[form, row.language])
    except ObjectMissing as erased:
        if form is PageForm.WEB and row.twin_sha256 is None:
            raise SnapshotMissing from erased
        raise SnapshotClosed(ReasonCode.PAGE_ERASED) from erased
    except ObjectDamaged:
        return None
    kept = row.twin_sha256 if form is PageForm.WEB else row.pdf_sha256
    return content if kept is not None and compare_digest(sha256_of(content), kept) else None


async def has_web_page(tx: Transaction, snapshot_id: UUID | None) -> bool:
    """Say whether a web page was made beside the PDF: older snapshots have none."""
    row = None if snapshot_id is None else await tx.get(SnapshotFile, (snapshot_id, Language.ENGLISH))
    return row is not None and row.twin_sha256 is not None


def pdf_headers(language: Language) -> dict[str, str]:
    """Return the headers of a PDF: shown in the browser, stored nowhere, named after nobody."""
    return {
        "Content-Disposition": f'inline; filename="snapshot-{language.value}.pdf"',
        "Content-Language": language.value,
        "Cache-Control": "no-store",
    }


def picture_headers(language: Language) -> dict[str, str]:
    """Return the headers of a picture: as a PDF's."""
    return {**pdf_headers(language), "Content-Disposition": f'inline; filename="snapshot-{language.value}.png"'}


def web_headers(language: Language) -> dict[str, str]:
    """Return the headers of a web page: nothing but its own style and fonts, and stored nowhere."""
    return {
        "Content-Security-Policy": TWIN_POLICY,
        "Content-Language": language.value,
        "Cache-Control": "no-store",
    }
