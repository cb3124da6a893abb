"""Reading service requests: lists of both sides, one with its thread, and how a place answers."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from fairground.accounts.actors import Actor
from fairground.accounts.errors import NotFoundError
from fairground.accounts.policies import may_name
from fairground.language.local_text import LocalText
from fairground.meet.core import service_requests as core
from fairground.meet.core.service_requests import Answering, Told, answering_of
from fairground.meet.models import ServiceRequest
from fairground.meet.requests.policies import answered_by, asked_by, is_asker, read_by
from fairground.meet.requests.words import STATE_WORDS
from fairground.publish.addresses import record_address
from fairground.publish.profiles.counting import visibilities
from fairground.publish.profiles.places import PARK, ZONE, Place, park_place

COUNTED_FOR = timedelta(days=365)
_LISTED = 100


def find_request(actor: Actor, key: str) -> ServiceRequest:
    """Return a request that the actor reads, with its place. Raises NotFoundError."""
    found = _with_place(ServiceRequest.objects.filter(read_by(actor), key=key)).first()
    if found is None:
        raise NotFoundError
    return found


def requests_of(actor: Actor) -> list[ServiceRequest]:
    """Return what the actor asked for, newest first. One query."""
    return list(
        _with_place(ServiceRequest.objects.filter(asked_by(actor))).order_by("-asked_at", "-pk")[:_LISTED]
    )


def waiting_for(actor: Actor) -> list[ServiceRequest]:
    """Return what the actor can answer or finish, what waits longest first. One query."""
    found = ServiceRequest.objects.filter(answered_by(actor), state__in=core.OPEN)
    return list(_with_place(found).order_by("-state", "asked_at", "pk")[:_LISTED])


def _with_place(found: QuerySet[ServiceRequest]) -> QuerySet[ServiceRequest]:
    return found.select_related("platform__zone", "park__zone", "asker", "organisation", "forwarded_from")


def row_of(request: ServiceRequest, actor: Actor, now: datetime) -> dict[str, Any]:
    """Return one request as a line of a list."""
    organisation = request.organisation
    return {
        "key": request.key,
        "service": request.service,
        "place": place_name(request),
        "place_url": place_url(request),
        "state": request.state,
        "state_word": STATE_WORDS[request.state],
        "asked_at": request.asked_at,
        "days": max(0, (now - request.asked_at).days),
        "wanted_by": request.wanted_by,
        "is_late": request.wanted_by is not None and request.state in core.OPEN and request.wanted_by < now.date(),
        "asker": request.asker.printed_name if request.asker else "",
        "organisation": organisation.title
        if organisation and may_name(actor, organisation.pk, organisation.state, organisation.visibility)
        else None,
        "next": core.steps_from(request.state)[:1],
        "is_asker": is_asker(actor, request),
        "demonstration": request.demonstration,
    }  # fmt: skip


def place_name(request: ServiceRequest) -> LocalText:
    """Return what was asked: the title of the platform, or the name of the park."""
    if request.platform is not None:
        title: LocalText = request.platform.title
        return title
    return request.park.name if request.park else LocalText()


def place_url(request: ServiceRequest) -> str:
    """Return the page of what was asked."""
    if request.platform is not None:
        return record_address("platform", request.platform.key)
    return park_place(request.park).url if request.park else ""


def answering_at(place: Place, actor: Actor, now: datetime) -> Answering:
    """Return how the platforms and parks of a place answered in the last year, as far as the reader counts. One query.

    A request to a platform that is open to members raises no visitor's count.
    """
    if place.kind == ZONE:
        inside = Q(platform__zone_id=place.pk) | Q(park__zone_id=place.pk)
    elif place.kind == PARK:
        inside = Q(platform__listed_park_id=place.pk) | Q(park_id=place.pk)
    else:
        inside = (
            Q(platform__region__startswith=place.prefix)
            | Q(platform__zone__region__startswith=place.prefix)
            | Q(park__region__startswith=place.prefix)
        )
    return _counted(inside, actor, now)


def answering_of_platform(platform_id: int, actor: Actor, now: datetime) -> Answering:
    """Return how one platform answered in the last year. One query."""
    return _counted(Q(platform_id=platform_id), actor, now)


def answering_for(actor: Actor, now: datetime) -> Answering:
    """Return how all that the actor answers for was answered in the last year. One query."""
    rows = ServiceRequest.objects.filter(answered_by(actor), asked_at__gte=now - COUNTED_FOR)
    return answering_of(_told(rows), now=now)


def _counted(inside: Q, actor: Actor, now: datetime) -> Answering:
    shown = Q(platform__isnull=True) | Q(
        platform__state="published", platform__visibility__in=visibilities(actor)
    )
    rows = ServiceRequest.objects.filter(inside, shown, hub_id=actor.hub_id, asked_at__gte=now - COUNTED_FOR)
    return answering_of(_told(rows), now=now)


def _told(rows: QuerySet[ServiceRequest]) -> Sequence[Told]:
    return [Told(*row) for row in rows.values_list("state", "asked_at", "answered_at", "ended_at")]


def spoken_length(length: timedelta | None) -> LocalText | None:
    """Return a length of time in days and hours, as it is read; None where it is not known."""
    if length is None:
        return None
    hours = round(length.total_seconds() / 3600)
    if hours < 48:
        return LocalText(f"{max(hours, 1)} 小时", f"{max(hours, 1)} h")
    days = round(hours / 24)
    return LocalText(f"{days} 天", f"{days} days")
