import itertools

import pytest

from services.register.consent_moves import LEGAL_MOVES, Move, ahead_of, judge_move
from services.register.states import OPENS_THE_CASE, ConsentStatus

S = ConsentStatus


def test_every_status_has_its_moves() -> None:
    assert set(LEGAL_MOVES) == set(ConsentStatus)


@pytest.mark.parametrize("status", [one for one in ConsentStatus if one not in {S.REJECTED, S.REVOKED}])
def test_a_consent_can_be_revoked_from_anywhere_but_rejected(status: ConsentStatus) -> None:
    assert judge_move(status, S.REVOKED) is Move.LEGAL


@pytest.mark.parametrize("status", [S.REVOKED, S.REJECTED])
@pytest.mark.parametrize("wanted", list(ConsentStatus))
def test_nothing_leads_out_of_revoked_and_rejected(status: ConsentStatus, wanted: ConsentStatus) -> None:
    assert judge_move(status, wanted) is Move.PAST


@pytest.mark.parametrize("ended", [S.REVOKED, S.EXPIRED, S.REJECTED, S.REFUSED])
def test_no_ended_consent_can_open_a_case_again(ended: ConsentStatus) -> None:
    assert not ahead_of(ended) & OPENS_THE_CASE


@pytest.mark.parametrize("status", list(ConsentStatus))
def test_arriving_twice_is_no_move_and_no_mistake(status: ConsentStatus) -> None:
    assert judge_move(status, status) is Move.PAST


def test_a_late_repeat_of_an_earlier_step_is_past() -> None:
    assert judge_move(S.DELIVERED, S.FETCHED) is Move.PAST
    assert judge_move(S.APPROVED, S.IN_REVIEW) is Move.PAST


def test_a_step_cannot_be_skipped() -> None:
    assert judge_move(S.UPLOADED, S.FETCHED) is Move.ILLEGAL
    assert judge_move(S.IN_REVIEW, S.DELIVERED) is Move.ILLEGAL
    assert judge_move(S.APPROVED, S.RENDERED) is Move.ILLEGAL


def test_the_ordinary_way_is_legal() -> None:
    way = [S.UPLOADED, S.IN_REVIEW, S.APPROVED, S.FETCHED, S.RENDERED, S.DELIVERED, S.EXPIRED]
    assert all(judge_move(now, then) is Move.LEGAL for now, then in itertools.pairwise(way))


def test_a_case_in_review_is_no_events_to_open_and_can_only_end() -> None:
    assert judge_move(S.APPROVED, S.CASE_REVIEW) is judge_move(S.FETCHED, S.CASE_REVIEW) is Move.LEGAL
    assert judge_move(S.CASE_REVIEW, S.REFUSED) is Move.LEGAL
    assert not ahead_of(S.CASE_REVIEW) & OPENS_THE_CASE
    assert S.CASE_REVIEW not in OPENS_THE_CASE
    assert judge_move(S.FETCHED, S.APPROVED) is Move.PAST
