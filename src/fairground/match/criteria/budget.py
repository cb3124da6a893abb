"""Can the need pay? Constraint 'budget': the lowest price against the highest budget, in one currency."""

from datetime import date

from fairground.collect.core.records import Need, Offer
from fairground.kernel.money import MoneyRange
from fairground.match.core.results import Flag

_FAR = 2.0  # a price this many times the budget cannot be bridged by bargaining


def _highest(money: MoneyRange) -> int | None:
    if money.qualifier == "more than":
        return None
    return money.high_minor


def _lowest(money: MoneyRange) -> int | None:
    if money.qualifier == "less than":
        return None
    return money.low_minor


def flags(need: Need, offer: Offer, today: date) -> tuple[Flag, ...]:
    """Nothing where no budget is stated or a price is to be negotiated; open across currencies."""
    del today
    if need.budget is None or offer.price is None:
        return ()
    budget, price = need.budget, offer.price
    if budget.currency != price.currency:
        return (
            Flag(
                "budget",
                "open",
                f"预算{budget.quote}与报价{price.quote}币种不同",
                f"budget {budget.quote} and price {price.quote} are in different currencies",
            ),
        )
    highest, lowest = _highest(budget), _lowest(price)
    if highest is None or lowest is None or lowest <= highest:
        return ()
    severity = (
        "blocks"
        if lowest > highest * _FAR and "about" not in (budget.qualifier, price.qualifier)
        else "warns"
    )
    return (
        Flag(
            "budget",
            severity,
            f"报价{price.quote}高于预算{budget.quote}",
            f"price {price.quote} is above the budget {budget.quote}",
        ),
    )
