"""The facility's desk: requests to answer, the calendar with names, the rule, days with other hours, re-planning."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fairground.accounts.errors import NotFoundError
from fairground.accounts.models import Record
from fairground.collect.views import answers
from fairground.language.local_text import LocalText
from fairground.meet.bookings import reading, ruling
from fairground.meet.bookings.answering import (
    LONGEST_NOTE,
    confirm_booking,
    decline_booking,
    mark_booking,
    move_booking,
)
from fairground.meet.bookings.forms import (
    RuleForm,
    SpecialDaysForm,
    first_values,
    read_decisions,
    read_interval,
    values_of,
    write_interval,
)
from fairground.meet.bookings.holding import BookingRefusedError, interval_of, standing
from fairground.meet.bookings.naming import name_of_resource
from fairground.meet.bookings.pages import acts, row_of, said, text_of
from fairground.meet.bookings.panels import record_price
from fairground.meet.bookings.rule_words import hours_in_words, rule_in_words, week_in_words
from fairground.meet.bookings.times import spoken
from fairground.meet.bookings.words import reasons_to_choose
from fairground.meet.core.printed_hours import HoursReading, read_hours
from fairground.meet.models import Reservation, Resource
from fairground.meet.policies import answered, may_keep
from fairground.web.reader import readers_language


@require_safe
@answers
def show_desk(request: HttpRequest) -> HttpResponse:
    """What waits for an answer over all that the reader keeps, and what they keep."""
    now = timezone.now()
    context = {
        "waiting": [row_of(each) for each in reading.waiting_for(request.actor)[: reading.MOST_SHOWN]],
        "resources": [
            {
                "name": name_of_resource(each),
                "url": reverse("meet:resource_desk", args=[each.key]),
                "waiting": each.waiting,
                "coming": each.coming,
                "is_open": each.is_open,
            }
            for each in reading.kept_resources(request.actor, now)
        ],
    }
    return render(request, "meet/bookings/desk.html", context)


@require_safe
@answers
def show_resource(request: HttpRequest, key: str) -> HttpResponse:
    """The desk of one facility: its week with names, its rule, its days with other hours."""
    resource = reading.find_kept(request.actor, key)
    return _desk_page(request, resource, SpecialDaysForm())


def _desk_page(
    request: HttpRequest, resource: Resource, form: SpecialDaysForm, status: int = 200
) -> HttpResponse:
    now = timezone.now()
    terms, special = reading.terms_with_days(resource)
    first = reading.monday_of(request.GET.get("week", ""), resource.zone, now)
    days = reading.week_of(resource, terms, special, first, now, with_entries=True)
    for day in days:
        for row in day.entries:
            row.resource = resource
    context = {
        "resource": resource,
        "name": name_of_resource(resource),
        "record_url": reverse("publish:record", args=[resource.record.kind, resource.record.key])
        if resource.record
        else "",
        "week": week_in_words(terms.weekly),
        "rule": rule_in_words(terms),
        "days": [{"day": day, "rows": [row_of(row) for row in day.entries]} for day in days],
        "before": (first - timedelta(days=7)).isoformat(),
        "after": (first + timedelta(days=7)).isoformat(),
        "first": first,
        "last": first + timedelta(days=6),
        "special": [
            {"day": day, "hours": hours_in_words(terms.special[day]), "reason": special[day].reason}
            for day in sorted(special)
            if day >= now.astimezone(terms.clock).date()
        ],
        "noted": [_noted(row, resource) for row in reading.to_be_noted(resource, now)],
        "outside": [_noted(row, resource) for row in reading.agreed_outside(resource, terms, now)],
        "form": form,
        "version": resource.version,
        "zone": resource.zone,
    }
    return render(request, "meet/bookings/resource.html", context, status=status)


def _noted(row: Reservation, resource: Resource) -> dict[str, Any]:
    row.resource = resource
    return {**row_of(row), "key": row.key}


@require_http_methods(["GET", "HEAD", "POST"])
@answers
def new_rule(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Make a facility, or a device of a platform, bookable. Printed hours are offered as a reading to confirm."""
    record = (
        Record.objects.filter(may_keep(request.actor), kind=kind, key=key)
        .select_related("as_facility", "as_platform")
        .first()
    )
    if record is None or kind not in ruling.BOOKABLE_KINDS:
        raise NotFoundError
    device, printed, price = _printed(record, request.GET.get("device", ""))
    if kind == "platform" and device is None:
        return render(request, "meet/bookings/devices.html", {"record": record, "devices": _devices(record)})
    read = _reading(printed)
    takes_over = "read" in request.GET and read is not None
    if request.method == "POST":
        form = RuleForm(request.POST)
        if form.is_valid():
            try:
                resource = ruling.make_rule(
                    actor=request.actor,
                    record_key=key,
                    values=form.values(),
                    now=timezone.now(),
                    device=device or LocalText(),
                )
            except BookingRefusedError as error:
                form.add_error(None, error.message.in_language(readers_language()))
            else:
                messages.success(
                    request, said("预约规则已保存，现在可以预约了。", "Saved. It can be booked now.")
                )
                return HttpResponseRedirect(reverse("meet:resource_desk", args=[resource.key]))
    else:
        form = RuleForm(initial=first_values(read.week if takes_over and read else None, price))
    question = request.GET.copy()
    question["read"] = "1"
    context = {
        "form": form,
        "name": f"{record.title.in_language(readers_language())}"
        + (f" · {device.in_language(readers_language())}" if device else ""),
        "back_url": reverse("publish:record", args=[kind, key]),
        "printed": printed,
        "reading": week_in_words(read.week) if read and not takes_over else None,
        "is_taken_over": takes_over,
        "read_url": f"?{question.urlencode()}",
        "is_new": True,
    }
    return render(request, "meet/bookings/rule.html", context, status=422 if form.errors else 200)


def _printed(record: Record, device: str) -> tuple[LocalText | None, LocalText, LocalText]:
    """Return a device's name (None for the record itself), and hours and price as printed."""
    if record.kind == "facility":
        return None, record.as_facility.hours, record_price(record.as_facility)
    equipment = record.as_platform.equipment
    if not (device.isascii() and device.isdigit() and len(device) < 5 and int(device) < len(equipment)):
        return None, LocalText(), LocalText()
    chosen = equipment[int(device)]
    return chosen.name, chosen.hours, chosen.price


def _devices(record: Record) -> list[dict[str, Any]]:
    known = {
        (each.zh, each.en) for each in Resource.objects.filter(record=record).values_list("device", flat=True)
    }
    return [
        {
            "number": number,
            "name": each.name,
            "hours": each.hours,
            "has_rule": (each.name.zh, each.name.en) in known,
        }
        for number, each in enumerate(record.as_platform.equipment)
    ]


def _reading(printed: LocalText) -> HoursReading | None:
    """Return what the printed hours say, where both languages say the same or one of them can be read."""
    found = [read for side in (printed.zh, printed.en) if side and (read := read_hours(side))]
    if not found or any(read.week != found[0].week for read in found):
        return None
    return found[0]


@require_http_methods(["GET", "HEAD", "POST"])
@answers
def edit_rule(request: HttpRequest, key: str) -> HttpResponse:
    """Change a rule. What falls out of the new one is listed and settled first."""
    resource = reading.find_kept(request.actor, key)
    if request.method != "POST":
        return _rule_page(request, resource, RuleForm(initial=values_of(resource)))
    form = RuleForm(request.POST)
    if not form.is_valid():
        return _rule_page(request, resource, form, 422)

    def change(decisions: Mapping[str, ruling.Decision]) -> None:
        ruling.change_rule(
            actor=request.actor,
            resource_key=key,
            version=_version(request),
            values=form.values(),
            now=timezone.now(),
            decisions=decisions,
        )

    try:
        return _settled(request, resource, change)
    except BookingRefusedError as error:
        form.add_error(None, error.message.in_language(readers_language()))
        return _rule_page(request, resource, form, 409)


def _rule_page(request: HttpRequest, resource: Resource, form: RuleForm, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "name": name_of_resource(resource).in_language(readers_language()),
        "back_url": reverse("meet:resource_desk", args=[resource.key]),
        "version": request.POST.get("version", resource.version),
        "is_new": False,
    }
    return render(request, "meet/bookings/rule.html", context, status=status)


@require_POST
@answers
def set_days(request: HttpRequest, key: str) -> HttpResponse:
    """Close days, or open others. What falls out is listed and settled first."""
    resource = reading.find_kept(request.actor, key)
    form = SpecialDaysForm(request.POST)
    if not form.is_valid():
        return _desk_page(request, resource, form, 422)

    def change(decisions: Mapping[str, ruling.Decision]) -> None:
        ruling.set_special_days(
            actor=request.actor,
            resource_key=key,
            version=_version(request),
            days=form.days(),
            hours=form.cleaned_data["hours"],
            reason=form.reason(),
            now=timezone.now(),
            decisions=decisions,
        )

    try:
        return _settled(request, resource, change)
    except BookingRefusedError as error:
        form.add_error(None, error.message.in_language(readers_language()))
        return _desk_page(request, resource, form, 409)


@require_POST
@answers
def clear_day(request: HttpRequest, key: str) -> HttpResponse:
    """Let a day have its weekday's hours again."""
    resource = reading.find_kept(request.actor, key)
    try:
        day = date.fromisoformat(request.POST.get("day", ""))
    except ValueError:
        raise NotFoundError from None

    def change(decisions: Mapping[str, ruling.Decision]) -> None:
        ruling.clear_special_day(
            actor=request.actor, resource_key=key, day=day, now=timezone.now(), decisions=decisions
        )

    try:
        return _settled(request, resource, change)
    except BookingRefusedError as error:
        messages.error(request, error.message.in_language(readers_language()))
        return HttpResponseRedirect(reverse("meet:resource_desk", args=[key]))


def _version(request: HttpRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _settled(
    request: HttpRequest, resource: Resource, change: Callable[[Mapping[str, ruling.Decision]], None]
) -> HttpResponse:
    """Make a change, or show the page on which what falls out of it is settled. Raises BookingRefusedError."""
    decisions = read_decisions(request.POST)
    try:
        change(decisions)
    except ruling.ReplanNeededError as error:
        return _replan_page(request, resource, error)
    messages.success(request, said("已保存。", "Saved."))
    return HttpResponseRedirect(reverse("meet:resource_desk", args=[resource.key]))


def _replan_page(request: HttpRequest, resource: Resource, error: ruling.ReplanNeededError) -> HttpResponse:
    """List what falls out. The change itself travels in hidden fields, with what was decided before."""
    keys = {each.reservation.key for each in error.fallen}
    carried = [
        (name, value)
        for name, value in request.POST.items()
        if name != "csrfmiddlewaretoken" and name.partition("-")[2] not in keys
    ]
    for each in error.fallen:
        each.reservation.resource = resource
    context = {
        "resource": resource,
        "name": name_of_resource(resource),
        "carried": carried,
        "fallen": [
            {
                **row_of(each.reservation),
                "key": each.reservation.key,
                "purpose": each.reservation.purpose,
                "chosen": request.POST.get(f"decide-{each.reservation.key}", ""),
                "offered": [
                    {"value": write_interval(when), "words": spoken(when, resource.zone)}
                    for when in each.offered
                ],
            }
            for each in error.fallen
        ],
        "reasons": reasons_to_choose(),
        "is_missing": any(name.startswith("decide-") for name in request.POST),
        "back_url": reverse("meet:resource_desk", args=[resource.key]),
    }
    return render(request, "meet/bookings/replan.html", context, status=409)


@require_POST
@acts
def confirm(request: HttpRequest, key: str) -> HttpResponse:
    """Confirm a request."""
    confirm_booking(
        actor=request.actor, key=key, note=text_of(request, "note", LONGEST_NOTE), now=timezone.now()
    )
    messages.success(
        request,
        said("已确认，日历文件已随信发给对方。", "Confirmed; the holder is told, with a calendar file."),
    )
    return HttpResponseRedirect(reverse("meet:booking", args=[key]))


@require_http_methods(["GET", "HEAD", "POST"])
@acts
def decline(request: HttpRequest, key: str) -> HttpResponse:
    """Decline a request, with a reason that the holder reads in kind words."""
    reservation = _kept_booking(request, key)
    if request.method == "POST" and request.POST.get("reason"):
        decline_booking(
            actor=request.actor,
            key=key,
            reason_code=text_of(request, "reason", 30),
            note=text_of(request, "note", LONGEST_NOTE),
            now=timezone.now(),
        )
        messages.success(
            request, said("已婉拒，时段已放开。", "Declined in kind words; the time is free again.")
        )
        return HttpResponseRedirect(reverse("meet:desk"))
    context = {
        **row_of(reservation),
        "reservation": reservation,
        "reasons": reasons_to_choose(),
        "is_missing": request.method == "POST",
        "note": text_of(request, "note", LONGEST_NOTE),
    }
    return render(
        request, "meet/bookings/decline.html", context, status=422 if context["is_missing"] else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
@acts
def move(request: HttpRequest, key: str) -> HttpResponse:
    """Put a booking at another time of the same length."""
    reservation = _kept_booking(request, key)
    if request.method == "POST" and (to := read_interval(request.POST.get("to", ""))):
        move_booking(
            actor=request.actor,
            key=key,
            to=to,
            note=text_of(request, "note", LONGEST_NOTE),
            now=timezone.now(),
        )
        messages.success(
            request, said("已改期，对方会收到新的日历文件。", "Moved; the holder gets a new calendar file.")
        )
        return HttpResponseRedirect(reverse("meet:booking", args=[key]))
    now = timezone.now()
    terms, _ = reading.terms_with_days(reservation.resource)
    rows = [interval_of(each) for each in standing(reservation.resource, after=now, but=reservation.pk)]
    context = {
        **row_of(reservation),
        "reservation": reservation,
        "offered": [
            {"value": write_interval(when), "words": spoken(when, reservation.resource.zone)}
            for when in ruling.times_like(interval_of(reservation), terms, rows, now)
        ],
        "is_missing": request.method == "POST",
        "note": text_of(request, "note", LONGEST_NOTE),
    }
    return render(request, "meet/bookings/move.html", context, status=422 if context["is_missing"] else 200)


@require_POST
@acts
def mark(request: HttpRequest, key: str) -> HttpResponse:
    """Note whether somebody came."""
    reservation = _kept_booking(request, key)
    mark_booking(actor=request.actor, key=key, came="came" in request.POST, now=timezone.now())
    messages.success(request, said("已记下。", "Noted."))
    return HttpResponseRedirect(reverse("meet:resource_desk", args=[reservation.resource.key]))


def _kept_booking(request: HttpRequest, key: str) -> Reservation:
    reservation = reading.find_booking(request.actor, key)
    if not Reservation.objects.filter(answered(request.actor), pk=reservation.pk).exists():
        raise NotFoundError
    return reservation
