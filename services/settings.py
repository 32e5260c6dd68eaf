"""Settings that more than one process needs: a class per concern, combined by each process's own settings class.

Every setting is an environment variable with the prefix ``SNAPSHOT_`` (``SNAPSHOT_DATABASE_URL``).
"""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class HomeSettings(BaseSettings):
    """Where a process keeps its files when nothing else is said."""

    model_config = SettingsConfigDict(env_prefix="SNAPSHOT_", frozen=True)

    home: Path = Field(
        default=Path("var"), title="Home folder", description="database, vault, keys and logs by default"
    )


class LogSettings(HomeSettings):
    """How a process logs."""

    log_format: Literal["json", "console"] = Field(default="json", title="Log format", description="json or console")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", title="Log level", description="least level that is printed"
    )


class KafkaSettings(HomeSettings):
    """Which broker."""

    kafka_brokers: str = Field(
        default="127.0.0.1:9092", title="Kafka brokers", description="comma-separated host:port of the cluster"
    )


class RegisterSettings(HomeSettings):
    """Which register database."""

    database_url: str = Field(
        default="", title="Register database", description="sqlite:// or postgresql:// URL; empty: register.db at home"
    )

    @property
    def register_url(self) -> str:
        """The URL to connect to."""
        return self.database_url or f"sqlite:///{self.home.absolute() / 'register.db'}"


class AwsSettings(HomeSettings):
    """Where Amazon's services, or ones that speak like them, are reached; who asks is said as for any AWS program."""

    aws_region: str = Field(default="", title="AWS region", description="empty: as AWS_REGION or the profile says")
    kms_endpoint: str = Field(
        default="", title="KMS address", description="of a VPC endpoint or a stand-in; empty: the region's own"
    )
    s3_endpoint: str = Field(
        default="", title="S3 address", description="of a store that speaks like S3; empty: the region's own"
    )


class VaultSettings(AwsSettings):
    """Which vault and master key."""

    master_key_source: Literal["file", "environment", "aws-kms"] = Field(
        default="file",
        title="Where the master key is",
        description="what wraps keys from now on; the other sources, where set, still open what they wrapped",
    )
    master_key_secret: SecretStr | None = Field(
        default=None,
        title="Master key itself",
        description="for source environment: 32 random bytes, URL-safe base64; several versions: oldest first, spaces",
    )
    kms_keys: str = Field(
        default="",
        title="KMS keys",
        description="for source aws-kms: key ids or ARNs (no aliases), oldest first, comma-separated",
    )
    vault_store: Literal["files", "s3"] = Field(
        default="files", title="Where sealed objects are", description="in a folder, or in a bucket of S3"
    )
    vault_s3_bucket: str = Field(default="", title="Bucket", description="for store s3")
    vault_s3_prefix: str = Field(
        default="", title="Prefix in the bucket", description="for store s3, with a slash at its end"
    )
    vault_folder: Path | None = Field(
        default=None, title="Vault folder", description="sealed objects; empty: vault/ at home"
    )
    master_key_file: Path | None = Field(
        default=None,
        title="Master key file",
        description="for source file: 32 random bytes, URL-safe base64, one version a line; empty: keys/master.key "
        "at home",
    )

    @property
    def vault_path(self) -> Path:
        """Folder of the sealed objects."""
        return self.vault_folder or self.home / "vault"

    @property
    def master_key_path(self) -> Path:
        """File of the master key."""
        return self.master_key_file or self.home / "keys" / "master.key"


class GrantVerifySettings(HomeSettings):
    """The public half of the grant key: everybody but consent_intake holds only this."""

    grant_public_key_file: Path | None = Field(
        default=None, title="Grant public key", description="Ed25519, PEM; empty: keys/grant_public.pem at home"
    )

    @property
    def grant_public_key_path(self) -> Path:
        """File of the public key."""
        return self.grant_public_key_file or self.home / "keys" / "grant_public.pem"


class RetentionSettings(HomeSettings):
    """How long sealed objects are kept when their consent has not ended before."""

    case_days: int = Field(
        default=30, ge=1, title="Days for case copies", description="case record, PDFs and web pages, after delivery"
    )
    closed_form_days: int = Field(
        default=30, ge=1, title="Days for closed forms", description="forms rejected, or whose case was refused"
    )
    printed_form_days: int = Field(
        default=730, ge=400, title="Days for printed forms", description="ids of printed forms, longer than any consent"
    )


class AuditVerifySettings(HomeSettings):
    """What was signed of the audit log, and with which key."""

    audit_checkpoint_folder: Path | None = Field(
        default=None,
        title="Checkpoint folder",
        description="signed heads of the audit log and the list of destroyed keys; keep it apart from the database and "
        "its backups; empty: checkpoints/ at home",
    )
    audit_public_key_file: Path | None = Field(
        default=None, title="Audit public key", description="Ed25519, PEM; empty: keys/audit_public.pem at home"
    )
    audit_checkpoint_max_hours: int = Field(
        default=26,
        ge=1,
        title="Oldest checkpoint",
        description="hours; `audit verify` complains of an older newest one",
    )

    @property
    def audit_checkpoint_path(self) -> Path:
        """Folder of what must survive a restored database."""
        return self.audit_checkpoint_folder or self.home / "checkpoints"

    @property
    def audit_public_key_path(self) -> Path:
        """File of the public key."""
        return self.audit_public_key_file or self.home / "keys" / "audit_public.pem"


class AuditSignSettings(AuditVerifySettings):
    """How often the audit log's head is signed; whoever does so holds the private key."""

    audit_private_key_file: Path | None = Field(
        default=None, title="Audit private key", description="Ed25519, PEM; empty: keys/audit_private.pem at home"
    )
    audit_checkpoint_seconds: int = Field(
        default=60,
        ge=0,
        title="Seconds between checkpoints",
        description="of a log that grows; 0: not here, `snapshot audit checkpoint` is run elsewhere",
    )
    audit_checkpoint_entries: int = Field(
        default=1_000, ge=1, title="Entries between checkpoints", description="at the latest; whichever comes first"
    )

    @property
    def audit_private_key_path(self) -> Path:
        """File of the private key."""
        return self.audit_private_key_file or self.home / "keys" / "audit_private.pem"


class ConsentPeriodSettings(HomeSettings):
    """How long a consent may run: printed forms keep to it, and uploaded ones are judged by it."""

    consent_max_months: int = Field(
        default=12, ge=1, le=60, title="Longest consent", description="months from its first to its last day"
    )


class PortalAddressSettings(HomeSettings):
    """Where people reach the portal; links in messages start with it."""

    portal_url: str = Field(
        default="http://127.0.0.1:8080", title="Portal address", description="public address, no trailing slash"
    )
