"""How much two texts say at all."""

import functools
import re

from fairground.collect.core.records import Need, Offer
from fairground.language.quantities import quantities
from fairground.match.core.prepared import (
    HAN,
)

_ENOUGH_UNITS = 60  # words or half as many Han characters: about three plain sentences


def text_sufficiency(need: Need, offer: Offer) -> float:
    """Return how much the two texts say at all, in [0, 1]; the poorer side decides.

    Words count one, Han characters a half (two make a word), up to 60; figures with a unit or
    comparator lift a text by up to a fifth. A title alone stays below 0.3.
    """
    return min(_said("\n".join(local.both() for local in record.texts.values())) for record in (need, offer))


@functools.lru_cache(maxsize=4096)  # a record stands in many pairs
def _said(whole: str) -> float:
    units = len(_LATIN_WORD.findall(whole)) + len(HAN.findall(whole)) / 2
    values = min(4, len(quantities(whole[:_READ_FOR_VALUES])))
    return min(1.0, 0.8 * min(1.0, units / _ENOUGH_UNITS) + 0.05 * values)


_LATIN_WORD = re.compile(r"[A-Za-z]{2,}")
_READ_FOR_VALUES = 2000  # characters: four figures are found early or not at all
