"""Tables of the meeting stage."""

from fairground.meet.models.feeds import CalendarFeed
from fairground.meet.models.requests import ServiceRequest, ServiceRequestStep
from fairground.meet.models.reservations import Reservation, ReservationStep
from fairground.meet.models.resources import BookingRule, Resource, SpecialDay

__all__ = [
    "BookingRule",
    "CalendarFeed",
    "Reservation",
    "ReservationStep",
    "Resource",
    "ServiceRequest",
    "ServiceRequestStep",
    "SpecialDay",
]
