"""Calendar files as other programs read them: icalendar opens them, dateutil follows their zones."""

import io
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from dateutil.tz import tzical
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from fairground.kernel.intervals import Interval
from fairground.meet.core.calendar_files import (
    CANCEL,
    CANCELLED,
    CONFIRMED,
    Entry,
    describe_zone,
    write_calendar,
)

ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Havana")
START = datetime(2026, 1, 5, tzinfo=UTC)


def entry(begins: datetime, zone: str = "Europe/Berlin", **values: object) -> Entry:
    given_ = {
        "uid": "abc@fairground", "sequence": 0, "when": Interval(begins, begins + timedelta(hours=2)), "zone": zone,
        "status": CONFIRMED, "changed_at": START, "summary": "示例·CT；450 kV, 分时\n第二行", **values,
    }  # fmt: skip
    return Entry(**given_)  # type: ignore[arg-type]


@pytest.mark.parametrize("zone", ZONES)
@given(hours=st.integers(0, 24 * 365))
def test_another_program_follows_the_zone_to_the_same_instant(zone: str, hours: int) -> None:
    at = START + timedelta(hours=hours, minutes=30)
    shown = at.astimezone(ZoneInfo(zone))
    described = _zones(zone)[zone]
    read = shown.replace(tzinfo=described, fold=0)
    if not shown.fold:
        assert read.astimezone(UTC) == at


_KEPT: dict[str, dict[str, tzinfo | None]] = {}


def _zones(zone: str) -> dict[str, tzinfo | None]:
    if zone not in _KEPT:
        described = describe_zone(ZoneInfo(zone), Interval(START, START + timedelta(days=400)))
        _KEPT[zone] = {zone: tzical(io.StringIO(described.to_ical().decode())).get(zone)}
    return _KEPT[zone]


@pytest.mark.parametrize(
    "begins",
    [
        datetime(2026, 3, 29, 0, 30, tzinfo=UTC),  # half an hour before the clock jumps
        datetime(2026, 3, 29, 1, 0, tzinfo=UTC),
        datetime(2026, 10, 24, 23, 30, tzinfo=UTC),
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),  # the first 02:30
        datetime(2026, 10, 25, 1, 30, tzinfo=UTC),  # the second
    ],
)
def test_begin_and_end_are_read_back_across_the_change(begins: datetime) -> None:
    calendar = Calendar.from_ical(write_calendar([entry(begins)]))
    (event,) = calendar.walk("VEVENT")
    assert event.decoded("dtstart").astimezone(UTC) == begins
    assert event.decoded("dtend").astimezone(UTC) == begins + timedelta(hours=2)


def test_a_file_says_what_it_is() -> None:
    written = write_calendar(
        [entry(START, organiser=("示例", "hub@example.org"), location="保定", address="https://x.example/")]
    )
    calendar = Calendar.from_ical(written)
    (event,) = calendar.walk("VEVENT")
    assert (calendar["method"], calendar["version"]) == ("PUBLISH", "2.0")
    assert event["uid"] == "abc@fairground"
    assert str(event["summary"]) == "示例·CT；450 kV, 分时\n第二行"
    assert str(event["organizer"]) == "mailto:hub@example.org"
    assert [str(zone["tzid"]) for zone in calendar.walk("VTIMEZONE")] == ["Europe/Berlin"]
    assert b"\r\n" in written
    assert max(len(line) for line in written.split(b"\r\n")) <= 75
    assert written == write_calendar(
        [entry(START, organiser=("示例", "hub@example.org"), location="保定", address="https://x.example/")]
    )


def test_a_cancellation_names_the_same_booking_with_a_higher_number() -> None:
    first = Calendar.from_ical(write_calendar([entry(START)]))
    last = Calendar.from_ical(write_calendar([entry(START, sequence=2, status=CANCELLED)], method=CANCEL))
    (before,), (gone,) = first.walk("VEVENT"), last.walk("VEVENT")
    assert (last["method"], gone["status"], gone["transp"]) == ("CANCEL", "CANCELLED", "TRANSPARENT")
    assert gone["uid"] == before["uid"]
    assert int(str(gone["sequence"])) > int(str(before["sequence"]))


def test_no_entries_make_a_calendar_too() -> None:
    assert Calendar.from_ical(write_calendar([], name="我的预约")).walk("VEVENT") == []
