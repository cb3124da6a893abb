"""What an offer would need of a place: its own public words as wishes, to be mended by whoever asks."""

from typing import Any

from fairground.accounts.core import states
from fairground.language.local_text import LocalText
from fairground.match.core.landing.statement import LONGEST_WISH, SHOULD, Statement, Wish, cleaned, stated
from fairground.publish.labels import label_of
from fairground.web.reader import readers_language

_ELEMENTS = (("material", "pilot"), ("method", "equipment"), ("product", "service"))
_FIELDS = 2


def is_offered(offer: Any) -> bool:
    """Tell whether an offer may fill the form: everybody may read it, since its words come to stand in an address."""
    return bool(offer.state == states.PUBLISHED and offer.visibility == offer.Visibility.PUBLIC)


def statement_of_offer(offer: Any) -> Statement:
    """Return wishes made of an offer's material, method, product and fields; none of one that is not public.

    Each is a wish, no must: what the place must have only its people know.
    """
    if not is_offered(offer):
        return Statement(())
    language = readers_language()
    wishes = []
    for name, kind in _ELEMENTS:
        text: LocalText = getattr(offer, name)
        if text and (said := cleaned(_first(text.in_language(language)))):
            wishes.append(Wish(kind, said, SHOULD))
    for code in offer.fields[:_FIELDS]:
        label = label_of("field", code, offer.hub_id).in_language(language)
        wishes.append(Wish("industry", cleaned(label), SHOULD))
    return stated(wishes)


def _first(text: str) -> str:
    """Return the first sentence of a text, cut at a clause where it is long."""
    for mark in ("。", ". ", "；", "; ", "，", ", "):
        if len(text) > LONGEST_WISH // 3:
            text = text.split(mark)[0]
    return text
