"""Wiring of case_fetcher: picks the real adapters and binds them to the stage."""

from functools import partial

from case_fetcher.adapters.extract_case_source import ExtractCaseSource
from case_fetcher.adapters.http_case_source import CaseApi, HttpCaseSource
from case_fetcher.adapters.source_mapping import read_mapping
from case_fetcher.adapters.sql_case_source import SqlCaseSource
from case_fetcher.adapters.tls import CaseApiMisconfigured
from case_fetcher.settings import Settings
from case_fetcher.stage import CaseSource, fetch_case, settle_case
from schemas import topics
from services.register.agreements import Agreements
from services.register.database import Database
from services.register.gate import Gate
from services.register.grants import GrantVerifier
from services.runtime import worker
from services.runtime.clock import utc_now
from services.runtime.stage import Consumer, Stage
from services.vault.opening import open_vault


def case_source(settings: Settings) -> CaseSource:
    """Pick the adapter that the address of the case records asks for, and check what can be checked before a read.

    Raises:
        MappingError: the agency's database lacks a table or column that the mapping names.
        CaseApiMisconfigured: a setting of the case API is missing or unsafe.
        ExtractRefused: the extract is incomplete, changed, or lacks a column.
    """
    if settings.case_source_kind == "api":
        return HttpCaseSource(_case_api(settings), timeout_seconds=settings.case_source_timeout_seconds)
    mapping = read_mapping(settings.case_source_mapping)
    seconds = settings.case_source_timeout_seconds
    source: SqlCaseSource | ExtractCaseSource
    if settings.case_source_kind == "extract":
        source = ExtractCaseSource(settings.case_extract_folder, mapping, timeout_seconds=seconds)
    else:
        source = SqlCaseSource(settings.case_records_url, mapping, timeout_seconds=seconds)
    source.check()
    return source


def _case_api(settings: Settings) -> CaseApi:
    secret = settings.case_api_client_secret_file
    try:
        client_secret = "" if secret is None else secret.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise CaseApiMisconfigured("SNAPSHOT_CASE_API_CLIENT_SECRET_FILE can't be read") from error
    return CaseApi(
        url=settings.case_source_url,
        token_url=settings.case_api_token_url,
        client_id=settings.case_api_client_id,
        client_secret=client_secret,
        scope=settings.case_api_scope,
        authority_file=settings.case_api_authority_file,
        certificate_file=settings.case_api_certificate_file,
        key_file=settings.case_api_key_file,
    )


def stage(settings: Settings) -> Stage:
    """Build the stage.

    Raises:
        MappingError: the agency's database lacks a table or column that the mapping names.
        CaseApiMisconfigured: a setting of the case API is missing or unsafe.
        ExtractRefused: the extract is incomplete, changed, or lacks a column.
    """
    vault = open_vault(settings)
    source = case_source(settings)
    gate = Gate(
        vault=vault,
        verifier=GrantVerifier.from_file(settings.grant_public_key_path),
        agreements=Agreements(),
        clock=utc_now,
    )
    oldest = settings.case_data_oldest
    fetch = partial(fetch_case, gate=gate, source=source, vault=vault, clock=utc_now, oldest=oldest)
    settle = partial(settle_case, gate=gate, source=source, vault=vault, clock=utc_now, oldest=oldest)
    return Stage(
        name=topics.Writer.CASE_FETCHER,
        consumers=(
            Consumer(reads=topics.CONSENT_APPROVED, handle=fetch),
            Consumer(reads=topics.CASE_REVIEWED, handle=settle),
        ),
        writes=(topics.CASE_FETCHED, topics.CASE_REFUSED),
    )


def main() -> None:
    """Run until SIGTERM."""
    settings = Settings()
    worker.run(stage(settings), settings, Database(settings.register_url))
