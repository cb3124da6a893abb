"""The two texts of a record that ranking reads: its title and everything else it says in public."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fairground.collect.core.records import NEED_TEXT_FIELDS, OFFER_TEXT_FIELDS, Need, Offer
from fairground.language.local_text import LocalText

# What a need asks for is said first in these fields, so they lead the body: the first words count most.
_NEED_ORDER = ("wanted_outcome", "problem", "abstract")
_OFFER_ORDER = ("summary", "advantage", "description", "problem_solved")


@dataclass(frozen=True, slots=True)
class FieldTexts:
    """Title and body of one record; either may be empty. Both languages stand in each."""

    title: str
    body: str


def texts_of_need(need: Need) -> FieldTexts:
    """Return the texts of a need, its requirements included and what it refuses left out."""
    wanted = [item.text for item in need.requirements if not item.excluded]
    return _field_texts(need.texts, _NEED_ORDER, NEED_TEXT_FIELDS, wanted)


def texts_of_offer(offer: Offer) -> FieldTexts:
    """Return the texts of an offer."""
    return _field_texts(offer.texts, _OFFER_ORDER, OFFER_TEXT_FIELDS, ())


def _field_texts(
    texts: Mapping[str, LocalText], first: Sequence[str], names: Sequence[str], more: Sequence[str]
) -> FieldTexts:
    rest = [name for name in names if name not in first and name != "title"]
    parts = [texts[name].both() for name in (*first, *rest) if name in texts]
    title = texts["title"].both() if "title" in texts else ""
    return FieldTexts(title, "\n".join(part for part in (*parts, *more) if part))
