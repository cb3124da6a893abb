"""Derived remarks, marked sentences, numbers and dates as each reader writes them."""

import dataclasses
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairground.kernel.money import MoneyRange
from fairground.match.core.results import Evidence, Flag
from fairground.match.report.markup import both, clip, language_of, marked
from fairground.match.report.reading import best_supported, obstacles, standing, unmet_anywhere, unstated
from fairground.match.report.tests.demonstration_run import demonstration_run
from fairground.match.report.wording import count_phrase, day_phrase, money_phrase


@given(st.text(max_size=400), st.integers(1, 120))
def test_clip_is_one_line_within_its_limit(text: str, limit: int) -> None:
    line = clip(text, limit)
    assert len(line) <= limit + 1
    assert "\n" not in line
    assert clip(line, limit + 1) == line


@given(st.text(max_size=80), st.lists(st.text(max_size=12), max_size=5))
def test_marking_never_loses_or_adds_text(sentence: str, terms: list[str]) -> None:
    html = marked(sentence, terms)
    plain = html.replace("<mark>", "").replace("</mark>", "").replace("\u00a0", " ")
    assert plain == marked(sentence, []).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("sentence", "terms", "expected"),
    [
        ("Pores are found.", ["pore"], "<mark>Pores</mark> are found."),
        ("porelike", ["pore"], "porelike"),
        ("10.3 mm", ["0.3 mm"], "10.3 mm"),
        ("可检出裂纹", ["裂纹", "裂"], "可检出<mark>裂纹</mark>"),
        ("a < b", ["<"], "a &lt; b"),
    ],
)
def test_marked_terms(sentence: str, terms: list[str], expected: str) -> None:
    assert marked(sentence, terms).split(">", 1)[1].removesuffix("</q>") == expected


@pytest.mark.parametrize(
    ("text", "language"),
    [("TRL 7 样机在线检测", "zh"), ("a probe for 焊缝 in sheet metal", "en"), ("", "en"), ("42", "en")],
)
def test_language_of(text: str, language: str) -> None:
    assert language_of(text) == language


def test_both_keeps_equal_sides_once() -> None:
    assert both("TRL 8", "TRL 8") == "TRL 8"
    assert both("甲", "A") == "<bdi lang=zh>甲</bdi><bdi lang=en>A</bdi>"


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (0, ("0", "0")),
        (9999, ("9,999", "9,999")),
        (12000, ("1.2万", "12,000")),
        (12345, ("1.2345万", "12,345")),
        (100000, ("10万", "100,000")),
    ],
)
def test_counts_follow_the_reader(number: int, expected: tuple[str, str]) -> None:
    assert count_phrase(number) == expected


@pytest.mark.parametrize(
    ("money", "expected"),
    [
        (MoneyRange(None, 300000000, "CNY", "", ""), ("不超过300万元", "up to CNY 3 m")),
        (MoneyRange(50000000, 80000000, "CNY", "about", ""), ("约50万–80万元", "about CNY 500,000–800,000")),
        (
            MoneyRange(6731700000000, 6731700000000, "CNY", "about", ""),
            ("约673.17亿元", "about CNY 67.317 bn"),
        ),
        (MoneyRange(100, None, "USD", "", ""), ("1美元以上", "USD 1 or more")),
        (MoneyRange(12345, 12345, "CHF", "", ""), ("123.45CHF", "CHF 123.45")),
        (MoneyRange(None, None, "CNY", "", "面议"), ("面议", "面议")),
    ],
)
def test_money_follows_the_reader(money: MoneyRange, expected: tuple[str, str]) -> None:
    assert money_phrase(money) == expected


def test_day_follows_the_reader() -> None:
    assert day_phrase(date(2024, 4, 5)) == ("2024年4月5日", "5 April 2024")


def test_standing_ignores_blocked_pairs() -> None:
    first = demonstration_run().matches[0]
    blocked = dataclasses.replace(first, flags=(Flag("excluded", "blocks", "", ""),))
    thin = dataclasses.replace(first, evidence=Evidence.THIN, rank_for_need=2)
    assert standing([first]) is Evidence.ENOUGH
    assert standing([blocked]) is Evidence.NONE
    assert standing([blocked, thin]) is Evidence.THIN
    assert best_supported([blocked, thin]) is thin
    assert standing([]) is Evidence.NONE


def test_obstacles_name_the_strongest_first() -> None:
    run = demonstration_run()
    best, _, third = run.matches[:3]
    assert obstacles(third, best, side="needs") == (
        "与“单件检测时间 ≤ 90 s”等 2 条要求相抵触；排除的方案不允许；4 条要求中有 1 条未找到依据",
        "contradicts “单件检测时间 ≤ 90 s” and 1 more; excluded approach rules it out; "
        "nothing found on 1 of 4 requirements",
    )


def test_obstacles_see_the_low_side_and_the_weak_part() -> None:
    best = dataclasses.replace(demonstration_run().matches[0], judgements=())
    wanted = dataclasses.replace(
        best, rank_for_offer=7, rank_for_need=2, parts={**best.parts, "meaning": 0.3}
    )
    assert obstacles(wanted, best, side="needs") == (
        "这项供给另有 6 条更合适的需求；语义得分 0.30，首位为 0.78",
        "this offer fits 6 other needs better; meaning 0.30, against 0.78 for the first",
    )
    assert obstacles(best, best, side="needs") is None
    lower = dataclasses.replace(best, rank_for_need=2, score=0.8)
    assert obstacles(lower, best, side="needs") == (
        "仅总分低于首位（0.80，首位 0.86）",
        "only the overall score is lower (0.80; the first has 0.86)",
    )


def test_unmet_requirements_leave_out_excluded_and_met_ones() -> None:
    run = demonstration_run()
    of_first = [match for match in run.matches if match.need_id == "N-001"]
    assert unmet_anywhere(run.needs[0], of_first) == ()
    assert unmet_anywhere(run.needs[0], of_first[:1]) == ("检测结果写回制造执行系统",)
    assert unmet_anywhere(run.needs[0], []) == ()


def test_unstated_asks_for_each_gap_once() -> None:
    run = demonstration_run()
    assert [en for _, en in unstated(run.needs[0])] == ["today's method and its limit"]
    assert len(unstated(run.needs[4])) == 6
