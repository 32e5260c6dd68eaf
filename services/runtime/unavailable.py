"""Which errors mean that a dependency is away: wait, don't blame the event."""

import sqlalchemy.exc
from kafka.errors import KafkaError

from services.runtime.failures import TemporarilyUnavailable

_REGISTER = (sqlalchemy.exc.OperationalError, sqlalchemy.exc.InterfaceError, sqlalchemy.exc.TimeoutError)
"""Lost connections, refused ones, lock timeouts and deadlocks; a full connection pool."""


def unavailable() -> tuple[type[Exception], ...]:
    """Return every class of error that means so, for an ``except`` clause."""
    return (TemporarilyUnavailable, KafkaError, *_REGISTER)


def dependency_of(error: BaseException) -> str | None:
    """Return the name of the dependency that is away, or None when the error means something else."""
    if isinstance(error, TemporarilyUnavailable):
        return error.dependency
    if isinstance(error, KafkaError):
        return "kafka"
    if isinstance(error, _REGISTER):
        return "register"
    return None
