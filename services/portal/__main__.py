"""Run the portal: ``python -m services.portal``. SIGTERM and SIGINT let requests in hand finish."""

from typing import Any

import uvicorn

from services.portal.app import create_app
from services.portal.settings import PortalSettings
from services.runtime.structured_log import configure

GRACE_SECONDS = 20
"""How long requests in hand may take to finish once the portal is told to stop."""


def server_options(settings: PortalSettings) -> dict[str, Any]:
    """Return how the server is run; a forwarded address is believed from trusted proxies alone."""
    return {
        "host": settings.portal_host,
        "port": settings.portal_port,
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "date_header": True,
        "forwarded_allow_ips": settings.trusted_proxies,
        "timeout_graceful_shutdown": GRACE_SECONDS,
    }


def main() -> None:
    """Serve until told to stop."""
    settings = PortalSettings()
    configure(settings, "portal")
    uvicorn.run(create_app(settings), **server_options(settings))


if __name__ == "__main__":
    main()
