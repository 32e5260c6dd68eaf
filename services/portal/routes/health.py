"""Whether the process is up, and whether it can do its work."""

import asyncio
import os

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from services.portal.context import Context, PortalContext
from services.vault.probing import store_answers

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """Answer as long as the event loop turns."""
    return {"status": "up"}


@router.get("/readyz")
async def readyz(context: Context) -> JSONResponse:
    """Answer 200 when an upload could be accepted now, else 503 with what is away.

    The broker is not asked for: an accepted upload waits in the outbox.
    """
    checks = {"database": await _database_answers(context), "vault": await asyncio.to_thread(_vault_writable, context)}
    ready = all(checks.values())
    return JSONResponse({"status": "ready" if ready else "not_ready", **checks}, 200 if ready else 503)


async def _database_answers(context: PortalContext) -> bool:
    try:
        async with context.database.reading() as tx:
            await tx.execute(text("SELECT id FROM organizations LIMIT 1"))
    except (SQLAlchemyError, OSError):
        return False
    return True


def _vault_writable(context: PortalContext) -> bool:
    if context.settings.vault_store != "files":
        return store_answers(context.settings)
    folder = context.settings.vault_path
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK | os.X_OK)
