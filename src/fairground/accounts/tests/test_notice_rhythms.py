"""When news are due by mail: at eight in the hub's own time, whatever its clock does."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairground.accounts.core.rhythms import (
    AT_ONCE,
    DAILY,
    DIGEST_HOUR,
    DIGESTS,
    NEVER,
    WEEKLY,
    last_digest,
    mail_due,
    next_digest,
)

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
MOMENTS = st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2035, 1, 1), timezones=st.just(UTC))


@pytest.mark.parametrize(
    ("rhythm", "now", "due"),
    [
        (DAILY, "2026-11-22T23:59:59+00:00", "2026-11-23T08:00:00+08:00"),
        (DAILY, "2026-11-23T00:00:00+00:00", "2026-11-24T08:00:00+08:00"),
        (WEEKLY, "2026-11-22T23:59:59+00:00", "2026-11-23T08:00:00+08:00"),
        (WEEKLY, "2026-11-23T00:00:00+00:00", "2026-11-30T08:00:00+08:00"),
    ],
)
def test_the_next_digest_is_at_eight_and_on_monday(rhythm: str, now: str, due: str) -> None:
    assert next_digest(rhythm, datetime.fromisoformat(now), SHANGHAI).isoformat() == due


def test_a_day_of_23_hours_still_ends_at_eight() -> None:
    before = datetime(2026, 3, 28, 12, tzinfo=BERLIN)
    assert next_digest(DAILY, before, BERLIN).isoformat() == "2026-03-29T08:00:00+02:00"


@given(MOMENTS, st.sampled_from(DIGESTS), st.sampled_from([SHANGHAI, BERLIN]))
def test_each_moment_lies_between_two_digests(now: datetime, rhythm: str, zone: ZoneInfo) -> None:
    last, following = last_digest(rhythm, now, zone), next_digest(rhythm, now, zone)
    assert last <= now < following
    assert {last.hour, following.hour} == {DIGEST_HOUR}
    assert following.date() - last.date() == timedelta(days=7 if rhythm == WEEKLY else 1)
    assert (last_digest(rhythm, following, zone), next_digest(rhythm, last, zone)) == (following, following)


@given(MOMENTS, st.integers(0, 5000), st.sampled_from([AT_ONCE, DAILY, WEEKLY]))
def test_a_line_is_not_told_twice_within_its_pause(now: datetime, ago_min: int, rhythm: str) -> None:
    told_at, pause = now - timedelta(minutes=ago_min), timedelta(hours=24)
    due = mail_due(rhythm, now=now, zone=SHANGHAI, told_at=told_at, pause=pause)
    assert due is not None
    assert due >= now
    assert due - told_at >= pause
    without = mail_due(rhythm, now=now, zone=SHANGHAI, told_at=None, pause=pause)
    assert due == max(without or now, told_at + pause)


def test_never_is_never() -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    assert mail_due(NEVER, now=now, zone=SHANGHAI, told_at=None, pause=None) is None
