"""Reservations as an iCalendar file (RFC 5545, 5546): one UID each for ever, a sequence that rises, a right zone.

The zone's description is written here, not by the library: it states the onset of summer time by the new clock, and
RFC 5545 (3.6.5) wants it by the old one, so that readers who follow the standard would be an hour late.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard, vCalAddress, vText

from fairground.kernel.intervals import Interval, changes_of_clock

PUBLISH, CANCEL = "PUBLISH", "CANCEL"
CONFIRMED, TENTATIVE, CANCELLED = "CONFIRMED", "TENTATIVE", "CANCELLED"
_PRODUCT = "-//Fairground//Reservations//EN"
_AROUND = timedelta(days=400)  # the zone is described so far before and after


@dataclass(frozen=True, slots=True)
class Entry:
    """One reservation as a calendar shows it.

    uid : the same for ever, whatever becomes of the reservation
    sequence : 0 at first, higher with each change that its holder must hear of
    status : CONFIRMED, TENTATIVE (asked for) or CANCELLED
    zone : IANA name; begin and end are written by its clock
    organiser : name and address of who sends it
    """

    uid: str
    sequence: int
    when: Interval
    zone: str
    status: str
    changed_at: datetime
    summary: str
    description: str = ""
    location: str = ""
    address: str = ""
    organiser: tuple[str, str] | None = None


def write_calendar(entries: Sequence[Entry], *, method: str = PUBLISH, name: str = "") -> bytes:
    """Return an iCalendar file of the entries. The same entries give the same bytes."""
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    if name:
        calendar.add("x-wr-calname", name)
        calendar.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    for zone in sorted({entry.zone for entry in entries}):
        whens = [entry.when for entry in entries if entry.zone == zone]
        within = Interval(min(each.begins for each in whens), max(each.ends for each in whens))
        calendar.add_component(describe_zone(ZoneInfo(zone), within.widened(_AROUND, _AROUND)))
    for entry in entries:
        calendar.add_component(_event(entry))
    return calendar.to_ical()


def _event(entry: Entry) -> Event:
    zone = ZoneInfo(entry.zone)
    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", entry.changed_at.astimezone(UTC))
    event.add("sequence", entry.sequence)
    for name, at in (("dtstart", entry.when.begins), ("dtend", entry.when.ends)):
        # An hour that the clock shows twice cannot be told apart with a zone: RFC 5545 takes the first. UTC can.
        shown = at.astimezone(zone)
        event.add(name, at.astimezone(UTC) if shown.fold else shown)
    event.add("summary", entry.summary)
    event.add("status", entry.status)
    event.add("transp", "TRANSPARENT" if entry.status == CANCELLED else "OPAQUE")
    if entry.description:
        event.add("description", entry.description)
    if entry.location:
        event.add("location", entry.location)
    if entry.address:
        event.add("url", entry.address)
    if entry.organiser:
        printed, mail = entry.organiser
        organiser = vCalAddress(f"mailto:{mail}")
        organiser.params["cn"] = vText(printed)
        event.add("organizer", organiser)
    return event


def describe_zone(zone: ZoneInfo, within: Interval) -> Timezone:
    """Return the VTIMEZONE of a zone for an interval: one part for each change of its clock, and one before them."""
    described = Timezone()
    described.add("tzid", zone.key)
    start = within.begins.replace(hour=0, minute=0, second=0, microsecond=0)
    described.add_component(_part(zone, start, start))
    for at in changes_of_clock(zone, Interval(start, within.ends)):
        described.add_component(_part(zone, at - timedelta(seconds=1), at))
    return described


def _part(zone: ZoneInfo, before: datetime, at: datetime) -> TimezoneStandard | TimezoneDaylight:
    old, new = before.astimezone(zone), at.astimezone(zone)
    part = TimezoneDaylight() if new.dst() else TimezoneStandard()
    offset = old.utcoffset() or timedelta()
    # The onset as the clock showed it that was still in force.
    part.add("dtstart", at.astimezone(UTC).replace(tzinfo=None) + offset)
    part.add("tzoffsetfrom", offset)
    part.add("tzoffsetto", new.utcoffset() or timedelta())
    part.add("tzname", new.tzname() or zone.key)
    return part
