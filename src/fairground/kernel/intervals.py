"""Half-open intervals of time, opening hours on a wall clock, and the slots between them.

An interval is [begins, ends): one that ends at ten and one that begins at ten do not overlap. Every instant is kept in
UTC: Python compares two times of the same zone by what the clock on the wall shows, and in the hour that is shown twice
that is wrong.

Opening hours are what the clock on the wall shows. Where it is put forward or back, a stated rule makes instants of
them:

- A time that does not exist (02:30 on the night the clock jumps from 02:00 to 03:00) is the moment of the jump.
- A time that is shown twice opens at the first and closes at the last. Hours of 01:00–05:00 are an hour shorter on the
  night the clock jumps forward, and an hour longer on the night it goes back.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as wall_time
from zoneinfo import ZoneInfo

DAY_MINUTES = 24 * 60
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """The instants from `begins` on and before `ends`, both kept in UTC.

    Raises ValueError where an end has no time zone, or `ends` is not after `begins`.

    >>> Interval(datetime(2026, 5, 4, 9, tzinfo=UTC), datetime(2026, 5, 4, 10, tzinfo=UTC)).length
    datetime.timedelta(seconds=3600)
    """

    begins: datetime
    ends: datetime

    def __post_init__(self) -> None:
        if self.begins.tzinfo is None or self.ends.tzinfo is None:
            raise ValueError("an interval is of instants: both ends need a time zone")
        object.__setattr__(self, "begins", self.begins.astimezone(UTC))
        object.__setattr__(self, "ends", self.ends.astimezone(UTC))
        if self.ends <= self.begins:
            raise ValueError("an interval ends after it begins")

    @property
    def length(self) -> timedelta:
        """How long it is, as a clock that is never put forward or back counts."""
        return self.ends - self.begins

    def has(self, other: "Interval") -> bool:
        """Tell whether `other` lies within this one."""
        return self.begins <= other.begins and other.ends <= self.ends

    def overlaps(self, other: "Interval") -> bool:
        """Tell whether the two share an instant; touching is not sharing."""
        return self.begins < other.ends and other.begins < self.ends

    def widened(self, before: timedelta, after: timedelta) -> "Interval":
        """Return it with time added at both ends."""
        return Interval(self.begins - before, self.ends + after)


def union(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """Return the same instants as intervals in order, none touching another. Cost: O(n log n)."""
    found: list[Interval] = []
    for each in sorted(intervals):
        if found and each.begins <= found[-1].ends:
            if each.ends > found[-1].ends:
                found[-1] = Interval(found[-1].begins, each.ends)
        else:
            found.append(each)
    return tuple(found)


def subtract(intervals: Iterable[Interval], taken: Iterable[Interval]) -> tuple[Interval, ...]:
    """Return the instants of `intervals` that are in none of `taken`: the gaps left free. Cost: O(n log n)."""
    left: list[Interval] = []
    gone = union(taken)
    place = 0
    for each in union(intervals):
        begins = each.begins
        while place < len(gone) and gone[place].ends <= begins:
            place += 1
        later = place
        while later < len(gone) and gone[later].begins < each.ends:
            if gone[later].begins > begins:
                left.append(Interval(begins, gone[later].begins))
            begins = max(begins, gone[later].ends)
            later += 1
        if begins < each.ends:
            left.append(Interval(begins, each.ends))
    return tuple(left)


def intersect(first: Iterable[Interval], second: Iterable[Interval]) -> tuple[Interval, ...]:
    """Return the instants that are in both. Cost: O(n log n)."""
    one, other = union(first), union(second)
    found: list[Interval] = []
    place = 0
    for each in one:
        while place < len(other) and other[place].ends <= each.begins:
            place += 1
        later = place
        while later < len(other) and other[later].begins < each.ends:
            found.append(Interval(max(each.begins, other[later].begins), min(each.ends, other[later].ends)))
            later += 1
    return tuple(found)


def overlap_steps(intervals: Iterable[Interval]) -> Iterator[tuple[datetime, int]]:
    """Yield each instant at which the number of overlapping intervals changes, with the number from then on."""
    changes: dict[datetime, int] = {}
    for each in intervals:
        changes[each.begins] = changes.get(each.begins, 0) + 1
        changes[each.ends] = changes.get(each.ends, 0) - 1
    count = 0
    for at, change in sorted(changes.items()):
        if change:
            count += change
            yield at, count


def most_at_once(intervals: Iterable[Interval], within: Interval) -> int:
    """Return how many overlap at the busiest instant of `within`; 0 where none does."""
    touching = [each for each in intervals if each.overlaps(within)]
    inside = intersect_each(touching, within)
    return max((count for _, count in overlap_steps(inside)), default=0)


def intersect_each(intervals: Iterable[Interval], within: Interval) -> tuple[Interval, ...]:
    """Return each interval cut to `within`, one by one, overlaps kept; those outside are left out."""
    return tuple(
        Interval(max(each.begins, within.begins), min(each.ends, within.ends))
        for each in intervals
        if each.overlaps(within)
    )


def full(intervals: Iterable[Interval], capacity: int) -> tuple[Interval, ...]:
    """Return when at least `capacity` of the intervals overlap. Raises ValueError for a capacity below 1."""
    if capacity < 1:
        raise ValueError("a capacity is at least 1")
    found: list[Interval] = []
    since: datetime | None = None
    for at, count in overlap_steps(intervals):
        if count >= capacity and since is None:
            since = at
        elif count < capacity and since is not None:
            found.append(Interval(since, at))
            since = None
    return tuple(found)


def free_gaps(
    opened: Iterable[Interval], taken: Iterable[Interval], *, capacity: int = 1
) -> tuple[Interval, ...]:
    """Return when at least one more fits: open, and fewer than `capacity` of `taken` overlap."""
    return subtract(opened, full(taken, capacity))


@dataclass(frozen=True, slots=True, order=True)
class WallSpan:
    """Hours of one day as the clock on the wall shows them, in minutes after its midnight.

    opens : 0–1439
    closes : after `opens`, at most 24 hours later; above 1440 it is on the next day (22:00–06:00 is 1320–1800)

    Raises ValueError outside these.
    """

    opens: int
    closes: int

    def __post_init__(self) -> None:
        if not 0 <= self.opens < DAY_MINUTES:
            raise ValueError("hours open between 00:00 and 23:59")
        if not self.opens < self.closes <= self.opens + DAY_MINUTES:
            raise ValueError("hours close after they open, and at most 24 hours later")


def instant_at(wall: datetime, zone: ZoneInfo, *, last: bool = False) -> datetime:
    """Return the instant, in UTC, at which the clock on the wall shows `wall` (a time without a zone).

    Shown twice: the first, or the `last`. Never shown: the moment the clock jumps over it.
    Raises ValueError for a time that carries a zone.
    """
    if wall.tzinfo is not None:
        raise ValueError("a wall time carries no zone")
    early = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    late = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if early <= late:
        return late if last else early
    # In a gap the two readings stand in turned order, with the jump between them.
    return _first_change(late, early, zone)


def _first_change(after: datetime, until: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant in (after, until] from which another offset holds than at `after`; to the second."""
    before = after.astimezone(zone).utcoffset()
    while until - after > _SECOND:
        middle = after + timedelta(seconds=(until - after) // _SECOND // 2)
        if middle.astimezone(zone).utcoffset() == before:
            after = middle
        else:
            until = middle
    return until


def changes_of_clock(zone: ZoneInfo, within: Interval) -> tuple[datetime, ...]:
    """Return the instants in `within` from which the clock of a zone shows another offset. To the second.

    Two changes within a week of each other that cancel out are not seen.
    """
    found: list[datetime] = []
    at = within.begins
    while at < within.ends:
        until = min(at + timedelta(days=7), within.ends)
        if at.astimezone(zone).utcoffset() != until.astimezone(zone).utcoffset():
            found.append(_first_change(at, until, zone))
        at = until
    return tuple(found)


def day_of(day: date, zone: ZoneInfo) -> Interval:
    """Return a day from its first instant to the first of the next: 23, 24 or 25 hours."""
    midnight = datetime.combine(day, wall_time())
    return Interval(instant_at(midnight, zone), instant_at(midnight + timedelta(days=1), zone))


def span_on(day: date, span: WallSpan, zone: ZoneInfo) -> Interval | None:
    """Return the instants of a span of hours on a day; None where the clock jumps over all of it."""
    midnight = datetime.combine(day, wall_time())
    begins = instant_at(midnight + timedelta(minutes=span.opens), zone)
    ends = instant_at(midnight + timedelta(minutes=span.closes), zone, last=True)
    return Interval(begins, ends) if begins < ends else None


def opening_times(
    weekly: Sequence[Sequence[WallSpan]],
    zone: ZoneInfo,
    first: date,
    last: date,
    *,
    special: Mapping[date, Sequence[WallSpan]] | None = None,
) -> tuple[Interval, ...]:
    """Return when a place is open, for the hours that begin on the days from `first` to `last`, both included.

    Parameters
    ----------
    weekly : seven lists of hours, Monday first; an empty list is a closed day
    special : days on which other hours hold instead: none on a closed day, some on an extra one

    Hours that run into the next day belong to the day they begin on. Raises ValueError unless `weekly` has seven days.
    """
    if len(weekly) != 7:
        raise ValueError("a week has seven days")
    changed = special or {}
    found: list[Interval] = []
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        spans = changed[day] if day in changed else weekly[day.weekday()]
        found += [each for span in spans if (each := span_on(day, span, zone)) is not None]
    return union(found)


def slots_in(opened: Interval, length: timedelta, *, buffer: timedelta = timedelta()) -> tuple[Interval, ...]:
    """Return the slots of a length that fit one after the other, with a buffer between, from the opening on.

    Lengths are real time: an opening that is an hour shorter for the clock's sake has so many slots fewer.
    Raises ValueError where the length is not positive or the buffer negative.
    """
    if length <= timedelta() or buffer < timedelta():
        raise ValueError("a slot has a length, and a buffer is not negative")
    found: list[Interval] = []
    begins = opened.begins
    while begins + length <= opened.ends:
        found.append(Interval(begins, begins + length))
        begins += length + buffer
    return tuple(found)
