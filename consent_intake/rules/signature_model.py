"""Small calibrated tree models, evaluated here in plain Python: from ink and words to the chance of a signature.

deploy/train signature makes it; docs/models/signature.md says from what, and how well it does.
"""

from collections.abc import Mapping
from math import exp
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

_LARGEST_EXPONENT = 700.0
_END = -1

FIRST_ODDS = "first_odds"
"""Measure of the second trees: the logarithm of the odds that the first ones give."""
PEN_ODDS = "pen_odds"
"""Another one: the logarithm of the odds that the network of pens gives (adapters/pen_likeness.py)."""
LEFT_TO_THE_RULES = frozenset(
    {"boxed", "crossings", "faint_part", "feet", "remains", "remains_longest", "remains_span"}
)
"""Measures of the ink that no tree looks at. A new measure belongs in here, or all trees have to be trained again."""
ODDS_DIGITS = 4
"""Digits of it: the trees' limits are rounded to more, so that no value is on another side of one than in training."""


class Tree(BaseModel):
    """One regression tree; node 0 is the root, and children come after their parent, so that every walk ends.

    Attributes:
        measure: index of the measure that a node looks at; -1 for a leaf.
        limit: up to it, the left child is next.
        left: index of the left child; 0 for a leaf.
        right: index of the right child; 0 for a leaf.
        value: what a leaf adds to the score.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    measure: tuple[int, ...] = Field(min_length=1, max_length=255)
    limit: tuple[float, ...]
    left: tuple[int, ...]
    right: tuple[int, ...]
    value: tuple[float, ...]

    @model_validator(mode="after")
    def _is_a_tree(self) -> Self:
        count = len(self.measure)
        if any(len(part) != count for part in (self.limit, self.left, self.right, self.value)):
            raise ValueError("all parts of a tree have one entry a node")
        for node, measure in enumerate(self.measure):
            children = (self.left[node], self.right[node])
            if measure != _END and not all(node < child < count for child in children):
                raise ValueError("a child comes after its parent")
        return self

    def score(self, values: tuple[float, ...]) -> float:
        """Return what the tree adds for these measures."""
        node = 0
        while (measure := self.measure[node]) != _END:
            node = self.left[node] if values[measure] <= self.limit[node] else self.right[node]
        return self.value[node]


class Trees(BaseModel):
    """Boosted trees as data.

    Attributes:
        measures: what they look at, in the order of the trees' indices.
        start: score before the first tree.
        slope: Platt's calibration: the score's factor.
        offset: Platt's calibration: what is added after it.
        trees: the trees.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    measures: tuple[Annotated[str, Field(max_length=40)], ...] = Field(max_length=100)
    start: float
    slope: float = Field(gt=0)
    offset: float
    trees: tuple[Tree, ...] = Field(max_length=400)

    @model_validator(mode="after")
    def _trees_know_the_measures(self) -> Self:
        if any(not _END <= measure < len(self.measures) for tree in self.trees for measure in tree.measure):
            raise ValueError("a tree looks at a measure that is not named")
        return self

    def odds(self, measures: Mapping[str, float]) -> float:
        """Return the calibrated logarithm of the odds that the ink is a signature; an absent measure is 0."""
        values = tuple(measures.get(name, 0.0) for name in self.measures)
        score = self.start + sum(tree.score(values) for tree in self.trees)
        return max(min(self.slope * score + self.offset, _LARGEST_EXPONENT), -_LARGEST_EXPONENT)

    def chance(self, measures: Mapping[str, float]) -> float:
        """Return the calibrated probability, 0 to 1, that the ink is a signature; an absent measure is 0."""
        return 1.0 / (1.0 + exp(-self.odds(measures)))


class SignatureModel(Trees):
    """Trees that look at the ink, and others that look at the words in it as well.

    Attributes:
        name: stored beside the decisions made with it.
        second: look at the ink, the words and ``FIRST_ODDS``; None: the ink alone decides.
        second_from: the second trees learnt from ink that the first give this chance, and are asked about no other.
    """

    name: str = Field(min_length=1, max_length=60)
    second: Trees | None = None
    second_from: float = Field(default=0.05, ge=0, le=1)

    def chance_with_words(self, measures: Mapping[str, float], words: Mapping[str, float]) -> float:
        """Return the probability of a signature, given the ink and what the words in it are like."""
        first = self.odds(measures)
        chance = 1.0 / (1.0 + exp(-first))
        if self.second is None or chance < self.second_from:
            return chance
        return self.second.chance({**measures, **words, FIRST_ODDS: round(first, ODDS_DIGITS)})
