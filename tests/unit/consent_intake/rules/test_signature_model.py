import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from consent_intake.rules.signature_model import FIRST_ODDS, SignatureModel, Tree, Trees

MODEL_FILE = Path(__file__).parents[4] / "consent_intake" / "policies" / "signature-2026-11.json"
EXAMPLES = json.loads((Path(__file__).parent / "signature_examples.json").read_text(encoding="utf-8"))
STUMP = Tree(measure=(0, -1, -1), limit=(10.0, 0.0, 0.0), left=(1, 0, 0), right=(2, 0, 0), value=(0.0, -2.0, 2.0))


def _model(*trees: Tree, slope: float = 1.0, offset: float = 0.0) -> SignatureModel:
    return SignatureModel(name="test", measures=("width",), start=0.0, slope=slope, offset=offset, trees=trees)


def test_the_packaged_model_says_what_scikit_learn_said() -> None:
    model = SignatureModel.model_validate_json(MODEL_FILE.read_text(encoding="utf-8"))
    assert model.second is not None
    assert [example["second"] for example in EXAMPLES].count(True) == 60
    assert len(EXAMPLES) == 120
    for example in EXAMPLES:
        trees = model.second if example["second"] else model
        assert trees.chance(example["measures"]) == pytest.approx(example["chance"], abs=1e-3), example["kind"]


def test_the_packaged_model_is_small() -> None:
    model = SignatureModel.model_validate_json(MODEL_FILE.read_text(encoding="utf-8"))
    assert model.second is not None
    assert MODEL_FILE.stat().st_size < 600_000
    assert (len(model.trees), len(model.second.trees)) == (250, 400)
    trees = (*model.trees, *model.second.trees)
    assert max(sum(measure == -1 for measure in tree.measure) for tree in trees) <= 31


def test_a_value_at_the_limit_goes_left() -> None:
    model = _model(STUMP)
    assert model.chance({"width": 10.0}) == pytest.approx(0.1192, abs=1e-4)
    assert model.chance({"width": 10.1}) == pytest.approx(0.8808, abs=1e-4)


def test_trees_add_up_and_calibration_scales_them() -> None:
    assert _model(STUMP, STUMP).chance({"width": 20.0}) == pytest.approx(0.98201, abs=1e-5)
    assert _model(STUMP, slope=0.5, offset=-1.0).chance({"width": 20.0}) == pytest.approx(0.5)


def test_the_second_trees_see_the_words_and_what_the_first_made_of_the_ink() -> None:
    words = Trees(measures=("word_letters",), start=0.0, slope=1.0, offset=0.0, trees=(STUMP,))
    model = _model(STUMP).model_copy(update={"second": words})
    assert model.chance_with_words({"width": 20.0}, {"word_letters": 4.0}) == pytest.approx(0.1192, abs=1e-4)
    assert model.chance_with_words({"width": 20.0}, {"word_letters": 12.0}) == pytest.approx(0.8808, abs=1e-4)
    odds = STUMP.model_copy(update={"limit": (1.9, 0.0, 0.0)})
    stacked = _model(STUMP).model_copy(
        update={"second": words.model_copy(update={"measures": (FIRST_ODDS,), "trees": (odds,)})}
    )
    assert stacked.chance_with_words({"width": 20.0}, {}) == pytest.approx(0.8808, abs=1e-4)
    assert stacked.chance_with_words({"width": 5.0}, {}) == pytest.approx(0.1192, abs=1e-4)


def test_words_make_no_signature_of_ink_that_the_first_trees_know_is_none() -> None:
    words = Trees(measures=(), start=9.0, slope=1.0, offset=0.0, trees=())
    model = _model(offset=-4.0).model_copy(update={"second": words})
    assert model.chance_with_words({}, {}) == pytest.approx(0.018, abs=1e-4)
    assert model.model_copy(update={"second_from": 0.01}).chance_with_words({}, {}) > 0.99


def test_an_absent_measure_counts_as_nothing() -> None:
    assert _model(STUMP).chance({}) == _model(STUMP).chance({"width": 0.0})


@pytest.mark.parametrize("offset", [-1e6, 1e6])
def test_an_extreme_score_is_a_probability_still(offset: float) -> None:
    assert 0.0 <= _model(offset=offset).chance({}) <= 1.0


def test_a_tree_that_walks_in_circles_is_refused() -> None:
    with pytest.raises(ValidationError, match="a child comes after its parent"):
        Tree(measure=(0, -1), limit=(1.0, 0.0), left=(0, 0), right=(1, 0), value=(0.0, 1.0))


def test_a_tree_with_a_missing_part_is_refused() -> None:
    with pytest.raises(ValidationError, match="one entry a node"):
        Tree(measure=(-1,), limit=(), left=(0,), right=(0,), value=(1.0,))


def test_a_tree_that_looks_at_an_unknown_measure_is_refused() -> None:
    tree = Tree(measure=(3, -1, -1), limit=(1.0, 0.0, 0.0), left=(1, 0, 0), right=(2, 0, 0), value=(0.0, 1.0, 2.0))
    with pytest.raises(ValidationError, match="not named"):
        _model(tree)
