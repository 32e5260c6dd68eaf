"""What the register's commands share: one register for the length of a command, and how a command ends."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, NoReturn, TypeVar

import typer

from services.register.database import Database

BROKEN: Final = 1
UNUSABLE: Final = 2
NOT_VOUCHED_FOR: Final = 3
"""Exit codes of ``audit verify``; 3: the chain is sound in itself, but nothing shows that its end was not cut off."""

Result = TypeVar("Result")


def run_on_register(url: str, work: Callable[[Database], Awaitable[Result]]) -> Result:
    """Open the register, do the work, and close it."""

    async def do() -> Result:
        database = Database(url)
        try:
            return await work(database)
        finally:
            await database.close()

    return asyncio.run(do())


def fail(sentence: str, code: int = BROKEN) -> NoReturn:
    """Say why on standard error and end the command."""
    typer.echo(sentence, err=True)
    raise typer.Exit(code)
