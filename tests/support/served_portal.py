"""The portal on a port of this machine, for a browser or a program in another thread."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn

from tests.support.portal_world import PortalWorld


@asynccontextmanager
async def served(world: PortalWorld) -> AsyncIterator[str]:
    """The portal on a free port while the block runs; returns its address."""
    server = uvicorn.Server(uvicorn.Config(world.app, lifespan="off", log_config=None))
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()  # now, so that nobody is turned away before the server's task has begun
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            await serving
