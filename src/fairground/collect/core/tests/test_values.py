"""Readiness, dates, places, partnerships, contacts and requirements as people write them."""

from contextlib import suppress
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairground.collect.core.contacts import without_contacts
from fairground.collect.core.requirements import split_requirements
from fairground.collect.core.values import (
    UnreadableDateError,
    is_serial,
    parse_date,
    parse_flag,
    parse_partnerships,
    parse_trl,
    split_values,
)


@pytest.mark.parametrize(
    ("cell", "level"),
    [
        ("TRL 6", 6),
        ("TRL6-7", 6),
        ("6级", 6),
        ("六级", 6),
        ("6-7", 6),
        (6, 6),
        (7.0, 7),
        ("７级", 7),
        ("≥5", 5),
        ("TRL 5+", 5),
        ("5级以上", 5),
        ("技术成熟度：8", 8),
        ("中试", None),
        ("prototype", None),
        ("12", None),
        (0, None),
        (6.5, None),
        (True, None),
        (None, None),
        ("", None),
        ("2026年样机", None),
        ("TRL 10", None),
    ],
)
def test_parse_trl(cell: Any, level: Any) -> None:
    assert parse_trl(cell) == level


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2026-03-01", date(2026, 3, 1)),
        ("2026/3/1", date(2026, 3, 1)),
        ("2026.03.01", date(2026, 3, 1)),
        ("2026年3月1日", date(2026, 3, 1)),
        ("二〇二六年三月", date(2026, 3, 31)),
        ("20260301", date(2026, 3, 1)),
        (20260301, date(2026, 3, 1)),
        ("2026年2月", date(2026, 2, 28)),
        ("2026-02", date(2026, 2, 28)),
        ("March 2026", date(2026, 3, 31)),
        ("1 March 2026", date(2026, 3, 1)),
        ("Mar 1st, 2026", date(2026, 3, 1)),
        ("end of 2026", date(2026, 12, 31)),
        ("2026年底前", date(2026, 12, 31)),
        ("2026年上半年", date(2026, 6, 30)),
        ("2026 Q2", date(2026, 6, 30)),
        ("Q3 2026", date(2026, 9, 30)),
        ("2026年第二季度", date(2026, 6, 30)),
        ("2026", date(2026, 12, 31)),
        (2026, date(2026, 12, 31)),
        (46082, date(2026, 3, 1)),
        ("46082", date(2026, 3, 1)),
        ("25/04/2026", date(2026, 4, 25)),
        ("04/25/2026", date(2026, 4, 25)),
        ("04/04/2026", date(2026, 4, 4)),
        (datetime(2026, 3, 1, 8), date(2026, 3, 1)),
        (date(2026, 3, 1), date(2026, 3, 1)),
        ("长期有效", None),
        ("面议", None),
        ("open-ended", None),
        ("-", None),
        (None, None),
        ("", None),
    ],
)
def test_parse_date(cell: Any, day: Any) -> None:
    assert parse_date(cell) == day


@pytest.mark.parametrize(
    "cell", ["03/04/2026", "soon", "2026-13-01", "2026-02-30", "三个月内", 12, 1e9, "99/99/2026", -5]
)
def test_unreadable_dates_are_refused(cell: Any) -> None:
    with pytest.raises(UnreadableDateError):
        parse_date(cell)


@given(day=st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_dates_in_every_usual_form(day: Any) -> None:
    forms = [
        day.isoformat(),
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.day} {day:%B} {day.year}",
        (day - date(1899, 12, 30)).days,
    ]
    assert [parse_date(form) for form in forms] == [day] * 4
    assert is_serial(forms[-1])


@given(text=st.text(alphabet="0123456789-/.年月日 Qqmarch期长前", max_size=20))
def test_any_text_is_a_date_or_refused(text: Any) -> None:
    try:
        day = parse_date(text)
    except UnreadableDateError:
        return
    assert day is None or isinstance(day, date)


@pytest.mark.parametrize("text", ["一" * 10**6, "1" * 10**6, "2026年" * 10**5])
def test_a_megabyte_in_a_small_cell_takes_no_time(text: str) -> None:
    with suppress(UnreadableDateError):
        parse_date(text)
    assert parse_trl(text) is None


def test_split_values_keeps_names_whole() -> None:
    assert split_values("河北省唐山市、天津；北京") == ("河北省唐山市", "天津", "北京")
    assert split_values("New York; Acme, Inc") == ("New York", "Acme, Inc")
    assert split_values("") == ()


@pytest.mark.parametrize(
    ("text", "codes", "rest"),
    [
        ("技术许可", ("licence",), ()),
        ("专利转让、作价入股", ("assignment", "equity"), ()),
        ("合作开发；委托开发", ("joint_development", "commissioned_development"), ()),
        ("licence; technical service; pilot", ("licence", "technical_service", "pilot"), ()),
        ("joint venture", ("joint_venture",), ()),
        ("面谈", (), ("面谈",)),
    ],
)
def test_parse_partnerships(text: Any, codes: Any, rest: Any) -> None:
    assert parse_partnerships(text) == (codes, rest)


@pytest.mark.parametrize(
    ("cell", "flag"), [("是", True), ("yes", True), (True, True), (0, False), ("否", False), (None, False)]
)
def test_parse_flag(cell: Any, flag: Any) -> None:
    assert parse_flag(cell) is flag


@pytest.mark.parametrize(
    "text",
    [
        "mail li.wei@example.com",
        "电话：010-62781234",
        "手机 13800138000",
        "+86 138 0013 8000",
        "Tel: (0311) 8888 7777",
        "call +44 20 7946 0958",
    ],
)
def test_contacts_in_text_are_taken_out(text: Any) -> None:
    clean, count = without_contacts(text)
    assert count == 1
    assert clean.endswith("[…]")


@pytest.mark.parametrize(
    "text",
    ["压力 1000000 Pa", "2026-03-01 至 2026-12-31", "精度 0.0000001 m", "GB/T 22900-2022", "ISO 16290:2013"],
)
def test_numbers_that_are_no_contacts_stay(text: Any) -> None:
    assert without_contacts(text) == (text, 0)


def _levels(text: str, **options: Any) -> list[tuple[str, str, bool]]:
    return [(r.text, r.level, r.excluded) for r in split_requirements(text, **options)]


def test_requirements_from_lists_and_sentences() -> None:
    assert _levels("1、精度不低于0.1mm；2、最好国产；(3) 不接受化学清洗") == [
        ("精度不低于0.1mm", "must", False),
        ("最好国产", "should", False),
        ("不接受化学清洗", "must", True),
    ]
    assert _levels("• Accuracy 0.1 mm\n• should run on Linux\n• must not use cobalt") == [
        ("Accuracy 0.1 mm", "must", False),
        ("should run on Linux", "should", False),
        ("must not use cobalt", "must", True),
    ]


def test_requirements_under_headings_and_from_columns() -> None:
    assert _levels("必须：耐温200℃\n优先：重量小于5 kg\n国产化") == [
        ("耐温200℃", "must", False),
        ("重量小于5 kg", "should", False),
        ("国产化", "should", False),
    ]
    assert _levels("国产化", level="should") == [("国产化", "should", False)]
    assert _levels("氧化降解聚乙烯", level="must", excluded=True) == [("氧化降解聚乙烯", "must", True)]


def test_requirements_repeat_nothing_and_have_an_end() -> None:
    assert _levels("耐温200℃\n耐温200℃") == [("耐温200℃", "must", False)]
    assert len(_levels("\n".join(f"要求 {n} mm" for n in range(1000)))) == 200


@given(text=st.text(max_size=200))
def test_requirements_are_parts_of_the_text(text: Any) -> None:
    for requirement in split_requirements(text):
        assert requirement.text in text
