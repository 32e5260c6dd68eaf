"""The same shares by device, by filling, by kind, by engine and by style of signature."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from consent_intake.rules.check import Verdict
from consent_intake.rules.consent_decision import Outcome
from consent_intake.samples.truth import Family
from consent_intake.scoring.measures import measures
from consent_intake.scoring.scored import ScoredForm

_Key = TypeVar("_Key", bound=Hashable)

_CHANNELS: Final = ("vector", "flatbed", "copier", "phone", "fax")


@dataclass(frozen=True, slots=True)
class Breakdown:
    """One table."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def breakdowns(forms: Sequence[ScoredForm], held_out_styles: Iterable[str]) -> tuple[Breakdown, ...]:
    """Return every table."""
    return (
        by_channel(forms),
        by_kind(forms),
        by_engine(forms),
        by_style(forms, frozenset(held_out_styles)),
        good_not_approved(forms),
    )


def by_channel(forms: Sequence[ScoredForm]) -> Breakdown:
    """Return every measure by device."""
    groups = _grouped(forms, lambda form: form.channel)
    channels = [name for name in _CHANNELS if name in groups] + sorted(set(groups) - set(_CHANNELS))
    by_name = {name: measures(groups[name]) for name in channels}
    rows = [
        (measure.goal.name, *(_share(by_name[name][index].hits, by_name[name][index].trials) for name in channels))
        for index, measure in enumerate(measures(forms))
    ]
    rows.append(("forms", *(str(len(groups[name])) for name in channels)))
    return Breakdown("By device", ("measure", *channels), tuple(rows))


def by_kind(forms: Sequence[ScoredForm]) -> Breakdown:
    """Return what became of every kind."""
    groups = _grouped(forms, lambda form: (list(Family).index(form.family), form.kind))
    rows = []
    for key in sorted(groups):
        group = groups[key]
        ended = Counter(form.outcome for form in group)
        reasons = Counter(reason.value for form in group for reason in form.reasons).most_common(3)
        rows.append(
            (
                group[0].kind,
                group[0].family.value,
                *(str(ended[outcome]) for outcome in (Outcome.APPROVED, Outcome.REJECTED, Outcome.REVIEW)),
                ", ".join(f"{name} {number}" for name, number in reasons),
            )
        )
    return Breakdown(
        "By kind", ("kind", "family", "approved", "rejected", "review", "most frequent reasons"), tuple(rows)
    )


def by_engine(forms: Sequence[ScoredForm]) -> Breakdown:
    """Return how exactly each field was read, by the final reading and by each engine that was asked."""
    counts: dict[tuple[str, str, str], list[bool]] = defaultdict(list)
    for form in forms:
        for field in form.fields:
            ink = "hand" if field.by_hand else "print"
            counts[field.name, ink, "reading"].append(field.exact)
            for engine, exact in field.engines:
                counts[field.name, ink, engine].append(exact)
    engines = ("reading", *sorted({engine for _, _, engine in counts} - {"reading"}))
    lines = sorted({(name, ink) for name, ink, _ in counts}, key=lambda line: (line[1], line[0]))
    rows = tuple(
        (name, ink, *(_share(sum(counts[name, ink, one]), len(counts[name, ink, one])) for one in engines))
        for name, ink in lines
    )
    return Breakdown("Fields exact, by engine", ("field", "written by", *engines), rows)


def by_style(forms: Sequence[ScoredForm], held_out: frozenset[str]) -> Breakdown:
    """Return what the signature check made of every style; a form is counted when its page was found."""
    signed = [form for form in forms if form.style is not None and form.signature is not None]
    groups = _grouped(signed, lambda form: (form.style in held_out, form.style or ""))
    rows = []
    for is_held_out in (False, True):
        name = "all held out of training" if is_held_out else "all others"
        rows += [_style_row(style, groups[out, style]) for out, style in sorted(groups) if out == is_held_out]
        rows.append(_style_row(name, [form for form in signed if (form.style in held_out) == is_held_out]))
    return Breakdown("Signatures by style", ("style", "n", "accepted", "person looks", "told unsigned"), tuple(rows))


def _style_row(name: str, forms: Sequence[ScoredForm]) -> tuple[str, ...]:
    shares = (
        _share(sum(form.signature is verdict for form in forms), len(forms))
        for verdict in (Verdict.PASSED, Verdict.UNCLEAR, Verdict.FAILED)
    )
    return (name, str(len(forms)), *shares)


def good_not_approved(forms: Sequence[ScoredForm]) -> Breakdown:
    """Return why good forms were not approved, by filling; a form can have several reasons."""
    good = [form for form in forms if form.family is Family.GOOD]
    fills = sorted({form.fill for form in good})
    counted = Counter((form.fill, reason.value) for form in good for reason in form.reasons)
    reasons = sorted({reason for _, reason in counted}, key=lambda name: -sum(counted[fill, name] for fill in fills))
    rows = [(reason, *(str(counted[fill, reason]) for fill in fills)) for reason in reasons]
    rows.append(("good forms", *(str(sum(form.fill == fill for form in good)) for fill in fills)))
    return Breakdown("Why good forms were not approved", ("reason", *fills), tuple(rows))


def _grouped(forms: Iterable[ScoredForm], key: Callable[[ScoredForm], _Key]) -> dict[_Key, list[ScoredForm]]:
    groups: dict[_Key, list[ScoredForm]] = defaultdict(list)
    for form in forms:
        groups[key(form)].append(form)
    return groups


def _share(hits: int, trials: int) -> str:
    return f"{100 * hits / trials:.1f} % ({hits}/{trials})" if trials else "-"
