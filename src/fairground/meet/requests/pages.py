"""Pages of service requests: asking, the lists of both sides, one request with its thread."""

import secrets
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fairground.accounts.core import states
from fairground.accounts.core.roles import KEEP_PLACES
from fairground.accounts.errors import NotFoundError
from fairground.accounts.models import Organisation
from fairground.accounts.policies import readable
from fairground.collect.models import Platform
from fairground.collect.views import answers
from fairground.meet.core import service_requests as core
from fairground.meet.models import ServiceRequest
from fairground.meet.requests import reading, services
from fairground.meet.requests.panels import numbers_of
from fairground.meet.requests.policies import answered_by
from fairground.meet.requests.services import LONGEST_SERVICE, LONGEST_TEXT, RequestRefusedError
from fairground.meet.requests.words import EVENT_WORDS, REASONS, STEP_VERBS
from fairground.places.models import Park
from fairground.web.rate_limits import limit
from fairground.web.reader import readers_language

_FORWARD_CHOICES = 200


def said(zh: str, en: str) -> str:
    """Return the reader's text of a pair."""
    return zh if readers_language() == "zh" else en


@limit("match")
@require_http_methods(["GET", "HEAD", "POST"])
@answers
def ask_service(request: HttpRequest) -> HttpResponse:
    """Ask a platform (`?platform=`) or a park (`?park=`) for a service."""
    given = request.POST if request.method == "POST" else request.GET
    platform_key, park_key = given.get("platform", "")[:20], given.get("park", "")[:20]
    place = _asked_place(request, platform_key, park_key)
    error = None
    if request.method == "POST":
        try:
            made = services.ask_for_service(
                actor=request.actor,
                platform_key=platform_key,
                park_key=park_key,
                service=given.get("service", ""),
                text=given.get("text", ""),
                wanted_by=_day(given.get("wanted_by", "")),
                organisation_id=_number(given.get("for", "")),
                per_week=settings.ENVIRONMENT.service_requests_per_week,
                answer_days=settings.ENVIRONMENT.service_request_days,
                now=timezone.now(),
                once=given.get("once", "")[:40],
            )
        except RequestRefusedError as refused:
            error = refused
        else:
            messages.success(
                request,
                said("申请已发出，对方答复后会通知您。", "Sent. You are told as soon as they answer."),
            )
            return HttpResponseRedirect(reverse("meet:service_request", args=[made.key]))
    organisations = Organisation.objects.filter(pk__in=request.actor.organisations).only("title")
    return render(
        request,
        "meet/requests/ask.html",
        {
            "place": place,
            "platform": platform_key,
            "park": "" if platform_key else park_key,
            "organisations": organisations,
            "typed": {name: given.get(name, "") for name in ("service", "text", "wanted_by", "for")},
            "once": given.get("once", "") or secrets.token_urlsafe(16),
            "error": error,
            "days": settings.ENVIRONMENT.service_request_days,
            "longest_service": LONGEST_SERVICE,
            "longest": LONGEST_TEXT,
        },
        status=409 if error else 200,
    )


def _asked_place(request: HttpRequest, platform_key: str, park_key: str) -> dict[str, Any]:
    if platform_key:
        platform = Platform.objects.filter(
            readable(request.actor), key=platform_key, state=states.PUBLISHED
        ).first()
        if platform is not None:
            now = timezone.now()
            return {
                "name": platform.title,
                "url": reverse("publish:record", args=["platform", platform.key]),
                "answers": numbers_of(reading.answering_of_platform(platform.pk, request.actor, now), now),
            }
    elif park := Park.objects.filter(key=park_key).first():
        return {"name": park.name, "url": reverse("publish:park", args=[park.key])}
    raise NotFoundError


def _day(text: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise RequestRefusedError("日期应写作 2026-11-30。", "Write the date as 2026-11-30.") from None


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


@require_safe
@answers
def show_requests(request: HttpRequest) -> HttpResponse:
    """What the reader asked for, and what waits for them."""
    now, actor = timezone.now(), request.actor
    return render(
        request,
        "meet/requests/list.html",
        {
            "waiting": [reading.row_of(each, actor, now) for each in reading.waiting_for(actor)],
            "asked": [reading.row_of(each, actor, now) for each in reading.requests_of(actor)],
            "may_keep": actor.may(KEEP_PLACES),
        },
    )


@require_safe
@answers
def show_request(request: HttpRequest, key: str) -> HttpResponse:
    """One request: what is asked, its thread, and the steps that the reader can take."""
    return _page(request, reading.find_request(request.actor, key))


def _page(
    request: HttpRequest, found: ServiceRequest, error: RequestRefusedError | None = None
) -> HttpResponse:
    actor = request.actor
    row = reading.row_of(found, actor, timezone.now())
    answers_it = ServiceRequest.objects.filter(answered_by(actor), pk=found.pk).exists()
    steps = [
        {
            "at": step.at,
            "who": step.actor_name,
            "side": step.side,
            "event": EVENT_WORDS.get(step.event, step.event),
            "text": step.text,
        }
        for step in found.steps.all()
    ]
    can = core.steps_from(found.state) if answers_it else ()
    return render(
        request,
        "meet/requests/one.html",
        {
            **row,
            "text": found.text,
            "steps": steps,
            "answers_it": answers_it,
            "can": {step: STEP_VERBS[step] for step in can},
            "reasons": REASONS.items() if core.DECLINE in can else (),
            "reason": REASONS.get(found.reason_code),
            "platforms": _platforms_near(request, found) if core.FORWARD in can else (),
            "is_open": found.state in core.OPEN,
            "came_from": found.forwarded_from,
            "error": error,
            "longest": LONGEST_TEXT,
        },
        status=409 if error else 200,
    )


def _platforms_near(request: HttpRequest, found: ServiceRequest) -> list[tuple[str, Any]]:
    """Return where a request can go: platforms open to members, those of the same region first. One query."""
    here = found.platform.region if found.platform else found.park.region if found.park else ""
    rows = (
        Platform.objects.filter(
            readable(request.actor), state=states.PUBLISHED, visibility__in=("public", "members")
        )
        .exclude(pk=found.platform_id)
        .values_list("key", "title", "region", "free_space_m2")
        .order_by("pk")[:2000]
    )
    near = sorted(rows, key=lambda row: row[2][:2] != here[:2])
    return [(key, title) for key, title, *_ in near[:_FORWARD_CHOICES]]


@require_POST
@answers
def answer(request: HttpRequest, key: str, step: str) -> HttpResponse:
    """Take a step: accept, finish, decline, forward, take back, or write a word."""
    sent, now, actor = request.POST, timezone.now(), request.actor
    text = sent.get("text", "")
    try:
        if step == core.FORWARD:
            services.forward_request(
                actor=actor, key=key, platform_key=sent.get("platform", "")[:20], text=text, now=now,
                answer_days=settings.ENVIRONMENT.service_request_days,
            )  # fmt: skip
        elif step == core.TAKE_BACK:
            services.take_back_request(actor=actor, key=key, now=now)
        elif step == services.MESSAGE:
            services.write_message(actor=actor, key=key, text=text, now=now)
        else:
            services.answer_request(
                actor=actor, key=key, step=step, text=text, reason_code=sent.get("reason", "")[:20], now=now
            )
    except RequestRefusedError as error:
        return _page(request, reading.find_request(actor, key), error)
    messages.success(request, said("已记录，对方会收到通知。", "Noted; the other side is told."))
    return HttpResponseRedirect(reverse("meet:service_request", args=[key]))
