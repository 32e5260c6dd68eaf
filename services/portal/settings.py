"""Settings of the portal process."""

from datetime import timedelta

from pydantic import Field, SecretStr

from services.register.states import PersonRole
from services.settings import (
    AuditVerifySettings,
    ConsentPeriodSettings,
    GrantVerifySettings,
    KafkaSettings,
    LogSettings,
    PortalAddressSettings,
    RegisterSettings,
    VaultSettings,
)

IDLE_LIMIT = timedelta(minutes=15)
"""A sign-in nobody used for this long has ended: half of what NIST SP 800-63B-4 lets AAL2 have, as at Login.gov.
Offices share computers, and a page left open shows who signed a consent."""

ABSOLUTE_LIMIT = timedelta(hours=12)
"""A sign-in ends after this however much it is used (NIST SP 800-63B-4, AAL2)."""

INVITATION_LIFETIME = timedelta(days=7)
"""How long an invitation link works: long enough for a small office, short enough for a mailbox."""

SECOND_STEP_LIFETIME = timedelta(minutes=5)
"""How long the code of a second factor is waited for after the password."""

RESET_LIFETIME = timedelta(hours=1)
"""How long a link for a forgotten password works: mail servers may hold a first mail back for half of it."""

_ROLE = "|".join(["all", *PersonRole])
_ROLES = rf"^\s*(({_ROLE})(\s*,\s*({_ROLE}))*)?\s*$"


class PortalSettings(
    LogSettings,
    KafkaSettings,
    RegisterSettings,
    VaultSettings,
    GrantVerifySettings,
    AuditVerifySettings,
    ConsentPeriodSettings,
    PortalAddressSettings,
):
    """Everything the portal can be told; each is an environment variable ``SNAPSHOT_...``."""

    portal_host: str = Field(default="127.0.0.1", title="Host", description="address the portal listens on")
    portal_port: int = Field(default=8080, ge=0, le=65535, title="Port", description="port the portal listens on")
    practice_mode: bool = Field(
        default=False, title="Practice mode", description="practice people exist and webhooks may go to loopback"
    )
    practice_password: SecretStr | None = Field(
        default=None, title="Practice password", description="of every practice person; empty: made at random"
    )
    monitor_url: str = Field(
        default="http://127.0.0.1:8081", title="Monitor address", description="operations page, shown to operators"
    )
    trusted_proxies: str = Field(
        default="127.0.0.1", title="Trusted proxies", description="addresses whose X-Forwarded-For is believed"
    )

    second_factor_roles: str = Field(
        default="",
        title="Second factor",
        description="roles that need one, such as reviewer,agency_admin,operator; all: everybody",
        pattern=_ROLES,
    )

    def needs_second_factor(self, role: PersonRole) -> bool:
        """Whether people in this role have to sign in with a second factor."""
        named = {word.strip() for word in self.second_factor_roles.split(",")}
        return bool(named & {role.value, "all"})

    @property
    def is_https(self) -> bool:
        """Whether people reach the portal over TLS, so that cookies can be Secure."""
        return self.portal_url.startswith("https://")
