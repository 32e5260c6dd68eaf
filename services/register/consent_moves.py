"""Which steps a consent may take. Pure: no I/O, no clock."""

from collections.abc import Mapping
from enum import Enum

from schemas.topics import Writer
from services.register.states import ConsentStatus as S

ENDS = frozenset({S.REVOKED, S.EXPIRED})

LEGAL_MOVES: Mapping[S, frozenset[S]] = {
    S.UPLOADED: frozenset({S.IN_REVIEW, S.APPROVED, S.REJECTED}) | ENDS,
    S.IN_REVIEW: frozenset({S.APPROVED, S.REJECTED}) | ENDS,
    S.APPROVED: frozenset({S.FETCHED, S.CASE_REVIEW, S.REFUSED}) | ENDS,
    S.FETCHED: frozenset({S.RENDERED, S.CASE_REVIEW, S.REFUSED}) | ENDS,
    S.CASE_REVIEW: frozenset({S.REFUSED}) | ENDS,
    S.RENDERED: frozenset({S.DELIVERED, S.REFUSED}) | ENDS,
    S.DELIVERED: ENDS,
    S.REFUSED: ENDS,
    S.EXPIRED: frozenset({S.REVOKED}),
    S.REJECTED: frozenset(),
    S.REVOKED: frozenset(),
}
"""From each status, where a consent may go next. A rejected or revoked one stays so.

The one way back, from a case in review to an approved form, is ``consents.read_again``: a person's decision, never an
event's.
"""


WORKS_ON: Mapping[S, Writer] = {
    S.UPLOADED: Writer.CONSENT_INTAKE,
    S.IN_REVIEW: Writer.CONSENT_INTAKE,
    S.APPROVED: Writer.CASE_FETCHER,
    S.FETCHED: Writer.SNAPSHOT_RENDERER,
    S.RENDERED: Writer.NOTIFIER,
}
"""The stage that takes a consent on from each status; what a person decides, the portal records."""


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
