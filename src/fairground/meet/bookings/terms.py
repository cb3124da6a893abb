"""A booking rule between its rows and the pure rules, with the calendar that follows from it."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from fairground.kernel.intervals import Interval, WallSpan, day_of
from fairground.meet.core.rules import Terms
from fairground.meet.models import BookingRule, Resource, SpecialDay
from fairground.meet.models.resources import Hours, Week

_AROUND = timedelta(days=1)  # hours over midnight, buffers


def terms_of(resource: Resource, rule: BookingRule, special: Iterable[SpecialDay]) -> Terms:
    """Return what the rules look at."""
    return Terms(
        weekly=spans_of(rule.weekly),
        zone=resource.zone,
        slot_minutes=rule.slot_minutes,
        most_slots=rule.most_slots,
        buffer_minutes=rule.buffer_minutes,
        lead_minutes=rule.lead_minutes,
        horizon_days=rule.horizon_days,
        capacity=resource.capacity,
        answer_hours=rule.answer_hours,
        is_automatic=rule.is_automatic,
        special={each.day: hours_of(each.hours) for each in special},
    )


def terms_now(resource: Resource) -> Terms:
    """Return the terms of a resource, with its special days. Two queries, one where the rule was read with it."""
    return terms_of(resource, resource.rule, SpecialDay.objects.filter(resource=resource))


def spans_of(weekly: Week) -> tuple[tuple[WallSpan, ...], ...]:
    """Return a week as the rules take it; seven closed days for a column that holds none."""
    return tuple(hours_of(hours) for hours in weekly) if weekly else ((),) * 7


def hours_of(hours: Hours) -> tuple[WallSpan, ...]:
    """Return the hours of a day as the rules take them."""
    return tuple(WallSpan(opens, closes) for opens, closes in hours)


def plain_hours(spans: Iterable[WallSpan]) -> Hours:
    """Return the hours of a day as the column keeps them."""
    return tuple((span.opens, span.closes) for span in spans)


def around(terms: Terms, first: date, last: date) -> Interval:
    """Return all the time that can touch bookings on some days."""
    days = Interval(day_of(first, terms.clock).begins, day_of(last, terms.clock).ends)
    return days.widened(_AROUND, _AROUND)


def from_now_on(terms: Terms, now: datetime) -> Interval:
    """Return all the time in which a booking may be asked for now."""
    today = now.astimezone(terms.clock).date()
    return around(terms, today, today + timedelta(days=terms.horizon_days + terms.most_slots))
