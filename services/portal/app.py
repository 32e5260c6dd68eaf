"""Puts the portal together: ``create_app(settings, context)``. Without a context the real one is built (wiring.py)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from importlib import import_module
from pkgutil import iter_modules

from fastapi import APIRouter, Depends, FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles

from services.portal import errors, routes
from services.portal.context import PortalContext
from services.portal.csrf import form_is_ours
from services.portal.openapi import DescribedApi
from services.portal.pages import HERE
from services.portal.request_log import RequestLog
from services.portal.security_headers import SecurityHeaders
from services.portal.settings import PortalSettings
from services.register.configurations import note_configuration
from services.runtime.companions import keep_running
from services.vault.reshredding import reshred_at_start

FORM_LIMIT_BYTES = 64 * 1024
"""Largest body of an ordinary form; a route that takes a file says its own ``max_body_size``."""


def create_app(settings: PortalSettings, context: PortalContext | None = None) -> FastAPI:
    """Return the application.

    Its lifespan destroys again the keys that a restored backup brought back, runs the outbox relay, and closes the
    database at the end.
    """
    if context is None:
        from services.portal.wiring import build_context  # noqa: PLC0415 - tests bring fakes and need no keys or broker

        context = build_context(settings)
    app = DescribedApi(
        title="Child Support Snapshot",
        description="Upload signed consent forms and follow them. The bearer key is made in the portal.",
        openapi_url="/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
        dependencies=[Depends(form_is_ours)],
        max_body_size=FORM_LIMIT_BYTES,
        redirect_slashes=False,
    )
    app.state.context = context
    for router in _routers():
        app.include_router(router)
    app.mount("/static", GZipMiddleware(StaticFiles(directory=HERE / "static"), minimum_size=1024), name="static")
    errors.add_handlers(app)
    app.add_middleware(SecurityHeaders, https=settings.is_https)
    app.add_middleware(RequestLog, clock=context.clock)
    return app


def _routers() -> list[APIRouter]:
    modules = sorted(f"{routes.__name__}.{module.name}" for module in iter_modules(routes.__path__))
    return [import_module(name).router for name in modules]


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    context: PortalContext = app.state.context
    await reshred_at_start(context.database, context.vault, context.settings, now=context.clock())
    async with context.database.transaction() as tx:
        await note_configuration(tx, process="portal", settings=context.settings, at=context.clock())
    # Kept running whatever it meets: an upload that was accepted is never published without it.
    relay = asyncio.create_task(keep_running("outgoing relay", context.relay.run))
    try:
        yield
    finally:
        relay.cancel()
        with suppress(asyncio.CancelledError):
            await relay
        await context.database.close()
