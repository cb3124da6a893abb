"""Every constraint: what blocks, what warns, what stays open, and what says nothing."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from fairground.collect.core.records import Need, Offer, Origin, Requirement
from fairground.kernel.money import MoneyRange
from fairground.language.local_text import LocalText
from fairground.match.core.constraints import flags_for

TODAY = date(2024, 4, 25)
ORIGIN = Origin("list.csv", None, 2)


def need(**changes: Any) -> Need:
    return replace(Need("N1", ORIGIN, {}), **changes)


def offer(**changes: Any) -> Offer:
    return replace(Offer("O1", ORIGIN, {}), **changes)


def money(low: int | None, high: int | None, currency: str = "CNY", qualifier: str = "") -> MoneyRange:
    return MoneyRange(low, high, currency, qualifier, f"{low}-{high} {currency}")


def severities(wanted: Need, given: Offer) -> list[tuple[str, str]]:
    return [(flag.constraint, flag.severity) for flag in flags_for(wanted, given, today=TODAY)]


@pytest.mark.parametrize(
    ("wanted", "given", "expected"),
    [
        (None, None, []),
        (6, None, [("trl", "open")]),
        (6, 6, []),
        (6, 9, []),
        (6, 5, [("trl", "warns")]),
        (6, 4, [("trl", "warns")]),
        (6, 3, [("trl", "blocks")]),
    ],
)
def test_flags_trl_gap_decides(
    wanted: int | None, given: int | None, expected: list[tuple[str, str]]
) -> None:
    assert severities(need(trl_min=wanted), offer(trl=given)) == expected


def test_flags_deadline_passed_blocks_and_last_day_counts() -> None:
    assert severities(need(deadline=date(2024, 4, 24)), offer()) == [("deadline", "blocks")]
    assert severities(need(deadline=TODAY), offer(valid_until=TODAY)) == []
    assert severities(need(), offer(valid_until=date(2023, 1, 1))) == [("deadline", "blocks")]


def test_flags_region_only_a_bound_need_warns() -> None:
    bound = {"wanted_outcome": LocalText(zh="仅限本地企业承接。")}
    far = offer(regions=("深圳",))
    assert severities(need(regions=("天津",)), far) == []
    assert severities(need(regions=("天津",), texts=bound), far) == [("region", "warns")]
    assert severities(need(regions=("天津",), texts=bound), offer(regions=("北京市海淀区",))) == []
    assert severities(need(regions=("天津",), texts=bound), offer()) == [("region", "open")]


def test_flags_budget_compares_within_one_currency() -> None:
    budget = money(None, 1_000_000)
    assert severities(need(budget=budget), offer(price=money(900_000, 1_200_000))) == []
    assert severities(need(budget=budget), offer(price=money(1_500_000, 1_500_000))) == [("budget", "warns")]
    assert severities(need(budget=budget), offer(price=money(5_000_000, 5_000_000))) == [("budget", "blocks")]
    assert severities(need(budget=budget), offer(price=money(1, 1, "USD"))) == [("budget", "open")]
    assert severities(need(budget=budget), offer()) == []


def test_flags_ipr_assignment_against_licence_warns() -> None:
    assert severities(need(ipr="专利转让"), offer(ipr="仅许可，不转让")) == [("ipr", "warns")]
    assert severities(need(ipr="assignment of the patent"), offer(partnership=("licence",))) == [
        ("ipr", "warns")
    ]
    assert severities(need(ipr="专利转让"), offer(partnership=("assignment",))) == []
    assert severities(need(ipr="exclusive licence"), offer(ipr="non-exclusive licence")) == [("ipr", "warns")]
    assert severities(need(ipr="转让"), offer()) == [("ipr", "open")]
    assert severities(need(ipr="non-exclusive licence"), offer()) == []


def test_flags_export_restriction_matters_across_a_border() -> None:
    restricted = {"export_restriction": "EAR99", "regions": ("Boston, USA",)}
    assert severities(need(regions=("北京",)), offer(**restricted)) == [("export", "warns")]
    assert severities(need(regions=("California, United States",)), offer(**restricted)) == []
    assert severities(need(), offer(**restricted)) == [("export", "open")]
    assert severities(need(regions=("北京",)), offer(export_restriction="无", regions=("Boston",))) == []


def test_flags_partnership_disjoint_warns() -> None:
    assert severities(need(partnership=("supply",)), offer(partnership=("consulting",))) == [
        ("partnership", "warns")
    ]
    assert severities(need(partnership=("supply",)), offer(partnership=("supply", "licence"))) == []
    assert severities(need(partnership=("supply",)), offer()) == []


def test_flags_excluded_approach_used_blocks_with_the_sentence() -> None:
    wanted = need(requirements=(Requirement("含氰电镀", "must", excluded=True),))
    uses = offer(texts={"description": LocalText(zh="本工艺采用含氰电镀液，镀层均匀。")})
    without = offer(texts={"description": LocalText(zh="本工艺不使用含氰电镀液。")})
    flags = flags_for(wanted, uses, today=TODAY)
    assert [(flag.constraint, flag.severity) for flag in flags] == [("excluded", "blocks")]
    assert "本工艺采用含氰电镀液，镀层均匀。" in flags[0].reason_zh
    assert severities(wanted, without) == []
