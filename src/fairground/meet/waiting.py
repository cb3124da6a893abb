"""What waits for somebody's answer, counted for their desk."""

from dataclasses import dataclass
from typing import Any

from django.db.models import F, Func, IntegerField, QuerySet, Subquery
from django.http import HttpRequest

from fairground.accounts.models import Hub
from fairground.meet.core import reservations, service_requests
from fairground.meet.models import Reservation, ServiceRequest
from fairground.meet.policies import answered
from fairground.meet.requests.policies import answered_by

_KEPT = "_meet_waiting"


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many wait for the reader: booking requests and service requests."""

    bookings: int
    service_requests: int


def waiting_for(request: HttpRequest) -> Waiting:
    """Return what waits for the reader of this request. One query, whichever panels ask."""
    if not hasattr(request, _KEPT):
        actor = request.actor
        counts = Hub.objects.filter(pk=actor.hub_id).values_list(
            _count(Reservation.objects.filter(answered(actor), state=reservations.ASKED)),
            _count(ServiceRequest.objects.filter(answered_by(actor), state=service_requests.ASKED)),
        )
        setattr(request, _KEPT, Waiting(*counts.get()))
    found: Waiting = getattr(request, _KEPT)
    return found


def _count(rows: QuerySet[Any]) -> Subquery:
    count = Func(F("pk"), function="COUNT", output_field=IntegerField())
    return Subquery(rows.order_by().annotate(rows=count).values("rows"))
