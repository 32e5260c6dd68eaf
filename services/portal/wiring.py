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
from services.vault.opening import open_standing_keys, open_vault


def build_context(settings: PortalSettings) -> PortalContext:
    """Return the context of a real portal.

    Raises:
        OSError: a key file can't be read.
        MasterKeyUnusable: the same for the master key.
        TemporarilyUnavailable: the register or the master key can't be reached.
    """
    database = Database(settings.register_url)
    vault, master_key = open_vault(settings), open_standing_keys(settings, settings.register_url)
    master_key.make_missing(utc_now())
    master_key.load()
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
