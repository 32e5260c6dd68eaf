"""The scorer of the signature model's card fits the rules in force: nobody else runs it between two trainings."""

from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from consent_intake.rules.check import Verdict
from consent_intake.rules.signature_model import SignatureModel
from consent_intake.rules.signature_thresholds import SignatureThresholds
from consent_intake.rules.signature_words import words_are_initials_of

REPOSITORY = Path(__file__).parents[3]
KINDS = {"ellipses": 4, "initials": 6, "empty": 1}


@pytest.fixture
def scorer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Any]:
    """The scripts of deploy/training that make the card, with a folder of their own to keep tables in."""
    monkeypatch.syspath_prepend(str(REPOSITORY / "deploy" / "training"))
    names = ("table", "sets", "words_read", "report", "score")
    scripts = {name: import_module(f"signature_{name}") for name in names}
    for name in ("table", "words_read"):
        monkeypatch.setattr(scripts[name], "BUILD", tmp_path)
    return scripts


def test_the_card_is_made_with_the_rules_in_force_and_the_names_that_the_marks_are_made_of(
    scorer: dict[str, Any],
) -> None:
    model = SignatureModel.model_validate_json(scorer["score"].MODEL.read_text(encoding="utf-8"))
    sets = tuple(scorer["sets"].Set(f"test-{kind}", count, 7, kind=kind) for kind, count in KINDS.items())
    zones = scorer["sets"].joined(sets)
    inks = scorer["score"].with_words(zones, sets, model, "test")
    verdicts = scorer["report"].judged(model, inks, zones.names, SignatureThresholds())
    passed = zones.kinds[verdicts == Verdict.PASSED]
    assert set(passed) == {"ellipses"}
    assert (verdicts[zones.kinds == "empty"] == Verdict.FAILED).all()
    own = [words_are_initials_of(inks[i].words, str(zones.names[i])) for i in np.nonzero(zones.kinds == "initials")[0]]
    assert any(own)
    card = scorer["report"].report(model, zones, inks)
    assert f"| initials | no signature | {KINDS['initials']} | 0 |" in card
    assert "of 4 signed zones: approved" in card
