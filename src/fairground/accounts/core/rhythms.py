"""How often a person is written to, and when the next digest is due."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

AT_ONCE = "at_once"
DAILY = "daily"
WEEKLY = "weekly"
NEVER = "never"
RHYTHMS = (AT_ONCE, DAILY, WEEKLY, NEVER)
DIGESTS = (DAILY, WEEKLY)

DIGEST_HOUR = 8  # local time of the hub
DIGEST_WEEKDAY = 0  # Monday


def last_digest(rhythm: str, now: datetime, zone: ZoneInfo) -> datetime:
    """Return the newest moment at or before `now` at which digests of a rhythm are due.

    Parameters
    ----------
    rhythm : 'daily' | 'weekly'
    now : aware
    zone : whose clock says when it is eight, also on the two days a year that are longer or shorter

    >>> from datetime import UTC
    >>> last_digest("weekly", datetime(2026, 11, 22, 9, 30, tzinfo=UTC), ZoneInfo("Asia/Shanghai")).isoformat()
    '2026-11-16T08:00:00+08:00'
    """
    local = now.astimezone(zone)
    day = local.date() - timedelta(days=(local.weekday() - DIGEST_WEEKDAY) % 7 if rhythm == WEEKLY else 0)
    step = timedelta(days=7 if rhythm == WEEKLY else 1)
    moment = datetime(day.year, day.month, day.day, DIGEST_HOUR, tzinfo=zone)
    if moment > local:
        day -= step
        moment = datetime(day.year, day.month, day.day, DIGEST_HOUR, tzinfo=zone)
    return moment


def next_digest(rhythm: str, now: datetime, zone: ZoneInfo) -> datetime:
    """Return the first moment after `now` at which digests of a rhythm are due; see `last_digest`.

    >>> from datetime import UTC
    >>> next_digest("daily", datetime(2026, 11, 22, 9, 30, tzinfo=UTC), ZoneInfo("Asia/Shanghai")).isoformat()
    '2026-11-23T08:00:00+08:00'
    """
    day = last_digest(rhythm, now, zone).date() + timedelta(days=7 if rhythm == WEEKLY else 1)
    return datetime(day.year, day.month, day.day, DIGEST_HOUR, tzinfo=zone)


def mail_due(
    rhythm: str, *, now: datetime, zone: ZoneInfo, told_at: datetime | None, pause: timedelta | None
) -> datetime | None:
    """Return when news that came `now` are told by mail; None for never.

    Parameters
    ----------
    told_at : when the same line was last told by mail, or None
    pause : how long the same line is not told again, or None
    """
    if rhythm == NEVER:
        return None
    due = now if rhythm == AT_ONCE else next_digest(rhythm, now, zone)
    return due if told_at is None or pause is None else max(due, told_at + pause)
