"""The real collaborators, from settings."""

from schemas.topics import Writer
from services.portal.context import PortalContext
from services.portal.rate_limits import RateLimits
from services.portal.settings import PortalSettings
from services.register.agreements import Agreements
from services.register.database import Database
from services.register.gate import Gate
from services.register.grants import GrantVerifier
from services.runtime.clock import utc_now
from services.runtime.publisher import KafkaPublisher
from services.runtime.relay import OutgoingRelay
from services.vault.file_vault import FileVault
from services.vault.master_key import MasterKey


def build_context(settings: PortalSettings) -> PortalContext:
    """Return the context of a real portal.

    Raises:
        OSError: a key file can't be read.
    """
    database = Database(settings.register_url)
    master_key = MasterKey.from_file(settings.master_key_path)
    vault = FileVault(settings.vault_path, master_key)
    agreements = Agreements()
    verifier = GrantVerifier.from_file(settings.grant_public_key_path)
    return PortalContext(
        settings=settings,
        database=database,
        vault=vault,
        master_key=master_key,
        gate=Gate(vault=vault, verifier=verifier, agreements=agreements, clock=utc_now),
        agreements=agreements,
        clock=utc_now,
        relay=OutgoingRelay(database, KafkaPublisher(settings.kafka_brokers), Writer.PORTAL, utc_now),
        rate_limits=RateLimits(),
    )
