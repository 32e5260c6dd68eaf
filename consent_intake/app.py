"""Wiring: the real reader, vault and key, bound to the stage."""

from functools import partial

from consent_intake.adapters.document_scanner import ClamScanner, ScannerAddress, ScannerAddressInvalid, ScanningReader
from consent_intake.adapters.form_reader import FormReader
from consent_intake.adapters.policy_file import PolicyUnusable, packaged_policy, read_policy
from consent_intake.adapters.reading_process import form_reader
from consent_intake.adapters.trust_files import TrustFileInvalid, trusted_certificates
from consent_intake.rules.policy import Policy
from consent_intake.settings import Settings
from consent_intake.stage import Intake, decide_reviewed, decide_upload, read_upload
from schemas import topics
from services.register.database import Database
from services.register.grants import GrantSigner
from services.runtime import worker
from services.runtime.clock import utc_now
from services.runtime.stage import Consumer, Stage
from services.vault.opening import open_vault


def stage(settings: Settings, database: Database) -> Stage:
    """Return the stage with real collaborators.

    Raises:
        GrantKeyUnusable: the private grant key is absent or of the wrong kind.
        MasterKeyUnusable: the same for the vault's key.
        PolicyUnusable: a policy can't be read, or says something impossible.
        ScannerAddressInvalid: the malware scanner's address is none.
        TrustFileInvalid: a file of trusted certificates is none.
    """
    trusted_certificates(settings.trust_files)  # said here: the reading process could only fail to start
    vault = open_vault(settings)
    signer = GrantSigner.from_file(settings.grant_private_key_path)
    reader = _reader(settings)
    shadow = settings.intake_shadow_policy_file
    intake = Intake(
        vault=vault,
        signer=signer,
        clock=utc_now,
        policy=policy_in_force(settings),
        on_trial=read_policy(shadow) if shadow else None,
        max_months=settings.consent_max_months,
    )
    return Stage(
        name=topics.Writer.CONSENT_INTAKE,
        consumers=(
            Consumer(
                reads=topics.CONSENT_UPLOADED,
                prepare=partial(read_upload, database=database, vault=vault, reader=reader),
                handle=partial(decide_upload, intake=intake),
            ),
            Consumer(reads=topics.CONSENT_REVIEWED, handle=partial(decide_reviewed, intake=intake)),
        ),
        writes=(topics.CONSENT_APPROVED, topics.CONSENT_REJECTED, topics.CONSENT_REVIEW),
        closing=(reader.close,),
    )


def _reader(settings: Settings) -> FormReader | ScanningReader:
    """Return what reads documents; where a scanner is configured, nothing is read without it."""
    scanner = ClamScanner(ScannerAddress.from_text(settings.clamav_socket)) if settings.clamav_socket else None
    reader = form_reader(settings.intake_readers, trust_files=settings.trust_files)
    return reader if scanner is None else ScanningReader(scanner, reader)


def policy_in_force(settings: Settings) -> Policy:
    """Return the configured policy, else the packaged one.

    Raises:
        PolicyUnusable: see there.
    """
    configured = settings.intake_policy_file
    return read_policy(configured) if configured else packaged_policy()


def main() -> None:
    """Run the worker until it is told to stop."""
    settings = Settings()
    database = Database(settings.register_url)
    try:
        wired = stage(settings, database)
    except (PolicyUnusable, ScannerAddressInvalid, TrustFileInvalid) as error:
        raise SystemExit(f"consent_intake does not start. {error}") from None
    worker.run(wired, settings, database)
