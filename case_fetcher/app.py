"""Wiring of case_fetcher: picks the real adapters and binds them to the stage."""

from functools import partial

from case_fetcher.adapters.source_mapping import read_mapping
from case_fetcher.adapters.sql_case_source import SqlCaseSource
from case_fetcher.settings import Settings
from case_fetcher.stage import fetch_case
from schemas import topics
from services.register.agreements import Agreements
from services.register.database import Database
from services.register.gate import Gate
from services.register.grants import GrantVerifier
from services.runtime import worker
from services.runtime.clock import utc_now
from services.runtime.stage import Consumer, Stage
from services.vault.file_vault import FileVault
from services.vault.master_key import MasterKey


def stage(settings: Settings) -> Stage:
    """Build the stage.

    Raises:
        MappingError: the agency's database lacks a table or column that the mapping names.
    """
    vault = FileVault(settings.vault_path, MasterKey.from_file(settings.master_key_path))
    source = SqlCaseSource(
        settings.case_records_url,
        read_mapping(settings.case_source_mapping),
        timeout_seconds=settings.case_source_timeout_seconds,
    )
    source.check()
    gate = Gate(
        vault=vault,
        verifier=GrantVerifier.from_file(settings.grant_public_key_path),
        agreements=Agreements(),
        clock=utc_now,
    )
    fetch = partial(fetch_case, gate=gate, source=source, vault=vault, clock=utc_now, oldest=settings.case_data_oldest)
    return Stage(
        name=topics.Writer.CASE_FETCHER,
        consumers=(Consumer(reads=topics.CONSENT_APPROVED, handle=fetch),),
        writes=(topics.CASE_FETCHED, topics.CASE_REFUSED),
    )


def main() -> None:
    """Run until SIGTERM."""
    settings = Settings()
    worker.run(stage(settings), settings, Database(settings.register_url))
