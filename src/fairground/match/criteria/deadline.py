"""Is it still time? Constraint 'deadline': an expired need or offer blocks."""

from datetime import date

from fairground.collect.core.records import Need, Offer
from fairground.match.core.results import Flag


def flags(need: Need, offer: Offer, today: date) -> tuple[Flag, ...]:
    """The last day itself still counts."""
    found = []
    if need.deadline is not None and need.deadline < today:
        found.append(
            Flag(
                "deadline",
                "blocks",
                f"需求已于{need.deadline.isoformat()}截止",
                f"the need closed on {need.deadline.isoformat()}",
            )
        )
    if offer.valid_until is not None and offer.valid_until < today:
        found.append(
            Flag(
                "deadline",
                "blocks",
                f"成果有效期至{offer.valid_until.isoformat()}",
                f"the offer expired on {offer.valid_until.isoformat()}",
            )
        )
    return tuple(found)
