"""Is the offer ready enough? Constraint 'trl': readiness 1 to 9 against the lowest the need accepts."""

from datetime import date

from fairground.collect.core.records import Need, Offer
from fairground.match.core.results import Flag

_TOLERATED = 2  # levels below the wanted one that development can still close


def flags(need: Need, offer: Offer, today: date) -> tuple[Flag, ...]:
    """Open where the offer states no level, a warning one or two levels below, blocking beyond."""
    del today
    if need.trl_min is None:
        return ()
    if offer.trl is None:
        return (
            Flag(
                "trl",
                "open",
                f"要求TRL ≥ {need.trl_min}，成果未说明",
                f"TRL {need.trl_min} wanted, the offer states none",
            ),
        )
    gap = need.trl_min - offer.trl
    if gap <= 0:
        return ()
    severity = "warns" if gap <= _TOLERATED else "blocks"
    return (
        Flag(
            "trl",
            severity,
            f"成果TRL {offer.trl}，低于要求的{need.trl_min}，差{gap}级",
            f"TRL {offer.trl} is {gap} below the wanted {need.trl_min}",
        ),
    )
