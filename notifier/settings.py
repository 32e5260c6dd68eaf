"""Settings of the notifier."""

from pydantic import Field, SecretStr

from services.runtime.settings import RuntimeSettings
from services.settings import (
    AuditSignSettings,
    GrantVerifySettings,
    PortalAddressSettings,
    RetentionSettings,
    VaultSettings,
)


class Settings(
    RuntimeSettings, VaultSettings, GrantVerifySettings, PortalAddressSettings, RetentionSettings, AuditSignSettings
):
    """Through which mail server, from which address, and to which webhooks."""

    smtp_url: SecretStr = Field(
        default=SecretStr("smtp://127.0.0.1:2525"),
        title="Mail server",
        description="smtp://user:password@host:587 (STARTTLS) or smtps://host:465; default: the local mail catcher",
    )
    smtp_without_tls: bool = Field(
        default=False,
        title="Mail without TLS",
        description="allow smtp:// without STARTTLS to another machine; only where the network protects it",
    )
    mail_from: str = Field(
        default="child-support-snapshot@example.org", title="Mail sender", description="address in From"
    )
    webhook_allow_private: bool = Field(
        default=False,
        title="Private webhooks",
        description="practice mode: webhooks may be plain http and lead to this machine or its networks",
    )
