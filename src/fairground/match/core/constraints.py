"""What speaks against a pair beside its words: readiness, place, money, time, rights, export, refusals."""

from collections.abc import Callable
from datetime import date

from fairground.collect.core.records import Need, Offer
from fairground.match.core.lexicon import Lexicon
from fairground.match.core.prepared import PreparedNeed, PreparedOffer, prepare_need, prepare_offer
from fairground.match.core.results import Flag
from fairground.match.criteria import (
    budget,
    deadline,
    excluded,
    export,
    partnership,
    readiness,
    region,
    rights,
)

Criterion = Callable[[Need, Offer, date], tuple[Flag, ...]]

# One file a criterion in match/criteria; the order is the order in which a report shows them.
CRITERIA: tuple[Criterion, ...] = (
    deadline.flags,
    readiness.flags,
    budget.flags,
    region.flags,
    rights.flags,
    export.flags,
    partnership.flags,
)


def flags_for(
    need: Need | PreparedNeed, offer: Offer | PreparedOffer, *, today: date, lexicon: Lexicon | None = None
) -> tuple[Flag, ...]:
    """Return what speaks against a pair or is open, refused approaches first.

    Parameters
    ----------
    need, offer : the records, or what `prepare_need` and `prepare_offer` made of them (faster for many pairs)
    today : date, against which deadlines are read
    lexicon : Lexicon or None, used only where a plain record has to be read for refused approaches

    Returns
    -------
    tuple of Flag; severity 'blocks' (leave the pair out unless asked for), 'warns', or 'open' (not stated)
    """
    plain_need = need.need if isinstance(need, PreparedNeed) else need
    plain_offer = offer.offer if isinstance(offer, PreparedOffer) else offer
    found: list[Flag] = []
    if any(requirement.excluded for requirement in plain_need.requirements) or isinstance(need, PreparedNeed):
        words = lexicon or Lexicon()
        ready_need = need if isinstance(need, PreparedNeed) else prepare_need(need, words)
        if any(item.requirement.excluded for item in ready_need.requirements):
            ready_offer = offer if isinstance(offer, PreparedOffer) else prepare_offer(offer, words)
            found.extend(excluded.flags(ready_need, ready_offer))
    for criterion in CRITERIA:
        found.extend(criterion(plain_need, plain_offer, today))
    return tuple(found)
