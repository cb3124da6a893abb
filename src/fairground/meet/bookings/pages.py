"""Pages of whoever books: the calendar, the request, their bookings, the calendar file and feed."""

import secrets
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fairground.accounts.core import states
from fairground.accounts.errors import NotFoundError
from fairground.accounts.kinds import kind_of
from fairground.accounts.models import Organisation
from fairground.accounts.notices.mails import address_of
from fairground.collect.views import answers
from fairground.kernel.intervals import Interval
from fairground.meet.bookings import calendars, reading
from fairground.meet.bookings.answering import cancel_booking
from fairground.meet.bookings.asking import LONGEST_PURPOSE, ask_for_booking, asked_lately
from fairground.meet.bookings.forms import read_instant, read_interval, write_interval
from fairground.meet.bookings.holding import BookingRefusedError, interval_of, taken
from fairground.meet.bookings.naming import is_named, name_of, name_of_resource
from fairground.meet.bookings.panels import record_price
from fairground.meet.bookings.rule_words import length_in_words, rule_in_words, week_in_words
from fairground.meet.bookings.times import spoken
from fairground.meet.bookings.words import (
    EVENT_WORDS,
    STATE_MARKS,
    STATE_WORDS,
    kind_reason,
    reasons_to_choose,
)
from fairground.meet.core import reservations as core
from fairground.meet.core.rules import lengths_from
from fairground.meet.models import Reservation, Resource
from fairground.meet.policies import answered, is_holder
from fairground.web.rate_limits import limit
from fairground.web.reader import readers_language

View = Callable[..., HttpResponse]


def said(zh: str, en: str) -> str:
    """Return the reader's text of a pair."""
    return zh if readers_language() == "zh" else en


def text_of(request: HttpRequest, name: str, most: int) -> str:
    """Return a text that was sent, cut to a length."""
    return str(request.POST.get(name, "")).replace("\x00", "").strip()[:most]


def acts(view: View) -> View:
    """Let a step that is refused say why on the page of its booking, where everything else still stands."""

    @wraps(view)
    def act(request: HttpRequest, key: str, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, key, *args, **kwargs)
        except BookingRefusedError as error:
            messages.error(request, error.message.in_language(readers_language()))
            return HttpResponseRedirect(reverse("meet:booking", args=[key]))

    return answers(act)


@limit("match")
@require_http_methods(["GET", "HEAD", "POST"])
def book(request: HttpRequest, key: str) -> HttpResponse:
    """The calendar of a facility for everybody who may see it, and asking for a time, for members."""
    return _answered_book(request, key) if request.method == "POST" else _calendar(request, key)


@answers
def _answered_book(request: HttpRequest, key: str) -> HttpResponse:
    resource = reading.find_seen(request.actor, key)
    when = read_interval(request.POST.get("when", ""))
    organisation = request.POST.get("for", "")
    try:
        if when is None:
            raise BookingRefusedError("请从日历中选择时段。", "Choose a time from the calendar.")
        asked = ask_for_booking(
            actor=request.actor,
            resource_key=key,
            when=when,
            purpose=text_of(request, "purpose", LONGEST_PURPOSE),
            per_week=settings.ENVIRONMENT.bookings_per_week,
            now=timezone.now(),
            organisation_id=int(organisation) if organisation.isascii() and organisation.isdigit() else None,
            once=text_of(request, "once", 40),
        )
    except BookingRefusedError as error:
        return _book_page(request, resource, when, error)
    if asked.is_new:
        messages.success(
            request,
            said("预约已确认。", "Your booking is confirmed.")
            if asked.reservation.state == core.CONFIRMED
            else said(
                "申请已发出，这个时段先为您留着。", "Sent. The time is kept for you until they answer."
            ),
        )
    return HttpResponseRedirect(reverse("meet:booking", args=[asked.reservation.key]))


@never_cache
def _calendar(request: HttpRequest, key: str) -> HttpResponse:
    try:
        resource = reading.find_seen(request.actor, key)
    except NotFoundError as error:
        raise Http404(str(error)) from None
    begins = read_instant(request.GET.get("from", "").replace(" ", "+"))
    return _book_page(request, resource, Interval(begins, begins + timedelta(minutes=1)) if begins else None)


def _book_page(
    request: HttpRequest,
    resource: Resource,
    chosen: Interval | None,
    error: BookingRefusedError | None = None,
) -> HttpResponse:
    actor, now = request.actor, timezone.now()
    terms, special = reading.terms_with_days(resource)
    day = request.GET.get("week", "")
    if not day and chosen is not None:
        day = chosen.begins.astimezone(terms.clock).date().isoformat()
    # With nothing chosen, the first week in which something can be.
    soonest = now + timedelta(minutes=terms.lead_minutes)
    first = reading.monday_of(day, resource.zone, now if day else soonest)
    is_open = resource.is_open and resource.record is not None and resource.record.state == states.PUBLISHED
    lengths: tuple[Interval, ...] = ()
    if chosen is not None and is_open:
        reach = Interval(
            chosen.begins, chosen.begins + (terms.slot + terms.buffer) * terms.most_slots
        ).widened(terms.buffer, terms.buffer)
        lengths = lengths_from(terms, chosen.begins, taken(resource, reach), now)
    context = {
        "resource": resource,
        "name": name_of_resource(resource),
        "record_url": reverse("publish:record", args=[resource.record.kind, resource.record.key])
        if resource.record
        else "",
        "record_kind": kind_of(resource.record.kind).label if resource.record else None,
        "week": week_in_words(terms.weekly),
        "rule": rule_in_words(terms),
        "price": resource.rule.price or _printed_price(resource),
        "advice": resource.rule.advice,
        "days": reading.week_of(resource, terms, special, first, now),
        "zone": resource.zone,
        "capacity": resource.capacity,
        "before": (first - timedelta(days=7)).isoformat(),
        "after": (first + timedelta(days=7)).isoformat(),
        "first": first,
        "last": first + timedelta(days=6),
        "is_this_week": first <= now.astimezone(terms.clock).date() < first + timedelta(days=7),
        "is_open": is_open,
        "is_signed_in": actor.user_id is not None,
        "is_member": actor.is_member,
        "chosen": chosen,
        "lengths": [
            {
                "value": write_interval(each),
                "words": spoken(each, resource.zone),
                "length": length_in_words(int(each.length.total_seconds() // 60)),
                "is_chosen": each == chosen,
            }
            for each in lengths
        ],
        "organisations": list(Organisation.objects.filter(pk__in=actor.organisations).order_by("pk"))
        if actor.organisations
        else [],
        "purpose": text_of(request, "purpose", LONGEST_PURPOSE),
        "longest": LONGEST_PURPOSE,
        "left": core.asking_left(
            asked_lately(actor.user_id, actor.hub_id, now),
            now=now,
            per_week=settings.ENVIRONMENT.bookings_per_week,
        )
        if lengths and actor.user_id is not None
        else 0,
        "once": text_of(request, "once", 40) or secrets.token_urlsafe(16),
        "error": error,
    }
    return render(request, "meet/bookings/book.html", context, status=409 if error else 200)


def _printed_price(resource: Resource) -> Any:
    record = resource.record
    return record_price(record.as_facility) if record is not None and record.kind == "facility" else None


@require_safe
@answers
def show_bookings(request: HttpRequest) -> HttpResponse:
    """The reader's bookings: to come first."""
    found = reading.bookings_of(request.actor, timezone.now())
    token = request.session.pop("calendar_feed", "")
    context = {
        "coming": [row_of(each) for each in found.coming],
        "over": [row_of(each) for each in found.over],
        "more": found.more,
        "feed": calendars.feed_of(request.actor),
        "feed_address": address_of(request.hub) + reverse("meet:feed", args=[token]) if token else "",
    }
    return render(request, "meet/bookings/list.html", context)


def row_of(reservation: Reservation) -> dict[str, Any]:
    """Return one booking as a list shows it."""
    return {
        "url": reverse("meet:booking", args=[reservation.key]),
        "name": name_of(reservation),
        "when": spoken(interval_of(reservation), reservation.resource.zone),
        "at": reservation.begins,
        "state": reservation.state,
        "state_word": STATE_WORDS[reservation.state],
        "state_mark": STATE_MARKS[reservation.state],
        "organisation": reservation.organisation.title if reservation.organisation else None,
        "holder": reservation.holder.printed_name if reservation.holder else "",
        "answer_by": reservation.expires_at,
        "demonstration": reservation.demonstration,
    }


@require_safe
@answers
def show_booking(request: HttpRequest, key: str) -> HttpResponse:
    """One booking, as its holder or the facility's people see it."""
    actor, now = request.actor, timezone.now()
    reservation = reading.find_booking(actor, key)
    keeps = Reservation.objects.filter(answered(actor), pk=reservation.pk).exists()
    record = reservation.resource.record
    open_events = core.events_open(reservation.state, when=interval_of(reservation), now=now)
    may = set(open_events - {core.EXPIRE}) if keeps else set()
    if is_holder(actor, reservation) and core.CANCEL in open_events:
        may.add(core.CANCEL)
    located = None
    if record is not None and is_named(reservation):
        located = record.as_facility if record.kind == "facility" else record.as_platform
    context = {
        **row_of(reservation),
        "reservation": reservation,
        "keeps": keeps,
        "is_mine": is_holder(actor, reservation),
        "may": dict.fromkeys(may, True),
        "reason": kind_reason(reservation.reason_code) if reservation.reason_code else None,
        "record_url": reverse("publish:record", args=[record.kind, record.key])
        if record is not None and reservation.is_readable
        else "",
        "desk_url": reverse("meet:resource_desk", args=[reservation.resource.key]) if keeps else "",
        "address": located.address if located else None,
        "advice": reservation.resource.rule.advice if hasattr(reservation.resource, "rule") else None,
        "price": reservation.resource.rule.price if hasattr(reservation.resource, "rule") else None,
        "has_file": calendars.was_agreed(reservation),
        "history": [
            {
                "at": step.at,
                "what": EVENT_WORDS[step.event],
                "when": spoken(Interval(step.begins, step.ends), reservation.resource.zone),
                "who": step.actor_name,
            }
            for step in reservation.steps.all()
        ],
    }
    return render(request, "meet/bookings/booking.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@acts
def cancel(request: HttpRequest, key: str) -> HttpResponse:
    """Cancel a booking, after a page that says what happens; the facility's people give a reason."""
    reservation = reading.find_booking(request.actor, key)
    is_mine = is_holder(request.actor, reservation)
    reason = text_of(request, "reason", 30)
    if request.method == "POST" and (is_mine or reason):
        cancel_booking(
            actor=request.actor,
            key=key,
            reason_code="" if is_mine else reason,
            note="" if is_mine else text_of(request, "note", 1_000),
            now=timezone.now(),
        )
        messages.success(request, said("已取消，对方会收到通知。", "Cancelled; the other side is told."))
        return HttpResponseRedirect(reverse("meet:booking", args=[key]))
    context = {
        **row_of(reservation),
        "reservation": reservation,
        "is_mine": is_mine,
        "reasons": reasons_to_choose(),
        "is_missing": request.method == "POST",
        "note": text_of(request, "note", 1_000),
    }
    return render(request, "meet/bookings/cancel.html", context, status=422 if context["is_missing"] else 200)


@require_safe
@answers
def hand_out_calendar(request: HttpRequest, key: str) -> HttpResponse:
    """Hand out the calendar file of one booking."""
    reservation = reading.find_booking(request.actor, key)
    if not calendars.was_agreed(reservation):
        raise NotFoundError
    content, method = calendars.file_of(reservation, readers_language())
    response = HttpResponse(content, content_type=f"text/calendar; charset=utf-8; method={method}")
    response.headers["Content-Disposition"] = f'attachment; filename="booking-{reservation.key}.ics"'
    return response


@limit("search")
@require_safe
@never_cache
def hand_out_feed(request: HttpRequest, token: str) -> HttpResponse:
    """Hand out a person's calendar to whoever has its private address; nobody signs in here."""
    try:
        content = calendars.write_feed(
            token=token, hub=request.hub, language=readers_language(), now=timezone.now()
        )
    except NotFoundError as error:
        raise Http404(str(error)) from None
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@require_POST
@answers
def make_feed(request: HttpRequest) -> HttpResponse:
    """Give the reader a private address; the one before stops."""
    # Shown once, on the next page: only its digest is kept.
    request.session["calendar_feed"] = calendars.make_feed(actor=request.actor, now=timezone.now())
    return HttpResponseRedirect(f"{reverse('meet:bookings')}#feed")


@require_POST
@answers
def revoke_feed(request: HttpRequest) -> HttpResponse:
    """Stop the reader's private address."""
    calendars.revoke_feed(actor=request.actor, now=timezone.now())
    messages.success(request, said("私有地址已停用。", "The private address was stopped."))
    return HttpResponseRedirect(f"{reverse('meet:bookings')}#feed")
