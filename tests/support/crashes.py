"""A register whose process dies where a test says: before or after the commit of the n-th transaction from now."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from typing_extensions import override

from services.register.database import Database, Transaction


class Crash(BaseException):
    """The process dies here. No ``Exception``, so that nothing handles it on the way out."""


@dataclass(frozen=True)
class CrashPoint:
    """In which transaction from now (the first is 1) to die, and whether its commit is still made."""

    transaction: int
    after_commit: bool


class CrashingDatabase(Database):
    """The real register, with a place to die."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._point: CrashPoint | None = None
        self._begun = 0

    def crash_at(self, point: CrashPoint | None) -> None:
        """Die there; None: nowhere."""
        self._point, self._begun = point, 0

    @override
    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Open a transaction, which may be this process's last."""
        self._begun += 1
        point = self._point if self._point and self._point.transaction == self._begun else None
        async with super().transaction() as tx:
            yield tx
            if point is not None and not point.after_commit:
                raise Crash
        if point is not None:
            raise Crash
