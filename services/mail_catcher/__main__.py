"""Run the mail catcher until SIGTERM: ``python -m services.mail_catcher``."""

import asyncio
import logging
import os
import sys
from pathlib import Path

import uvicorn
from typing_extensions import override

from services.mail_catcher.mailbox import Mailbox
from services.mail_catcher.pages import application
from services.mail_catcher.smtp_port import taking_mail


class _Places(logging.Handler):
    """Says where something went wrong and of which class it is, never what was said: a mail may be quoted in it."""

    @override
    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else "no error"
        sys.stderr.write(f"mail catcher: {record.levelname} at {record.module}:{record.lineno}: {error}\n")


async def _run() -> None:
    # Plain environment variables: a settings class would make this small process a third larger.
    host = os.environ.get("SNAPSHOT_MAIL_CATCHER_HOST", "127.0.0.1")
    smtp_port = int(os.environ.get("SNAPSHOT_MAIL_CATCHER_SMTP_PORT", "2525"))
    web_port = int(os.environ.get("SNAPSHOT_MAIL_CATCHER_WEB_PORT", "8025"))
    mailbox = Mailbox(Path(os.environ.get("SNAPSHOT_HOME", "var")) / "mail")
    async with taking_mail(mailbox, host=host, port=smtp_port) as port:
        sys.stderr.write(f"mail catcher: smtp on {host}:{port}, page on http://{host}:{web_port}/ (practice only)\n")
        settings = uvicorn.Config(
            application(mailbox),
            host=host,
            port=web_port,
            log_config=None,
            access_log=False,
            http="h11",
            ws="none",
            loop="asyncio",
            lifespan="off",
        )
        await uvicorn.Server(settings).serve()


logging.basicConfig(level=logging.WARNING, handlers=[_Places()])
asyncio.run(_run())
