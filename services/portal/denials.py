"""What somebody who is known asked for and may not have goes into the audit log: guessing at ids leaves a trail.

Whoever is not known (no sign-in, an unknown key) is turned away before anything is looked up; unknown keys and
addresses have entries of their own. What the gate refuses is the gate's entry (``disclosure.refused``).
"""

from enum import StrEnum
from uuid import UUID

from fastapi import Request
from pydantic import JsonValue

from services.portal.context import PortalContext
from services.portal.rate_limits import DENIAL_NOTED
from services.register import audit


class Denial(StrEnum):
    """Why: the role, an object that is another organization's or nobody's, or a form that is not from this sign-in."""

    ROLE = "ROLE"
    NOT_THEIRS = "NOT_THEIRS"
    FORGED_REQUEST = "FORGED_REQUEST"


async def note_denial(request: Request, reason: Denial) -> None:
    """Record that whoever is asking was denied a route, by its name, and the id that they asked for.

    Says nothing where nobody is known, where an address leads to no route or names no object, and beyond
    ``DENIAL_NOTED``.
    """
    context: PortalContext = request.app.state.context
    actor: audit.Actor | None = getattr(request.state, "actor", None)
    endpoint = request.scope.get("endpoint")
    asked = _ids_asked_for(request)
    if actor is None or endpoint is None or (reason is Denial.NOT_THEIRS and not asked):
        return
    if not context.rate_limits.allow(DENIAL_NOTED, "access.denied", actor):
        return
    room = str(endpoint.__module__).rpartition(".")[2]
    detail: dict[str, JsonValue] = {"reason": reason.value, "route": f"{request.method}.{room}.{endpoint.__name__}"}
    if asked:
        detail["asked"] = [str(one) for one in asked]
    async with context.database.transaction() as tx:
        await audit.record(tx, act="access.denied", actor=actor, at=context.clock(), detail=detail)


def _ids_asked_for(request: Request) -> list[UUID]:
    """Return the ids in the address. Anything else there is somebody's text, which the log does not repeat."""
    found = list[UUID]()
    for value in request.path_params.values():
        try:
            found.append(UUID(str(value)))
        except ValueError:
            continue
    return found
