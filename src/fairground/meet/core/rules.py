"""The booking rule of a facility, as pure values: when it is open, which slots it offers, what keeps a booking out.

Slots follow one after the other from each opening, with the buffer between them; a booking is some slots in a row. The
hours are those of the clock on the wall in the facility's own time zone (see `kernel.intervals`), lengths are real
time: on a day of 23 hours a facility that is always open has so much less to offer.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from fairground.kernel.intervals import (
    Interval,
    WallSpan,
    most_at_once,
    opening_times,
    slots_in,
    subtract,
)
from fairground.language.local_text import LocalText
from fairground.meet.core.reservations import has_room

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a rule says.

    weekly : seven lists of hours, Monday first
    zone : IANA name of the time zone whose clock the hours follow
    slot_minutes : length of a slot, and of the shortest booking
    most_slots : of one booking, in a row
    buffer_minutes : kept free after each booking
    lead_minutes : how long before it begins a booking is asked for at the latest
    horizon_days : how many days ahead
    capacity : bookings at the same time
    answer_hours : after which an unanswered request ends
    is_automatic : confirmed at once, without anybody's answer
    """

    weekly: tuple[tuple[WallSpan, ...], ...] = ((),) * 7
    zone: str = "Asia/Shanghai"
    slot_minutes: int = 60
    most_slots: int = 8
    buffer_minutes: int = 0
    lead_minutes: int = 0
    horizon_days: int = 60
    capacity: int = 1
    answer_hours: int = 48
    is_automatic: bool = False
    special: Mapping[date, Sequence[WallSpan]] = field(default_factory=dict)

    @property
    def clock(self) -> ZoneInfo:
        """Return the time zone."""
        return ZoneInfo(self.zone)

    @property
    def slot(self) -> timedelta:
        """Return the length of a slot."""
        return timedelta(minutes=self.slot_minutes)

    @property
    def buffer(self) -> timedelta:
        """Return the time kept free after a booking."""
        return timedelta(minutes=self.buffer_minutes)


@dataclass(frozen=True, slots=True)
class Slot:
    """One slot of a day. `free` is how many more fit; `bookable` whether one may be asked for now."""

    when: Interval
    free: int
    bookable: bool


def openings(terms: Terms, first: date, last: date) -> tuple[Interval, ...]:
    """Return when it is open, for hours that begin on the days from first to last."""
    return opening_times(terms.weekly, terms.clock, first, last, special=terms.special)


def slots_on(terms: Terms, day: date, taken: Iterable[Interval], now: datetime) -> tuple[Slot, ...]:
    """Return the slots that begin on a day, in order."""
    # Hours without a break, day and night, are cut at midnight: else the grid would hang on the day one looks from.
    found = []
    busy = list(taken)
    for opened in opening_times(terms.weekly, terms.clock, day, day, special=terms.special):
        near = _near(terms, opened, busy)
        for when in slots_in(opened, terms.slot, buffer=terms.buffer):
            free = _room_for(terms, when, near)
            found.append(Slot(when, free, free > 0 and _time_fault(terms, when, now) is None))
    return tuple(found)


def _near(terms: Terms, when: Interval, taken: Iterable[Interval]) -> list[Interval]:
    first, last = when.begins - terms.buffer, when.ends + terms.buffer
    return [each for each in taken if each.ends > first and each.begins < last]


def _room_for(terms: Terms, when: Interval, taken: Iterable[Interval]) -> int:
    near = _near(terms, when, taken)
    if not near:
        return terms.capacity
    wide = [each.widened(timedelta(), terms.buffer) for each in near]
    return max(terms.capacity - most_at_once(wide, when.widened(timedelta(), terms.buffer)), 0)


def lengths_from(
    terms: Terms, begins: datetime, taken: Iterable[Interval], now: datetime
) -> tuple[Interval, ...]:
    """Return the bookings that may begin at an instant, the shortest first; none where no slot begins there."""
    day = begins.astimezone(terms.clock).date()
    slots = [slot for each in (day - _DAY, day, day + _DAY) for slot in slots_on(terms, each, taken, now)]
    found: list[Interval] = []
    expected = begins
    for slot in slots:
        if slot.when.begins < begins:
            continue
        if slot.when.begins != expected or not slot.bookable or len(found) == terms.most_slots:
            break
        found.append(Interval(begins, slot.when.ends))
        expected = slot.when.ends + terms.buffer
    return tuple(found)


def next_free(
    terms: Terms, taken: Iterable[Interval], now: datetime, *, most: int, days: int = 31
) -> tuple[Interval, ...]:
    """Return the next slots that may be booked, at most `most`, looking `days` ahead at most."""
    busy, today = list(taken), now.astimezone(terms.clock).date()
    found: list[Interval] = []
    for number in range(min(days, terms.horizon_days) + 1):
        for slot in slots_on(terms, today + timedelta(days=number), busy, now):
            if slot.bookable:
                found.append(slot.when)
                if len(found) == most:
                    return tuple(found)
    return tuple(found)


def nearest_free(
    terms: Terms, near: datetime, taken: Iterable[Interval], now: datetime, *, most: int
) -> tuple[Interval, ...]:
    """Return the slots that may be booked nearest to an instant, at most `most`, in the order of the calendar."""
    busy, today = list(taken), now.astimezone(terms.clock).date()
    middle = max((near.astimezone(terms.clock).date() - today).days, 0)
    found: list[Interval] = []
    for away in range(terms.horizon_days + 1):
        for number in {middle - away, middle + away}:
            if 0 <= number <= terms.horizon_days:
                slots = slots_on(terms, today + timedelta(days=number), busy, now)
                found += [slot.when for slot in slots if slot.bookable]
        # A day on each side: what is nearest may lie over midnight.
        if len(found) >= most and away:
            break
    return tuple(sorted(sorted(found, key=lambda each: abs(each.begins - near))[:most]))


def fault_of(terms: Terms, wanted: Interval, taken: Iterable[Interval], now: datetime) -> LocalText | None:
    """Return why the rule does not let somebody book this; None where it does."""
    busy = list(taken)
    if fault := _time_fault(terms, wanted, now):
        return fault
    if not is_open(terms, wanted):
        return LocalText("这段时间不开放。请从日历中选择。", "It is not open then. Choose from the calendar.")
    if not has_room(wanted, busy, capacity=terms.capacity, buffer=terms.buffer):
        return LocalText(
            "这个时段刚被别人约走。请另选一个。",
            "Somebody else has just taken this time. Choose another one.",
        )
    if wanted not in lengths_from(terms, wanted.begins, busy, now):
        return LocalText(
            "起止时间与可约的时段不符。请从日历中选择。",
            "Begin and end do not fit the slots. Choose from the calendar.",
        )
    return None


def is_open(terms: Terms, wanted: Interval) -> bool:
    """Tell whether it is open all the time of an interval."""
    first = wanted.begins.astimezone(terms.clock).date() - _DAY
    last = wanted.ends.astimezone(terms.clock).date()
    return not subtract([wanted], openings(terms, first, last))


def _time_fault(terms: Terms, wanted: Interval, now: datetime) -> LocalText | None:
    if wanted.begins <= now:
        return LocalText("这个时段已经过去。请另选一个。", "This time is over. Choose a later one.")
    if wanted.begins - now < timedelta(minutes=terms.lead_minutes):
        return LocalText(
            "这个时段太近了，来不及安排。请选择更晚的时段。",
            "This is too soon to arrange. Choose a later time.",
        )
    last_day = now.astimezone(terms.clock).date() + timedelta(days=terms.horizon_days)
    if wanted.begins.astimezone(terms.clock).date() > last_day:
        return LocalText(
            f"最多可提前{terms.horizon_days}天预约。",
            f"Bookings are open {terms.horizon_days} days ahead, no further.",
        )
    return None


def falling_out(terms: Terms, standing: Sequence[Interval]) -> tuple[int, ...]:
    """Return the places of the bookings that a rule leaves no room for, those that came last first to go.

    Parameters
    ----------
    standing : in the order in which they were asked for

    Hours and capacity decide. Length, lead time, horizon and buffer are rules for asking: what stands was asked under
    other ones.
    """
    kept: list[Interval] = []
    out: list[int] = []
    for place, each in enumerate(standing):
        if is_open(terms, each) and has_room(each, kept, capacity=terms.capacity):
            kept.append(each)
        else:
            out.append(place)
    return tuple(out)
