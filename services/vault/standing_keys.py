"""Keys that stay the same while master keys change: of the claim index, and of sealed texts.

A claim index that changed with the master key would no longer find the consents of before, whose case identifiers are
sealed or gone. So its key is a row of the register, wrapped by the master key, and a rotation wraps it anew.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Final, Protocol

from sqlalchemy import Connection, Engine, create_engine, insert, select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from typing_extensions import override

from services.register.database import blocking_url
from services.register.tables import VaultKey, VaultStandingKey
from services.runtime.failures import TemporarilyUnavailable
from services.vault.key_ring import MASTER_KEY, KeyRing, current, version
from services.vault.key_wrapping import BoundTo, KeyWrapper
from services.vault.master_key import KEY_BYTES, MasterKey

NAMES: Final = ("claim-index", "sealed-text")


class PurposeKeys(Protocol):
    """What gives each purpose a key of its own."""

    def derive(self, purpose: str) -> bytes:
        """Return the 32-byte key for one purpose."""


def standing_key_of(name: str) -> BoundTo:
    """Return what a standing key is bound to."""
    return BoundTo("standing-key", name)


class StandingKeys(PurposeKeys):
    """The standing keys of one installation: read from the register at the first use, then kept in memory.

    Args:
        register_url: where they are, wrapped.
        ring: unwraps them.
    """

    def __init__(self, register_url: str, ring: KeyRing) -> None:
        self._register_url = register_url
        self._ring = ring
        self._keys: dict[str, bytes] = {}

    @override
    def derive(self, purpose: str) -> bytes:
        """Return the key for one of ``NAMES``.

        An installation whose register has none yet derives them from the master key it began with, as it always has:
        what was indexed and sealed before is found and opened after.

        Raises:
            TemporarilyUnavailable: the register or the master key can't be reached, or it is not the right one.
        """
        if purpose not in self._keys:
            self._keys = self._read()
        return self._keys[purpose]

    def load(self) -> None:
        """Read them before there is an event loop that would wait; what is away now is asked for at the first use."""
        with suppress(TemporarilyUnavailable):
            self._keys = self._read()

    def make_missing(self, now: datetime) -> None:
        """Put into the register what is not there. The portal does so when it starts, before anything needs them.

        Raises:
            TemporarilyUnavailable: see ``derive``.
        """
        wrapper = current(self._ring)
        with _register(self._register_url) as engine:
            with engine.connect() as connection:
                missing = sorted(set(NAMES) - set(_stored(connection)))
                first = _began_with(connection, self._ring) if missing else wrapper
            for name in missing:
                key = first.derive(name) if isinstance(first, MasterKey) else os.urandom(KEY_BYTES)
                wrapped = wrapper.wrap(key, standing_key_of(name))
                row = {"name": name, "wrapped_key": wrapped, "master_key_id": wrapper.id, "created_at": now}
                # Two processes may make the first ones at once: the first one counts.
                with suppress(IntegrityError), engine.begin() as connection:
                    connection.execute(insert(VaultStandingKey).values(row))

    def _read(self) -> dict[str, bytes]:
        with _register(self._register_url) as engine, engine.connect() as connection:
            stored = _stored(connection)
            first = _began_with(connection, self._ring)
        found: dict[str, bytes] = {}
        for name in NAMES:
            if name in stored:
                wrapped, key_id = stored[name]
                found[name] = version(self._ring, key_id).unwrap(wrapped, standing_key_of(name))
            elif isinstance(first, MasterKey):
                found[name] = first.derive(name)
            else:
                raise TemporarilyUnavailable(MASTER_KEY)
        return found


def _stored(connection: Connection) -> dict[str, tuple[bytes, str]]:
    """Return each key as it is stored, with the id of what wrapped it."""
    query = select(VaultStandingKey.name, VaultStandingKey.wrapped_key, VaultStandingKey.master_key_id)
    return {name: (wrapped, key_id) for name, wrapped, key_id in connection.execute(query)}


def _began_with(connection: Connection, ring: KeyRing) -> KeyWrapper:
    """Return the version that wrapped the first data key, or the oldest one of an empty register."""
    wrapped = VaultKey.wrapped_key.is_not(None)
    query = select(VaultKey.master_key_id).where(wrapped).order_by(VaultKey.created_at, VaultKey.consent_id).limit(1)
    key_id: str | None = connection.scalar(query)
    return ring.versions()[0] if key_id is None else version(ring, key_id)


@contextmanager
def _register(url: str) -> Iterator[Engine]:
    engine = create_engine(blocking_url(url), hide_parameters=True)
    try:
        yield engine
    except SQLAlchemyError as error:
        raise TemporarilyUnavailable("register") from error
    finally:
        engine.dispose()
