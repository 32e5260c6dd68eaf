"""Which steps a consent may take. Pure: no I/O, no clock."""

from collections.abc import Mapping
from enum import Enum

from services.register.states import ConsentStatus as S

_ENDS = frozenset({S.REVOKED, S.EXPIRED})

LEGAL_MOVES: Mapping[S, frozenset[S]] = {
    S.UPLOADED: frozenset({S.IN_REVIEW, S.APPROVED, S.REJECTED}) | _ENDS,
    S.IN_REVIEW: frozenset({S.APPROVED, S.REJECTED}) | _ENDS,
    S.APPROVED: frozenset({S.FETCHED, S.REFUSED}) | _ENDS,
    S.FETCHED: frozenset({S.RENDERED, S.REFUSED}) | _ENDS,
    S.RENDERED: frozenset({S.DELIVERED, S.REFUSED}) | _ENDS,
    S.DELIVERED: _ENDS,
    S.REFUSED: _ENDS,
    S.EXPIRED: frozenset({S.REVOKED}),
    S.REJECTED: frozenset(),
    S.REVOKED: frozenset(),
}
"""From each status, where a consent may go next. A rejected or revoked one stays so."""


class Move(Enum):
    """What to make of a wish to move a consent."""

    LEGAL = "legal"
    PAST = "past"
    ILLEGAL = "illegal"


def judge_move(now: S, wanted: S) -> Move:
    """Judge a move: ``PAST`` when nothing leads there any more, ``ILLEGAL`` when it would skip a step."""
    if wanted in LEGAL_MOVES[now]:
        return Move.LEGAL
    return Move.ILLEGAL if wanted in ahead_of(now) else Move.PAST


def ahead_of(status: S) -> frozenset[S]:
    """Return everything that a consent in this status can still become."""
    reached: set[S] = set()
    ahead = set(LEGAL_MOVES[status])
    while ahead:
        reached |= ahead
        ahead = {following for one in ahead for following in LEGAL_MOVES[one]} - reached
    return frozenset(reached)
