from dataclasses import asdict, replace
from datetime import date, timedelta
from typing import Any

import pytest

from schemas.case_record import Arrears, EnforcementAction, EnforcementCode, EnforcementStatus, OrderStatus, Payment
from schemas.values import Language, Party, ScopeItem
from snapshot_renderer.adapters.packaged_data import packaged_editorial
from snapshot_renderer.rules.case_figures import BlockDays, FiguresDoNotReconcile
from snapshot_renderer.rules.money_blocks import tallest
from snapshot_renderer.rules.page_content import PageRequest, masked, page_content
from snapshot_renderer.rules.page_model import PageContent
from snapshot_renderer.samples.made_up_cases import AS_OF, CASES, minimal, typical, unpaid, worst

EN, ES = Language.ENGLISH, Language.SPANISH
PAYER, PAYEE = Party.NONCUSTODIAL, Party.CUSTODIAL


def page(request: PageRequest, language: Language = EN) -> PageContent:
    return page_content(request, packaged_editorial(), language)


def with_case(request: PageRequest, **changes: Any) -> PageRequest:
    return replace(request, case=request.case.model_copy(update=changes))


def with_scope(request: PageRequest, *scope: ScopeItem) -> PageRequest:
    return replace(request, grant=request.grant.model_copy(update={"scope": scope}))


def every_string(content: PageContent) -> str:
    return repr(asdict(content))


@pytest.mark.parametrize(
    ("request_", "english", "spanish"),
    [
        (typical(PAYER), "You paid in 9 of the last 12 months.", "Usted pagó en 9 de los últimos 12 meses."),
        (
            typical(PAYEE),
            "Support was paid in 9 of the last 12 months.",
            "Se pagó sustento en 9 de los últimos 12 meses.",
        ),
        (unpaid(PAYER), "No payment in the last 12 months.", "Ningún pago en los últimos 12 meses."),
        (minimal(PAYEE), "There is no support order yet.", "Todavía no hay una orden de sustento."),
    ],
    ids=["payer", "payee", "nothing paid", "no order"],
)
def test_the_headline_answers_first(request_: PageRequest, english: str, spanish: str) -> None:
    assert page(request_).headline == english
    assert page(request_, ES).headline == spanish


def test_an_order_that_ended_says_what_is_still_owed() -> None:
    request = typical(PAYER)
    ended = request.case.order.model_copy(update={"status": OrderStatus.ENDED})

    assert page(with_case(request, order=ended)).headline == "The order has ended. You still owe $6,840."
    nothing = Arrears(owed_to_dss=0, owed_to_custodial_parent=0)
    assert page(with_case(request, order=ended, arrears=nothing)).headline == (
        "The support order has ended. Nothing is past due."
    )


def test_the_act_now_line_names_the_step_that_it_means() -> None:
    content = page(worst(PAYER))

    assert content.act_now == "You have a court date on Jan 14, 2027. See step 1."
    assert content.steps.steps[0].rule_id == "N08"
    assert page(typical(PAYEE)).act_now is None


def test_money_and_days_are_written_as_new_yorkers_write_them() -> None:
    content = page(worst(PAYER), ES)

    assert [figure.number for figure in content.numbers] == ["$2,184.75", "$286,841.36", "$2,184.75"]
    assert content.as_of_line == "Datos al 20 de noviembre de 2026"
    assert content.numbers[2].label == "último pago, 28 oct 2026"


def test_each_parent_sees_the_past_due_amount_that_concerns_them() -> None:
    assert page(typical(PAYER)).numbers[1].number == "$6,840"
    assert page(typical(PAYEE)).numbers[1].number == "$2,630"


def test_the_parts_of_the_past_due_amount_add_up() -> None:
    parts = page(typical(PAYER)).arrears.parts

    assert [part.amount for part in parts] == ["$4,210", "$2,630"]
    assert sum(part.share for part in parts) == 1000


def test_a_tiny_part_of_the_past_due_amount_can_still_be_seen() -> None:
    arrears = Arrears(owed_to_dss=1, owed_to_custodial_parent=9_999_999)
    shares = [part.share for part in page(with_case(typical(PAYER), arrears=arrears)).arrears.parts]

    assert min(shares) >= 15
    assert sum(shares) == 1000


def test_no_past_due_support_is_said_in_words() -> None:
    content = page(minimal(PAYER))

    assert content.arrears.message == "No past-due support."
    assert content.numbers[1].number == "$0"


def test_a_lump_sum_does_not_flatten_the_other_months() -> None:
    block = page(worst(PAYER)).payments

    assert tallest(block.bars) == 2 * 218475
    assert max(bar.paid for bar in block.bars) > tallest(block.bars)
    assert any("cut short" in note for note in block.notes)


def test_the_chart_tells_every_month_in_words() -> None:
    title = page(typical(PAYER)).payments.chart_title

    assert title.count("due") == 12
    assert "Apr 2026: $206 paid of $412 due" in title


def test_open_answers_come_first_and_carry_their_last_day() -> None:
    rows = page(typical(PAYER)).enforcement.rows

    assert rows[0].name == "Driver's license notice"
    assert rows[0].answer == "Answer by Dec 6, 2026."
    assert rows[0].urgent
    assert rows[-1].status == "Released"
    assert rows[-1].meaning == "This action has ended."


def test_an_answer_day_that_is_over_is_told_as_over() -> None:
    request = replace(typical(PAYER), today=date(2026, 12, 7))
    row = next(row for row in page(request).enforcement.rows if row.name == "Driver's license notice")

    assert row.answer == "Answer was due Dec 6, 2026."
    assert not row.urgent


def test_the_custodial_page_tells_neither_answer_days_nor_where_income_comes_from() -> None:
    action = EnforcementAction(
        code=EnforcementCode.UNEMPLOYMENT_WITHHOLDING, status=EnforcementStatus.ACTIVE, started_on=date(2026, 10, 1)
    )
    request = with_case(typical(PAYEE), enforcement=(action, *typical(PAYEE).case.enforcement))
    for language in Language:
        text = every_string(page(request, language)).lower()
        assert not any(word in text for word in ("unemployment", "desempleo", "paycheck", "sueldo"))
    assert not any(row.answer for row in page(request).enforcement.rows)


@pytest.mark.parametrize("name", list(CASES))
@pytest.mark.parametrize("party", list(Party))
def test_the_case_number_is_masked_everywhere(name: str, party: Party) -> None:
    request = CASES[name](party)
    for language in Language:
        assert request.case.case_identifier not in every_string(page(request, language))
    assert masked("AB12345C1") == "AB*****C1"


def test_blocks_that_the_consent_does_not_release_are_not_on_the_page() -> None:
    content = page(with_scope(worst(PAYER), ScopeItem.NEXT_STEPS))
    text = every_string(content)

    assert content.payments.bars == ()
    assert content.arrears.parts == ()
    assert content.enforcement.rows == ()
    assert not any(secret in text for secret in ("286,841", "184,210", "21,459", "Passport", "Jan 14"))
    assert page(with_scope(worst(PAYER), ScopeItem.PAYMENTS)).steps.steps == ()


def test_each_link_is_official_and_forms_keep_their_english_names() -> None:
    content = page(worst(PAYER), ES)
    by_rule = {step.rule_id: step.link for step in content.steps.steps}

    assert by_rule["N02"].title == "Driver License Suspension Request or Challenge"
    assert by_rule["N02"].language is EN
    assert by_rule["N08"].address == "nyc.gov/site/hra/help/noncustodial-parents.page"
    assert content.steps.forms is not None
    assert content.steps.forms.address == "childsupport.ny.gov/dcse/publications.html"
    assert content.steps.note == "(Los formularios se llenan y se envían en inglés.)"


def test_the_footer_says_for_whom_on_whose_consent_and_until_when() -> None:
    content = page(typical(PAYER))

    assert "Bronx Fathers Forward" in content.prepared_for
    assert "November 18, 2027" in content.prepared_for
    assert "7F3A9C21" in content.prepared_for
    assert "0000-4000" not in content.prepared_for
    assert "not legal advice" in content.confidential
    assert "888-208-4485" in content.helpline


def test_a_record_from_a_day_that_is_still_to_come_makes_no_page() -> None:
    with pytest.raises(FiguresDoNotReconcile):
        page(replace(typical(PAYER), as_of=AS_OF + timedelta(days=1)))


def test_each_block_says_how_old_it_is_and_the_page_names_the_oldest() -> None:
    days = BlockDays(AS_OF, AS_OF + timedelta(days=2), AS_OF + timedelta(days=1))
    request = replace(typical(PAYER), block_days=days, today=days.payments)
    english, spanish = page(request), page(request, ES)

    assert english.as_of_line == "Facts as of November 20, 2026"
    assert (english.arrears.as_of, spanish.arrears.as_of) == ("As of Nov 20, 2026", "Al 20 nov 2026")
    assert (english.payments.as_of, spanish.payments.as_of) == ("As of Nov 22, 2026", "Al 22 nov 2026")
    assert (english.enforcement.as_of, spanish.enforcement.as_of) == ("As of Nov 21, 2026", "Al 21 nov 2026")


def test_a_block_that_is_newer_than_the_others_contradicts_nothing_and_is_not_from_the_future() -> None:
    days = BlockDays(AS_OF, AS_OF + timedelta(days=2), AS_OF)
    paid = Payment(received_on=days.payments, amount=100)
    request = with_case(typical(PAYER), payments=(paid,))
    with pytest.raises(FiguresDoNotReconcile):
        page(request)
    newer = replace(request, block_days=days, today=days.payments)
    assert page(newer).numbers[2].label == "last payment, Nov 22, 2026"
    with pytest.raises(FiguresDoNotReconcile):
        page(replace(newer, today=AS_OF))


def test_the_twelve_months_are_those_before_the_ledger_s_own_day() -> None:
    days = BlockDays(AS_OF, date(2026, 12, 3), AS_OF)
    request = replace(typical(PAYER), block_days=days, today=days.payments)
    assert page(request).payments.span == "Dec 2025 to Nov 2026"


def test_what_the_consent_does_not_cover_has_no_day() -> None:
    content = page(with_scope(worst(PAYER), ScopeItem.NEXT_STEPS))
    assert (content.payments.as_of, content.arrears.as_of, content.enforcement.as_of) == ("", "", "")


def test_a_page_without_a_single_step_says_so_instead_of_showing_an_empty_box() -> None:
    withheld = replace(typical(PAYEE), today=date(2031, 1, 1))
    content = page(withheld)
    assert content.steps.steps == ()
    assert content.steps.message == "We have no next step to suggest today. Call the helpline if you have a question."
    assert page(typical(PAYEE)).steps.message is None
