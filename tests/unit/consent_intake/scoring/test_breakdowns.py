"""Tables tell the shares of each group, and none is lost."""

from consent_intake.rules.check import Verdict
from consent_intake.rules.consent_decision import Outcome
from consent_intake.samples.truth import Family
from consent_intake.scoring.breakdowns import breakdowns, by_channel, by_engine, by_kind, by_style, good_not_approved
from consent_intake.scoring.report import markdown, report_of
from schemas.reason_codes import ReasonCode
from tests.support.scored_forms import field, scored


def test_devices_come_in_their_order_and_unknown_ones_last() -> None:
    forms = [scored(channel=name) for name in ("fax", "given", "vector", "phone")]
    assert by_channel(forms).head == ("measure", "vector", "phone", "fax", "given")
    assert by_channel(forms).rows[-1] == ("forms", "1", "1", "1", "1")


def test_kinds_tell_what_became_of_them() -> None:
    forms = [scored(), scored(outcome=Outcome.REVIEW, reasons=(ReasonCode.ILLEGIBLE,)), scored(Family.LETTER)]
    assert by_kind(forms).rows == (
        ("good", "good", "1", "0", "1", "ILLEGIBLE 1"),
        ("letter", "letter", "1", "0", "0", ""),
    )


def test_engines_are_counted_only_where_they_were_asked() -> None:
    asked = field(by_hand=True, exact=True, engines=(("cells", False), ("rapidocr", True)))
    alone = field(by_hand=True, exact=False, engines=(("cells", False),))
    assert by_engine([scored(fields=(asked, alone))]).rows == (
        ("birth_date", "hand", "50.0 % (1/2)", "0.0 % (0/2)", "100.0 % (1/1)"),
    )


def test_styles_that_training_never_saw_are_told_apart() -> None:
    forms = [
        scored(style="loops"),
        scored(style="dots", signature=Verdict.UNCLEAR),
        scored(style="dots"),
        scored(style="dots", signature=None),
    ]
    rows = {row[0]: row[1:3] for row in by_style(forms, frozenset({"dots"})).rows}
    assert rows["all others"] == ("1", "100.0 % (1/1)")
    assert rows["all held out of training"] == ("2", "50.0 % (1/2)")


def test_why_good_forms_were_not_approved_is_counted_by_filling() -> None:
    forms = [scored(), scored(outcome=Outcome.REVIEW, reasons=(ReasonCode.SIGNATURE_UNCLEAR,), fill="hand")]
    assert good_not_approved(forms).rows == (("SIGNATURE_UNCLEAR", "1", "0"), ("good forms", "1", "1"))


def test_the_page_has_every_table_with_as_many_cells_in_each_row_as_in_its_head() -> None:
    forms = [scored(fields=(field(),)), scored(Family.UNSIGNED, Outcome.REJECTED, signed=False)]
    tables = breakdowns(forms, ["loops"])
    page = markdown("Title", "snapshot intake score", ["A note."], report_of(forms, 0), tables)
    assert page.startswith("# Title\n")
    assert all(f"## {table.title}" in page for table in tables)
    assert all(len(row) == len(table.head) for table in tables for row in table.rows)
