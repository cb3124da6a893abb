"""The clinic at work: an offer or need, saved or only typed, is examined; its advice stands beside the fields."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from fairground.accounts.kinds import kind_of
from fairground.accounts.models import Record
from fairground.collect.core.clinic import Examination, examine_need, examine_offer
from fairground.collect.core.clinic_words import ADVICE
from fairground.collect.models import Need, Offer
from fairground.collect.plain_records import plain_need, plain_offer
from fairground.language.local_text import LocalText

EXAMINED = frozenset({"need", "offer"})
_MOST_ADVICE = 5  # questions at a time: a form that asks everything at once is closed

# Where an element of the clinic is asked for on the form, when it is not the field of that name.
_FIELD_OF = {
    "need": {"measurable_target": "wanted_outcome"},
    "offer": {"advantage_number": "advantage", "trl": "maturity", "trl_tied": "maturity", "ipr": "rights"},
}


@dataclass(frozen=True, slots=True)
class Advice:
    """What the clinic says: completeness 0–100, and texts by field of the form."""

    score: int
    by_field: Mapping[str, tuple[LocalText, ...]]


def examine(row: Any) -> Examination | None:
    """Examine an offer or need that need not be saved; None for another kind."""
    if isinstance(row, Need):
        return examine_need(plain_need(row))
    if isinstance(row, Offer):
        return examine_offer(replace(plain_offer(row), trl_note=_level_note(row)))
    return None


def advise(row: Any) -> Advice | None:
    """Return the clinic's advice by field; None for a kind the clinic does not know."""
    found = examine(row)
    if found is None:
        return None
    by_field: dict[str, list[LocalText]] = {}
    for element in found.missing()[:_MOST_ADVICE]:
        field = _FIELD_OF[row.kind].get(element, element)
        by_field.setdefault(field, []).append(LocalText(*ADVICE[element]))
    texts = {
        spec.name: getattr(row, spec.name).both()
        for spec in kind_of(row.kind).layout
        if spec.shape in ("local_line", "local_text")
    }
    for vague in found.vague:
        field = next((name for name, text in texts.items() if vague.word in text), "")
        if field:
            by_field.setdefault(field, []).append(
                LocalText(
                    f"“{vague.word}”没有数字，读者无从判断：写出多少，或删去。",
                    f"“{vague.word}” carries no figure: say how much, or leave it out.",
                )
            )
    return Advice(found.score, {field: tuple(texts) for field, texts in by_field.items()})


def keep_completeness(sender: type[Record], instance: Any, **_: object) -> None:
    """Before an offer or need is saved, from wherever: note how complete it is, and an offer's highest level."""
    if isinstance(instance, Offer) and instance.maturity:
        instance.trl = max(level.level for level in instance.maturity)
    found = examine(instance)
    if found is not None:
        instance.completeness = found.score


def _level_note(offer: Offer) -> str | None:
    """Return what ties the highest level down, in the words by which the clinic knows a use, a date and evidence."""
    if not offer.maturity:
        return None
    level = max(offer.maturity, key=lambda one: one.level)
    parts = []
    if level.element or level.use:
        parts.append(f"用于 {level.element.both()} {level.use.both()}")
    if level.assessed_on:
        parts.append(str(level.assessed_on.year))
    if level.evidence or level.attachment:
        parts.append(f"报告 {level.evidence.both()}")
    return " · ".join(parts)
