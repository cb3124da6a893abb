"""Reservations: an interval of a resource, with a state and a holder.

The holder is a person, or an organisation for which a person spoke. No constraint keeps two apart: a capacity above one
and a buffer cannot be said as an exclusion constraint, nor on SQLite at all. The lock on the resource's row does, on
both databases alike (`bookings.holding`).
"""

from django.db import models
from django.db.models import F, Q

from fairground.database.keys import KEY_LENGTH, new_key
from fairground.meet.models.resources import Resource

ONCE_LENGTH = 40


class Reservation(models.Model):
    """One interval that somebody holds or asks for. Moved by `meet.bookings`, never by hand."""

    class State(models.TextChoices):
        ASKED = "asked"
        CONFIRMED = "confirmed"
        MOVED = "moved"  # confirmed, at another time than was agreed first
        DECLINED = "declined"
        EXPIRED = "expired"
        CANCELLED = "cancelled"
        HELD = "held"
        NO_SHOW = "no_show"

    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    hub = models.ForeignKey("accounts.Hub", on_delete=models.PROTECT, related_name="+")
    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="reservations")
    state = models.CharField(max_length=9, choices=State.choices)
    begins = models.DateTimeField()
    ends = models.DateTimeField()
    holder = models.ForeignKey("accounts.User", null=True, on_delete=models.SET_NULL, related_name="+")
    organisation = models.ForeignKey(
        "accounts.Organisation", null=True, on_delete=models.PROTECT, related_name="+"
    )
    purpose = models.TextField(blank=True)  # the holder's words, for the facility's people
    note = models.TextField(blank=True)  # the facility's words, for the holder
    reason_code = models.CharField(
        max_length=30, blank=True
    )  # of a decline or a cancellation, see bookings.words
    cancelled_by = models.CharField(max_length=8, blank=True)  # holder | facility | system
    expires_at = models.DateTimeField(null=True)  # of one that waits for an answer
    once = models.CharField(max_length=ONCE_LENGTH, blank=True)  # a form sent twice makes one
    sequence = models.PositiveIntegerField(default=0)  # of its calendar entry: up with each change of it
    demonstration = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        indexes = (
            models.Index(fields=("resource", "ends"), name="meet_reservation_calendar"),
            models.Index(fields=("resource", "state", "begins"), name="meet_reservation_desk"),
            models.Index(fields=("holder", "begins"), name="meet_reservation_holder"),
            models.Index(fields=("organisation", "begins"), name="meet_reservation_org"),
            models.Index(
                fields=("expires_at",), condition=Q(expires_at__isnull=False), name="meet_reservation_due"
            ),
        )
        constraints = (
            models.CheckConstraint(condition=Q(ends__gt=F("begins")), name="meet_reservation_length"),
            models.CheckConstraint(
                condition=~Q(state="asked") | Q(expires_at__isnull=False), name="meet_reservation_has_end"
            ),
            models.UniqueConstraint(
                fields=("holder", "once"), condition=~Q(once=""), name="meet_reservation_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.key} {self.state}"


class ReservationStep(models.Model):
    """One step of a reservation, for its history. Rows are only ever added."""

    reservation = models.ForeignKey(Reservation, on_delete=models.CASCADE, related_name="steps")
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)  # no foreign key: history outlives accounts
    actor_name = models.CharField(max_length=200)
    event = models.CharField(max_length=20)  # see the core
    to_state = models.CharField(max_length=9)
    begins = models.DateTimeField()  # as it stood after the step
    ends = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        indexes = (
            models.Index(fields=("reservation", "id"), name="meet_step_order"),
            models.Index(fields=("actor_id",), name="meet_step_actor"),
        )

    def __str__(self) -> str:
        return f"{self.reservation_id}: {self.event}"
