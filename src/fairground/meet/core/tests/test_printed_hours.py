"""Printed hours are read where they are plain, and left alone where they are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairground.kernel.intervals import WallSpan
from fairground.meet.core.hours_text import WrongHoursError, read_line, write_line
from fairground.meet.core.printed_hours import read_hours

DAYS = "MTWTFSS"


def told(text: str) -> str | None:
    """Return what was read as 'MTWTF-- 09:00-17:00', days with the same hours together."""
    found = read_hours(text)
    if found is None:
        return None
    lines = [write_line(spans) for spans in found.week]
    return " | ".join(
        f"{''.join(day if each == line else '-' for day, each in zip(DAYS, lines, strict=True))} {line}"
        for line in dict.fromkeys(line for line in lines if line)
    )


WORKDAYS = "MTWTF-- 09:00-17:00"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("周一至周五 9:00-17:00", WORKDAYS),
        ("周一到周五９：００—１７：００", WORKDAYS),
        ("星期一至星期五 上午9点至下午5点", WORKDAYS),
        ("工作日 9:00～17:00", WORKDAYS),
        ("Mon–Fri 9–17", WORKDAYS),
        ("Mon-Fri 9 am - 5 pm", WORKDAYS),
        ("Monday to Friday, 9:00–17:00", WORKDAYS),
        ("Weekdays 9:00 to 17:00", WORKDAYS),
        ("开放时间：周一至周五9:00-17:00，周末休息", WORKDAYS),
        ("Mon-Fri 9-17; closed on weekends", WORKDAYS),
        ("周一至周五两班，7:00–23:00", "MTWTF-- 07:00-23:00"),
        ("Monday to Friday in two shifts, 7:00–23:00", "MTWTF-- 07:00-23:00"),
        ("周一至周六 8:00–22:00", "MTWTFS- 08:00-22:00"),
        ("每周二、四 9:00–16:00 对外开放", "-T-T--- 09:00-16:00"),
        ("Open to outsiders on Tuesdays and Thursdays, 9:00–16:00", "-T-T--- 09:00-16:00"),
        ("全年每天 24 小时", "MTWTFSS 00:00-24:00"),
        ("Day and night, all year", "MTWTFSS 00:00-24:00"),
        ("24/7", "MTWTFSS 00:00-24:00"),
        ("每天 8:30-11:30，13:30-17:00", "MTWTFSS 08:30-11:30, 13:30-17:00"),
        ("daily 2-4 pm", "MTWTFSS 14:00-16:00"),
        ("周一至周五 9:00-17:00；周六 9:00-12:00", "MTWTF-- 09:00-17:00 | -----S- 09:00-12:00"),
        ("周五至周一 22:00-6:00", "M---FSS 22:00-06:00"),
        ("周日 9点半至12点", "------S 09:30-12:00"),
        ("Sat, Sun 10.30-12.30", "-----SS 10:30-12:30"),
    ],
)
def test_plain_hours_are_read(text: str, expected: str) -> None:
    assert told(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "请来电",
        "9:00-17:00",  # on which days?
        "周一至周五",
        "周一至周五 9:00-17:00，法定节假日除外",
        "Mon-Fri 9-17 except holidays",
        "按预约",
        "Mon-Fri by appointment 9-17",
        "周一至周五 9:00-17:00，寒假另行通知",
        "周一至周五 9:00-25:00",
        "单双周轮换 9:00-17:00",
        "Mon-Fri 9-17 in summer, 10-16 in winter",
        "每月 5-7 日",
        "周末休息",
        "周一至周五 9:00-17:00 周一 10:00-12:00" * 20,
    ],
)
def test_what_is_not_plain_is_not_read(text: str) -> None:
    assert told(text) is None


@given(st.text(max_size=60))
def test_any_text_is_read_or_left(text: str) -> None:
    found = read_hours(text)
    assert found is None or len(found.week) == 7


spans = st.lists(st.integers(0, 95), min_size=2, max_size=6, unique=True).map(
    lambda marks: tuple(
        WallSpan(one * 15, other * 15)
        for one, other in zip(sorted(marks)[::2], sorted(marks)[1::2], strict=False)
    )
)


@given(spans)
def test_a_line_of_hours_reads_back(given_: tuple[WallSpan, ...]) -> None:
    assert read_line(write_line(given_)) == given_


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", ()),
        ("9-17", (WallSpan(540, 1020),)),
        ("9：00—12：00，13:00至17:30", (WallSpan(540, 720), WallSpan(780, 1050))),
        ("22:00-6:00", (WallSpan(1320, 1800),)),
        ("0-24", (WallSpan(0, 1440),)),
    ],
)
def test_lines_as_people_type_them(line: str, expected: tuple[WallSpan, ...]) -> None:
    assert read_line(line) == expected


@pytest.mark.parametrize(
    "line", ["nine", "9", "9-25", "9:70-10", "24-25", "9-12,11-13", "9-17:99", ",".join(["9-10"] * 7)]
)
def test_a_line_that_is_no_hours_says_what_to_write(line: str) -> None:
    with pytest.raises(WrongHoursError) as refused:
        read_line(line)
    assert refused.value.message.zh
    assert refused.value.message.en
