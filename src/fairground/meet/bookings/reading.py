"""Reading calendars and bookings: what a page shows, in a number of queries that does not grow with it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, F, FilteredRelation, OuterRef, Q, QuerySet

from fairground.accounts.actors import Actor
from fairground.accounts.errors import NotFoundError
from fairground.accounts.models import Record
from fairground.kernel.intervals import Interval, day_of
from fairground.language.local_text import LocalText
from fairground.meet.bookings.naming import with_what_is_read
from fairground.meet.bookings.rule_words import WEEKDAYS, hours_in_words
from fairground.meet.bookings.terms import around, from_now_on, terms_of
from fairground.meet.core import reservations as core
from fairground.meet.core.rules import Slot, Terms, falling_out, next_free, slots_on
from fairground.meet.models import Reservation, Resource, SpecialDay
from fairground.meet.policies import answered, held, kept, may_keep, seen

WEEK_DAYS = 7
MOST_SHOWN = 200
MOST_OVER = 50
TO_BE_NOTED = timedelta(days=30)  # how long the desk asks whether somebody came


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A day of a calendar. `length_h` is 24 but where the clock is put; `entries` are filled for the desk alone."""

    day: date
    weekday: LocalText
    hours: LocalText
    reason: LocalText
    is_special: bool
    length_h: float
    slots: tuple[Slot, ...]
    entries: tuple[Reservation, ...] = ()

    @property
    def shown(self) -> tuple[Slot, ...]:
        """Return the slots that are free to book, or taken; those that are over or too soon say nothing."""
        return tuple(slot for slot in self.slots if slot.bookable or not slot.free)


def find_seen(actor: Actor, key: str) -> Resource:
    """Return a resource with a rule that the actor may see. Raises NotFoundError."""
    return _found(Resource.objects.filter(seen(actor), key=key))


def find_kept(actor: Actor, key: str) -> Resource:
    """Return a resource with a rule whose requests the actor answers. Raises NotFoundError."""
    return _found(Resource.objects.filter(kept(actor), key=key))


def _found(rows: QuerySet[Resource]) -> Resource:
    found: Resource | None = (
        rows.filter(rule__isnull=False).select_related("rule", "record__organisation").first()
    )
    if found is None:
        raise NotFoundError
    return found


def find_booking(actor: Actor, key: str) -> Reservation:
    """Return a booking that the actor holds or answers. Raises NotFoundError."""
    found: Reservation | None = (
        with_what_is_read(Reservation.objects.filter(held(actor) | answered(actor), key=key), actor)
        .select_related(
            "resource__rule", "resource__record__as_facility", "resource__record__as_platform", "hub"
        )
        .first()
    )
    if found is None:
        raise NotFoundError
    return found


@dataclass(frozen=True, slots=True)
class Bookable:
    """A resource of a record with its terms. `is_kept`: the reader answers its requests."""

    resource: Resource
    terms: Terms
    is_kept: bool


def resources_on(actor: Actor, record: Record, now: datetime) -> list[Bookable]:
    """Return what can be booked on a record that the actor may read, with the days to come. One query.

    A record's page has little room for queries: rule, special days and who keeps it come as one.
    """
    # A day of another time zone may be a day behind.
    to_come = Q(special_days__day__gte=now.date() - timedelta(days=2))
    rows = (
        Resource.objects.filter(record=record, rule__isnull=False)
        .select_related("rule")
        .annotate(
            days=FilteredRelation("special_days", condition=to_come),
            special_day=F("days__day"),
            special_hours=F("days__hours"),
            is_kept=Exists(Record.objects.filter(may_keep(actor), pk=OuterRef("record_id"))),
        )
        .order_by("pk")
    )
    found: dict[int, Resource] = {}
    special: dict[int, list[SpecialDay]] = {}
    for row in rows:
        found.setdefault(row.pk, row)
        if row.special_day is not None:
            day = SpecialDay(resource_id=row.pk, day=row.special_day, hours=row.special_hours)
            special.setdefault(row.pk, []).append(day)
    return [
        Bookable(each, terms_of(each, each.rule, special.get(each.pk, ())), each.is_kept)
        for each in found.values()
    ]


def next_slots(given: Sequence[Bookable], now: datetime, *, most: int) -> dict[int, tuple[Interval, ...]]:
    """Return the next free slots of resources, by their number. One query."""
    if not given:
        return {}
    within = [from_now_on(each.terms, now) for each in given]
    busy: dict[int, list[Interval]] = {}
    rows = Reservation.objects.filter(
        resource__in=[each.resource.pk for each in given],
        state__in=core.LIVE,
        ends__gt=now,
        begins__lt=max(each.ends for each in within),
    )
    for number, begins, ends in rows.values_list("resource_id", "begins", "ends"):
        busy.setdefault(number, []).append(Interval(begins, ends))
    return {
        each.resource.pk: next_free(each.terms, busy.get(each.resource.pk, ()), now, most=most)
        for each in given
    }


def terms_with_days(resource: Resource) -> tuple[Terms, dict[date, SpecialDay]]:
    """Return a resource's terms and its special days. One query."""
    special = {each.day: each for each in SpecialDay.objects.filter(resource=resource)}
    return terms_of(resource, resource.rule, special.values()), special


def week_of(
    resource: Resource,
    terms: Terms,
    special: dict[date, SpecialDay],
    first: date,
    now: datetime,
    *,
    with_entries: bool = False,
) -> list[CalendarDay]:
    """Return seven days of a calendar. One query: free and busy, and with `with_entries` who booked, for the desk."""
    within = around(terms, first, first + timedelta(days=WEEK_DAYS - 1))
    rows = Reservation.objects.filter(
        resource=resource, state__in=core.LIVE, ends__gt=within.begins, begins__lt=within.ends
    ).order_by("begins", "pk")
    found = list(rows.select_related("holder", "organisation")) if with_entries else []
    pairs = [(row.begins, row.ends) for row in found] if with_entries else rows.values_list("begins", "ends")
    busy = [Interval(begins, ends) for begins, ends in pairs]
    return [
        _day(terms, special, first + timedelta(days=number), busy, found, now) for number in range(WEEK_DAYS)
    ]


def _day(
    terms: Terms,
    special: dict[date, SpecialDay],
    day: date,
    busy: Sequence[Interval],
    found: Iterable[Reservation],
    now: datetime,
) -> CalendarDay:
    own = special.get(day)
    whole = day_of(day, terms.clock)
    spans = terms.special[day] if day in terms.special else terms.weekly[day.weekday()]
    return CalendarDay(
        day=day,
        weekday=WEEKDAYS[day.weekday()],
        hours=hours_in_words(spans),
        reason=own.reason if own else LocalText(),
        is_special=own is not None,
        length_h=whole.length / timedelta(hours=1),
        slots=slots_on(terms, day, busy, now),
        entries=tuple(row for row in found if whole.begins <= row.begins < whole.ends),
    )


def monday_of(text: str, zone: str, now: datetime) -> date:
    """Return the Monday of the week a day stands in; of the week of `now` for what is no day, or years away."""
    today = now.astimezone(ZoneInfo(zone)).date()
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = today
    if abs((day - today).days) > 3 * 366:
        day = today
    return day - timedelta(days=day.weekday())


@dataclass(frozen=True, slots=True)
class MyBookings:
    """A person's bookings: to come, and over."""

    coming: Sequence[Reservation]
    over: Sequence[Reservation]
    more: int  # of those over that are not shown


def bookings_of(actor: Actor, now: datetime) -> MyBookings:
    """Return the bookings the actor holds, the next first, and what is over, the last first. Two queries."""
    mine = Reservation.objects.filter(held(actor))
    to_come = Q(state__in=core.LIVE, ends__gt=now)
    coming = with_what_is_read(mine.filter(to_come), actor).order_by("begins", "pk")[:MOST_SHOWN]
    over = list(with_what_is_read(mine.exclude(to_come), actor).order_by("-begins", "-pk")[: MOST_OVER + 1])
    return MyBookings(list(coming), over[:MOST_OVER], max(len(over) - MOST_OVER, 0))


def waiting_for(actor: Actor) -> QuerySet[Reservation]:
    """Return the requests that wait for the actor's answer, the most urgent first."""
    found = Reservation.objects.filter(answered(actor), state=core.ASKED)
    return with_what_is_read(found, actor).order_by("expires_at", "pk")


def kept_resources(actor: Actor, now: datetime) -> list[Resource]:
    """Return what the actor keeps, with how many bookings wait and are to come. One query."""
    live = Q(reservations__state__in=core.AGREED, reservations__ends__gt=now)
    return list(
        Resource.objects.filter(kept(actor), rule__isnull=False)
        .select_related("record")
        .annotate(
            waiting=Count("reservations", filter=Q(reservations__state=core.ASKED)),
            coming=Count("reservations", filter=live),
        )
        .order_by("-waiting", "pk")[:MOST_SHOWN]
    )


def to_be_noted(resource: Resource, now: datetime) -> list[Reservation]:
    """Return the bookings that are over, of which nobody has noted whether somebody came. One query."""
    return list(
        Reservation.objects.filter(
            resource=resource, state__in=core.AGREED, ends__lte=now, ends__gt=now - TO_BE_NOTED
        )
        .select_related("holder", "organisation")
        .order_by("-begins")[:MOST_SHOWN]
    )


def agreed_outside(resource: Resource, terms: Terms, now: datetime) -> list[Reservation]:
    """Return the bookings to come that the rule leaves no room for, since they were kept as agreed. One query."""
    rows = list(
        Reservation.objects.filter(resource=resource, state__in=core.LIVE, ends__gt=now)
        .select_related("holder", "organisation")
        .order_by("created_at", "pk")
    )
    return [rows[place] for place in falling_out(terms, [Interval(row.begins, row.ends) for row in rows])]
