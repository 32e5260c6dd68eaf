"""``snapshot explain``: why a form was approved, rejected or sent to a reviewer, for an operator.

Opening what is sealed leaves an entry in the audit log.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.markup import escape
from rich.table import Table
from sqlalchemy import String, cast, select

from consent_intake.commands.register_access import console, run
from consent_intake.form_records import RecordUnreadable, picture_of, why_card_of
from consent_intake.settings import Settings
from schemas.reason_codes import ReasonCode
from schemas.values import Language
from schemas.why_card import ExplainedCheck, Place, WhyCard
from services.consent_form.page_crops import NothingToCut, crop_png
from services.register import audit
from services.register.database import Database, Transaction
from services.register.operators import operator
from services.register.tables import Consent, IntakeDecision, ShadowDecision, VaultKey
from services.runtime.clock import Clock, utc_now
from services.texts.reasons import decision_sentence
from services.vault.vault import ObjectDamaged, ObjectMissing, Vault

SHORTEST_REFERENCE = 8
"""As many characters as the reference that the portal shows."""

HEADINGS: Mapping[Language, tuple[str, ...]] = {
    Language.ENGLISH: ("check", "outcome", "reason", "measured", "threshold", "where"),
    Language.SPANISH: ("comprobación", "resultado", "motivo", "medido", "umbral", "dónde"),
}
VALUE_HEADINGS: Mapping[Language, tuple[str, str]] = {
    Language.ENGLISH: ("read", "typed"),
    Language.SPANISH: ("leído", "escrito"),
}


class ConsentNotFound(Exception):
    """No consent has this id or reference, or several begin with it."""


@dataclass(frozen=True)
class Explained:
    """What is known about why a form was decided as it was.

    Attributes:
        consent: its register row.
        decision: the last one; None when the form is not decided yet.
        trials: what policies on trial made of it.
        card: the sealed part; None when it can't be opened.
        picture: the page, PNG, when it was asked for.
        key_destroyed: whether the sealed parts are gone for ever.
    """

    consent: Consent
    decision: IntakeDecision | None
    trials: Sequence[ShadowDecision]
    card: WhyCard | None
    picture: bytes | None
    key_destroyed: bool


def explain(
    consent: Annotated[str, typer.Argument(help="id of the consent, or the reference that the portal shows")],
    crops: Annotated[Path | None, typer.Option(help="folder to write each check's part of the page to, PNG")] = None,
    language: Annotated[Language | None, typer.Option(help="only this language; by default both sentences")] = None,
    values: Annotated[bool, typer.Option("--values", help="also show what was read and typed: personal data")] = False,
) -> None:
    """Say why a form was approved, rejected or sent to a reviewer. What is opened for it is audited."""

    async def work(database: Database, vault: Vault, _settings: Settings) -> Explained:
        return await explained(database, vault, consent, with_picture=crops is not None)

    try:
        found = run(work)
    except ConsentNotFound:
        typer.echo("No consent has this id, or more than one begins with it.", err=True)
        raise typer.Exit(1) from None
    print_explanation(found, language, values=values)
    if crops is not None:
        typer.echo(f"{write_crops(found, crops)} pictures written to {crops}")


app = typer.Typer(help="Why a form was decided as it was.")
app.command()(explain)


async def explained(
    database: Database, vault: Vault, reference: str, *, with_picture: bool, clock: Clock = utc_now
) -> Explained:
    """Collect what the register and the vault know, and note in the audit log what was opened.

    Raises:
        ConsentNotFound: see there.
    """
    async with database.transaction() as tx:
        consent = await _consent(tx, reference)
        newest = IntakeDecision.id.desc()
        of_consent = select(IntakeDecision).where(IntakeDecision.consent_id == consent.id)
        decision = await tx.scalar(of_consent.order_by(newest).limit(1))
        trials = (await tx.scalars(select(ShadowDecision).where(ShadowDecision.consent_id == consent.id))).all()
        key = await tx.get(VaultKey, consent.id)
        card = await _card(tx, vault, consent.id)
        picture = await _picture(tx, vault, consent.id) if with_picture else None
        parts = [name for name, part in (("why_card", card), ("page", picture)) if part is not None]
        if parts:
            detail = {"parts": ".".join(parts)}
            act, at = "consent.explained", clock()
            await audit.record(tx, act=act, actor=operator(), at=at, consent_id=consent.id, detail=detail)
        return Explained(consent, decision, trials, card, picture, key is not None and key.destroyed_at is not None)


async def _consent(tx: Transaction, reference: str) -> Consent:
    written = reference.strip().lower().replace("-", "")
    if len(written) < SHORTEST_REFERENCE or not set(written) <= set("0123456789abcdef"):
        raise ConsentNotFound
    begins = cast(Consent.id, String).like(f"{written[:SHORTEST_REFERENCE]}%")  # both databases write these alike
    found = [row for row in await tx.scalars(select(Consent).where(begins)) if row.id.hex.startswith(written)]
    if len(found) != 1:
        raise ConsentNotFound
    return found[0]


async def _card(tx: Transaction, vault: Vault, consent_id: UUID) -> WhyCard | None:
    try:
        return await why_card_of(vault, tx, consent_id)
    except (ObjectMissing, ObjectDamaged, RecordUnreadable):
        return None


async def _picture(tx: Transaction, vault: Vault, consent_id: UUID) -> bytes | None:
    try:
        return await picture_of(vault, tx, consent_id)
    except (ObjectMissing, ObjectDamaged):
        return None


def print_explanation(found: Explained, language: Language | None, *, values: bool) -> None:
    """Print one form's why-card, or what the register still knows without it."""
    screen, heading = console(), language or Language.ENGLISH
    screen.print(f"{found.consent.id}  {found.consent.status.value}")
    if found.decision is None:
        screen.print("This form is not decided yet.")
        return
    if found.card is None:
        gone = "The key of this consent was destroyed" if found.key_destroyed else "There is no sealed why-card"
        screen.print(f"{gone}: what follows is what the register keeps, codes and scores without pictures or values.")
    screen.print(f"{found.decision.outcome}  by {found.decision.rule_version}  at {found.decision.at.isoformat()}")
    for shown in (language,) if language else tuple(Language):
        screen.print(f"{shown.value.upper()}: {_sentence(found, shown)}", soft_wrap=True)
    checks = found.card.checks if found.card else [_recorded(record) for record in found.decision.checks]
    screen.print(_table(checks, heading, values=values and found.card is not None))
    if found.card is not None and found.card.form_id is not None:
        screen.print(f"printed form: {found.card.form_id}; page found by: {found.card.registered_by}")
    for trial in found.trials:
        screen.print(f"on trial: {trial.rule_version} would say {trial.shadow_outcome}")


def _sentence(found: Explained, language: Language) -> str:
    if found.card is not None:
        return found.card.sentence(language)
    decision = found.decision
    records = decision.checks if decision else []
    wanted = "unclear" if decision and decision.outcome == "review" else "failed"
    reasons = [ReasonCode(record["reason"]) for record in records if record["verdict"] == wanted and record["reason"]]
    return decision_sentence(reasons, language, for_reviewer=wanted == "unclear")


def _recorded(record: Mapping[str, Any]) -> ExplainedCheck:
    known = {name: record.get(name) for name in ("verdict", "reason", "score", "threshold")}
    return ExplainedCheck.model_validate({"name": record["check"], **known})


def _table(checks: Sequence[ExplainedCheck], language: Language, *, values: bool) -> Table:
    headings = (*HEADINGS[language], *(VALUE_HEADINGS[language] if values else ()))
    table = Table(*headings)
    for check in checks:
        cells = [
            check.name,
            check.verdict,
            check.reason.value if check.reason else "",
            "" if check.score is None else f"{check.score:g}",
            "" if check.threshold is None else f"{check.threshold:g}",
            _where(check.place),
        ]
        table.add_row(*cells, *((escape(check.read or ""), escape(check.claimed or "")) if values else ()))
    return table


def _where(place: Place | None) -> str:
    return f"{place.width}x{place.height}+{place.left}+{place.top}" if place else ""


def write_crops(found: Explained, folder: Path) -> int:
    """Write what each check looked at; returns how many pictures there were to write."""
    if found.card is None or found.picture is None:
        return 0
    places = {check.name: check.place for check in found.card.checks}
    if found.card.letter is not None:
        places |= {"letter-signature": found.card.letter.signature_place, "letter-date": found.card.letter.date_place}
    folder.mkdir(parents=True, exist_ok=True)
    written = 0
    for name, place in places.items():
        if place is None:
            continue
        try:
            cut = crop_png(found.picture, place)
        except NothingToCut:
            continue
        (folder / f"{name}.png").write_bytes(cut)
        written += 1
    return written
