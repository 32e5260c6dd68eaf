"""Wiring of snapshot_renderer: picks the real adapters and binds them to the stage."""

from functools import partial

from schemas import topics
from services.register.agreements import Agreements
from services.register.database import Database
from services.register.gate import Gate
from services.register.grants import GrantVerifier
from services.runtime import worker
from services.runtime.clock import utc_now
from services.runtime.stage import Consumer, Gauge, Stage
from services.vault.opening import open_vault
from snapshot_renderer.adapters.packaged_data import RuleBookUnreadable, editorial_with, rule_book_bytes
from snapshot_renderer.adapters.page_maker import PageMaker, SealsPages
from snapshot_renderer.adapters.review_watch import ReviewWatch
from snapshot_renderer.adapters.seal_files import SealFiles, SealUnusable
from snapshot_renderer.rules.rule_checks import RuleBookFaulty
from snapshot_renderer.settings import Settings
from snapshot_renderer.stage import finish_snapshot, prepare_pages


def stage(settings: Settings, database: Database) -> Stage:
    """Return the stage with real collaborators.

    Raises:
        MasterKeyUnusable: the vault's key is absent or damaged.
        RuleBookUnreadable: the configured rule book can't be read.
        RuleBookFaulty: it has faults.
        SealUnusable: the configured key and certificate can't seal.
    """
    rule_book = rule_book_bytes(settings.rule_book_file)
    editorial = editorial_with(rule_book)
    reviews = ReviewWatch(editorial.book, utc_now)
    vault = open_vault(settings)
    verifier = GrantVerifier.from_file(settings.grant_public_key_path)
    gate = Gate(vault=vault, verifier=verifier, agreements=Agreements(), clock=utc_now)
    seal = None if settings.seal_files is None else _seal(settings.seal_files)
    maker = PageMaker(children=settings.page_makers, rule_book=rule_book, seal=seal)
    prepare = partial(prepare_pages, database=database, gate=gate, vault=vault, maker=maker, clock=utc_now)
    return Stage(
        name=topics.Writer.SNAPSHOT_RENDERER,
        consumers=(
            Consumer(
                reads=topics.CASE_FETCHED,
                prepare=partial(prepare, editorial=editorial),
                handle=partial(finish_snapshot, gate=gate, vault=vault, clock=utc_now),
            ),
        ),
        writes=(topics.SNAPSHOT_RENDERED, topics.SNAPSHOT_REFUSED),
        companions=(reviews.run,),
        closing=(maker.close,),
        gauges=(Gauge("snapshot_rules_withheld", "Rules past their review-by day", reviews.withheld),),
    )


def _seal(files: SealFiles) -> SealsPages:
    from snapshot_renderer.adapters.page_seal import PageSeal  # noqa: PLC0415 - pyHanko, for those who seal only

    return PageSeal(files, utc_now)


def main() -> None:
    """Run until SIGTERM."""
    settings = Settings()
    database = Database(settings.register_url)
    try:
        wired = stage(settings, database)
    except (RuleBookUnreadable, SealUnusable) as error:
        raise SystemExit(f"snapshot_renderer does not start. {error}") from None
    except RuleBookFaulty as error:
        faults = "\n".join(fault.sentence() for fault in error.faults)
        raise SystemExit(f"snapshot_renderer does not start. The rule book has faults:\n{faults}") from None
    worker.run(wired, settings, database)
