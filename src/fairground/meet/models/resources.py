"""What can be reserved, and by which rule.

A resource is anything with a capacity in time. Today it is a facility, or one device of a platform; a table for
meetings or a room for sessions is one without a booking rule, since its stage decides who gets it.
"""

from django.db import models
from django.db.models import Q

from fairground.database.keys import KEY_LENGTH, new_key
from fairground.database.structured import LocalTextField, StructuredField
from fairground.language.local_text import LocalText

ZONE_LENGTH = 64
# Minutes after midnight at which hours open and close, see `kernel.intervals.WallSpan`; by weekday, Monday first.
Hours = tuple[tuple[int, int], ...]
Week = tuple[Hours, ...]


class Resource(models.Model):
    """A thing with a capacity. Every write to its reservations locks this row first: see `bookings.holding`."""

    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    hub = models.ForeignKey("accounts.Hub", on_delete=models.PROTECT, related_name="+")
    record = models.ForeignKey(
        "accounts.Record", null=True, on_delete=models.CASCADE, related_name="resources"
    )
    device: LocalText = (
        LocalTextField()
    )  # of the record's equipment, as listed there; empty: the record itself
    capacity = models.PositiveSmallIntegerField(default=1)
    zone = models.CharField(max_length=ZONE_LENGTH, default="Asia/Shanghai")  # IANA
    is_open = models.BooleanField(default=True)  # takes new requests
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("record",), name="meet_resource_record"),)
        constraints = (
            models.CheckConstraint(condition=Q(capacity__gte=1), name="meet_resource_capacity"),
            models.UniqueConstraint(fields=("record", "device"), name="meet_resource_once"),
        )

    def __str__(self) -> str:
        return f"resource {self.key}"


class BookingRule(models.Model):
    """When a resource is open and how it is booked, as its people confirmed it. See `core.rules.Terms`."""

    resource = models.OneToOneField(Resource, on_delete=models.CASCADE, related_name="rule")
    weekly: Week = StructuredField(shape=Week, default=tuple)
    slot_minutes = models.PositiveSmallIntegerField(default=60)
    most_slots = models.PositiveSmallIntegerField(default=8)
    buffer_minutes = models.PositiveSmallIntegerField(default=0)
    lead_minutes = models.PositiveIntegerField(default=0)
    horizon_days = models.PositiveSmallIntegerField(default=60)
    answer_hours = models.PositiveSmallIntegerField(default=48)
    is_automatic = models.BooleanField(default=False)
    price: LocalText = LocalTextField()  # as printed when the rule was made; shown beside the rule
    advice: LocalText = LocalTextField()  # what a holder should know: samples, papers, safety

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(slot_minutes__gte=5, most_slots__gte=1, answer_hours__gte=1, horizon_days__gte=1),
                name="meet_rule_bounds",
            ),
        )

    def __str__(self) -> str:
        return f"rule of {self.resource_id}"


class SpecialDay(models.Model):
    """A day with other hours than its weekday's: none where it is closed, some where it is open in addition."""

    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="special_days")
    day = models.DateField()
    hours: Hours = StructuredField(shape=Hours, default=tuple, blank=True)
    reason: LocalText = LocalTextField()  # read by everybody who sees the calendar

    class Meta:
        constraints = (models.UniqueConstraint(fields=("resource", "day"), name="meet_special_day_once"),)

    def __str__(self) -> str:
        return f"{self.resource_id} on {self.day}"
