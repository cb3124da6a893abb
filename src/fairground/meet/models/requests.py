"""Service requests: somebody asks a platform or a park for a service; its people answer, and the answer is counted."""

from django.db import models
from django.db.models import Q

from fairground.database.keys import KEY_LENGTH, new_key


class ServiceRequest(models.Model):
    """One asking at one platform or park. Moved by `meet.requests`, never by hand.

    A request that is forwarded ends here and goes on as a request of its own at the other platform.
    """

    class State(models.TextChoices):
        ASKED = "asked"
        ACCEPTED = "accepted"
        DONE = "done"
        DECLINED = "declined"
        FORWARDED = "forwarded"
        WITHDRAWN = "withdrawn"
        EXPIRED = "expired"  # nobody answered, reminders notwithstanding

    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    hub = models.ForeignKey("accounts.Hub", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=9, choices=State.choices)
    platform = models.ForeignKey(
        "collect.Platform", null=True, on_delete=models.PROTECT, related_name="service_requests"
    )
    park = models.ForeignKey(
        "places.Park", null=True, on_delete=models.PROTECT, related_name="service_requests"
    )
    asker = models.ForeignKey("accounts.User", null=True, on_delete=models.SET_NULL, related_name="+")
    organisation = models.ForeignKey(
        "accounts.Organisation", null=True, on_delete=models.PROTECT, related_name="+"
    )
    service = models.CharField(max_length=200)  # the asker's words, for the people of the place
    text = models.TextField(blank=True)
    wanted_by = models.DateField(null=True)
    forwarded_from = models.ForeignKey(
        "self", null=True, on_delete=models.SET_NULL, related_name="forwarded_to"
    )
    reason_code = models.CharField(max_length=20, blank=True)  # of a decline, see `requests.words`
    once = models.CharField(max_length=40, blank=True)  # a form sent twice makes one
    remind_at = models.DateTimeField(null=True)  # of one that waits: the next reminder, then its end
    reminded = models.PositiveSmallIntegerField(default=0)
    demonstration = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()

    class Meta:
        indexes = (
            models.Index(fields=("platform", "state"), name="meet_request_platform"),
            models.Index(fields=("park", "state"), name="meet_request_park"),
            models.Index(fields=("asker", "asked_at"), name="meet_request_asker"),
            models.Index(
                fields=("remind_at",), condition=Q(remind_at__isnull=False), name="meet_request_due"
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(platform__isnull=True) ^ Q(park__isnull=True), name="meet_request_one_place"
            ),
            models.CheckConstraint(
                condition=~Q(state="asked") | Q(remind_at__isnull=False), name="meet_request_reminds"
            ),
            models.UniqueConstraint(
                fields=("asker", "once"), condition=~Q(once=""), name="meet_request_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.key} {self.state}"


class ServiceRequestStep(models.Model):
    """One step of a request with who took it and the words that went with it. Rows are only ever added."""

    request = models.ForeignKey(ServiceRequest, on_delete=models.CASCADE, related_name="steps")
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)  # no foreign key: history outlives accounts
    actor_name = models.CharField(max_length=200)
    side = models.CharField(max_length=9, blank=True)  # asking | answering; empty for the clock
    event = models.CharField(max_length=10)  # see the core; 'message' for words alone
    from_state = models.CharField(max_length=9, blank=True)
    to_state = models.CharField(max_length=9)
    text = models.TextField(blank=True)  # read by both sides; goes with its author's account

    class Meta:
        ordering = ("id",)
        indexes = (models.Index(fields=("actor_id",), name="meet_request_step_actor"),)

    def __str__(self) -> str:
        return f"{self.request_id}: {self.event}"
