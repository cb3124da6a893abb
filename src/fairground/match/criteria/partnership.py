"""Do both want the same form of working together? Constraint 'partnership', codes of list A."""

from collections.abc import Sequence
from datetime import date

from fairground.collect.core.partnerships import PARTNERSHIP_NAMES
from fairground.collect.core.records import Need, Offer
from fairground.match.core.results import Flag

# Forms that answer each other although their names differ: who wants a development gets a service.
_ALIKE = (
    frozenset({"licence", "assignment", "equity", "joint_venture"}),
    frozenset({"joint_development", "commissioned_development", "technical_service", "pilot", "consulting"}),
    frozenset({"supply", "licence", "pilot"}),
)


def flags(need: Need, offer: Offer, today: date) -> tuple[Flag, ...]:
    """A warning where no wanted form is offered and none is close to one; nothing where a side is silent."""
    del today
    wanted, given = set(need.partnership), set(offer.partnership)
    if not wanted or not given or wanted & given:
        return ()
    if any(wanted & group and given & group for group in _ALIKE):
        return ()
    (first_zh, first_en), (second_zh, second_en) = _names(need.partnership), _names(offer.partnership)
    return (
        Flag(
            "partnership",
            "warns",
            f"合作方式不同：需求{first_zh}，成果{second_zh}",
            f"forms of partnership differ: {first_en} wanted, {second_en} offered",
        ),
    )


def _names(codes: Sequence[str]) -> tuple[str, str]:
    names = [PARTNERSHIP_NAMES.get(code, (code, code)) for code in codes]
    return "、".join(zh for zh, _ in names), ", ".join(en for _, en in names)
