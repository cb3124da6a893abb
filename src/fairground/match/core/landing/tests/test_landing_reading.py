"""Plain words as wishes: what is read, at which level, and that nothing is dropped unsaid."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairground.match.core.landing.measures import area_m2, kilometres_of, minutes_of, read_nearness
from fairground.match.core.landing.reading import read_statement
from fairground.match.core.landing.statement import (
    KINDS,
    LEVELS,
    LONGEST_WISH,
    MOST_WISHES,
    cleaned,
    read_written,
    without_contacts,
    written,
)


def read(text: str) -> list[tuple[str, str, str]]:
    return [(wish.level, wish.kind, wish.text) for wish in read_statement(text).wishes]


def test_forums_own_example_in_both_languages() -> None:
    assert read("需要3000平米厂房、中试线，距北京高铁一小时") == [
        ("must", "space", "3000平米厂房"),
        ("must", "pilot", "中试线"),
        ("must", "distance", "距北京高铁一小时"),
    ]
    assert read("an industry base in hydrogen, skilled staff, within one hour by rail of Beijing") == [
        ("must", "talent", "skilled staff"),
        ("must", "industry", "industry base in hydrogen"),
        ("must", "distance", "within one hour by rail of Beijing"),
    ]


def test_wish_word_makes_a_should_for_its_clause_only() -> None:
    assert read("需要中试线。最好有创新券") == [("must", "pilot", "中试线"), ("should", "policy", "创新券")]
    assert read("ideally rent subsidy; EMC testing is required") == [
        ("must", "service", "EMC testing"),
        ("should", "policy", "rent subsidy"),
    ]


@pytest.mark.parametrize(
    "text", ["不需要厂房", "无需中试线", "we do not need a pilot line", "no need for office space"]
)
def test_what_is_denied_is_no_wish(text: str) -> None:
    statement = read_statement(text)
    assert statement.wishes == ()
    assert statement.unused == (cleaned(text),)


def test_what_is_not_read_is_told() -> None:
    assert read_statement("我们做电池，需要中试线").unused == ("我们做电池",)


def test_contacts_are_taken_out_and_told() -> None:
    statement = read_statement("需要中试线，邮箱 someone@example.org，电话 13800138000")
    assert "@" in statement.unused
    assert not any("example" in text or "13800138000" in text for text in statement.unused)


@pytest.mark.parametrize(
    ("text", "area"),
    [
        ("3000平米厂房", 3000), ("3,000 m² of workshop", 3000), ("约2000㎡", 2000), ("两千平米", 2000),
        ("2,000 sqm", 2000),
        ("1.2万平方米", 12_000), ("3000平厂房", 3000), ("中试线", None), ("0平米", None),
    ],
)  # fmt: skip
def test_floor_space(text: str, area: float | None) -> None:
    assert area_m2(text) == area


@pytest.mark.parametrize(
    ("text", "place", "minutes", "km", "mode"),
    [
        ("距北京高铁一小时", "北京", 60, None, "rail"),
        ("到天津车程不超过一个半小时", "天津", 90, None, "road"),
        ("within half an hour by train of Beijing", "Beijing", 30, None, "rail"),
        ("≤ 100 km of Tianjin", "Tianjin", None, 100, ""),
        ("北京周边五十公里", "北京", None, 50, ""),
        ("靠近保定高新区", "保定高新区", None, 50, ""),
        ("less than 90 minutes' drive to Tangshan", "Tangshan", 90, None, "road"),
    ],
)
def test_nearness(text: str, place: str, minutes: float | None, km: float | None, mode: str) -> None:
    near = read_nearness(text)
    assert near is not None
    assert (near.place, near.minutes, near.km, near.mode) == (place, minutes, km, mode)


@pytest.mark.parametrize("text", ["高铁", "一小时", "100公里", "北京", "距", "within an hour"])
def test_nearness_without_a_place_or_figure_is_none(text: str) -> None:
    assert read_nearness(text) is None


SOME_WORDS = st.lists(
    st.sampled_from(
        ["需要", "最好", "3000平米", "厂房", "中试线", "距北京", "一小时", "高铁", "和", "、", "，", "。", "不需要",
         "ideally ", "we need ",
         "500 m² ", "pilot line ", "within ", "100 km ", "of Beijing", " and ", ", ",
         "在河北", "补贴", " a@b.cn ", "\u0000", "\ud800"]
    ),
    max_size=30,
).map("".join)  # fmt: skip


@given(st.one_of(SOME_WORDS, st.text(max_size=400)))
def test_any_text_is_read_without_failing_and_within_limits(text: str) -> None:
    statement = read_statement(text)
    assert len(statement.wishes) <= MOST_WISHES
    for wish in statement.wishes:
        assert wish.kind in KINDS
        assert wish.level in LEVELS
        assert wish.text == cleaned(wish.text)
        assert 0 < len(wish.text) <= LONGEST_WISH
        assert without_contacts(wish.text) == (wish.text, False)
        # What stands in an address comes back as it was.
        assert read_written(wish.level, [written(wish)]) == ([wish], [])


@given(SOME_WORDS)
def test_each_part_is_a_wish_or_told(text: str) -> None:
    statement = read_statement(text)
    said = "".join(wish.text for wish in statement.wishes) + "".join(statement.unused)
    for word in ("厂房", "中试线", "北京", "Beijing", "pilot line"):
        if word in text:
            assert word in said


@given(st.text(max_size=60))
def test_figures_are_positive_or_none(text: str) -> None:
    assert (area := area_m2(text)) is None or area > 0
    for value in (minutes_of(text), kilometres_of(text)):
        assert value is None or value >= 0
