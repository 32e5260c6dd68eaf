import re
from datetime import date, datetime, timedelta

import cel
import pytest

from schemas.case_record import EnforcementCode, EnforcementStatus
from schemas.values import Language, Party
from services.resources.catalogue import by_id
from services.runtime.clock import NEW_YORK
from snapshot_renderer.adapters.packaged_data import packaged_editorial
from snapshot_renderer.rules.case_figures import figures_of
from snapshot_renderer.rules.rule_book import Rule
from snapshot_renderer.rules.rule_facts import facts_for_rules
from snapshot_renderer.samples.made_up_cases import AS_OF, worst

EDITORIAL = packaged_editorial()
PROMISES = re.compile(r"\b(you will|will be|garantiza|recibirá|se le dará)\b", re.IGNORECASE)
PLACEHOLDER = re.compile(r"\{(\w+)\}")
LONGEST_TEXT = 160
LONGEST_SENTENCE_WORDS = 25


def every_text() -> list[tuple[str, str]]:
    texts = [(key, text.say(language)) for key, text in EDITORIAL.texts.items() for language in Language]
    for rule in EDITORIAL.book.rules:
        parts = (rule.title, rule.text, *((rule.act_now,) if rule.act_now else ()))
        texts += [(rule.id, part.say(language)) for part in parts for language in Language]
    for code, words in EDITORIAL.actions.items():
        parts = (words.name, words.noncustodial, words.custodial)
        texts += [(code.value, part.say(language)) for part in parts for language in Language]
    return texts


def test_every_condition_compiles_and_reads_only_facts_that_exist() -> None:
    request = worst(Party.NONCUSTODIAL)
    figures = figures_of(request.case, as_of=AS_OF)
    facts = facts_for_rules(request.case, figures, constants=EDITORIAL.constants, today=AS_OF).facts
    for rule in EDITORIAL.book.rules:
        assert set(cel.compile(rule.when).variables()) <= set(facts), rule.id


@pytest.mark.parametrize("rule", EDITORIAL.book.rules, ids=lambda rule: rule.id)
def test_both_languages_of_a_rule_print_the_same_values(rule: Rule) -> None:
    for part in (rule.title, rule.text, *((rule.act_now,) if rule.act_now else ())):
        assert set(PLACEHOLDER.findall(part.en)) == set(PLACEHOLDER.findall(part.es))
    assert max(len(rule.text.en), len(rule.text.es)) <= LONGEST_TEXT


@pytest.mark.parametrize("rule", EDITORIAL.book.rules, ids=lambda rule: rule.id)
def test_every_resource_of_a_rule_is_in_the_catalogue(rule: Rule) -> None:
    for resource_id in rule.resources:
        assert by_id(resource_id).url.startswith("http")


def test_every_page_text_takes_the_same_values_in_both_languages() -> None:
    for key, text in EDITORIAL.texts.items():
        assert set(PLACEHOLDER.findall(text.en)) == set(PLACEHOLDER.findall(text.es)), key


def test_every_enforcement_action_and_status_has_words() -> None:
    assert set(EDITORIAL.actions) == set(EnforcementCode)
    assert {f"status_{status.value}" for status in EnforcementStatus} <= set(EDITORIAL.texts)


def test_nothing_is_promised_and_no_sentence_is_long() -> None:
    for key, text in every_text():
        assert not PROMISES.search(text), key
        for sentence in re.split(r"[.?:;]\s", text):
            assert len(sentence.split()) <= LONGEST_SENTENCE_WORDS, (key, sentence)


def test_no_text_says_that_a_tax_refund_was_taken() -> None:
    taken = re.compile(r"refund (was )?(taken|intercepted)|reembolso (fue )?(tomado|retenido)", re.IGNORECASE)
    assert not [key for key, text in every_text() if taken.search(text)]


def test_unconfirmed_yearly_amounts_are_not_used() -> None:
    assert EDITORIAL.constants.yearly_on(date(2023, 6, 1)) is None
    row = EDITORIAL.constants.yearly_on(date(2026, 11, 20))
    assert row is not None
    assert (row.effective_on, row.self_support_reserve, row.poverty_level) == (date(2026, 3, 1), 2154600, 1596000)


def test_the_yearly_amounts_are_not_out_of_date() -> None:
    """Fails on purpose when new amounts have been published and nobody entered them."""
    today = datetime.now(NEW_YORK).date()
    newest = max(row.effective_on for row in EDITORIAL.constants.yearly)

    assert today <= newest + timedelta(days=366)
