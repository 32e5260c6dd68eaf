"""A home folder, the commands run in it, and what they leave in its register."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from typer.testing import CliRunner, Result

from services.register.database import Database, Transaction

Found = TypeVar("Found")


class Home:
    """A home folder and the commands run in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, app: object, *words: str, typed: str | None = None, **more: str) -> Result:
        environment = {"SNAPSHOT_HOME": str(self.folder), **more}
        return CliRunner().invoke(app, list(words), env=environment, input=typed)  # type: ignore[arg-type]

    def in_register(self, work: Callable[[Transaction], Awaitable[Found]]) -> Found:
        async def do() -> Found:
            database = Database(f"sqlite:///{self.folder / 'register.db'}")
            try:
                async with database.transaction() as tx:
                    return await work(tx)
            finally:
                await database.close()

        return asyncio.run(do())
