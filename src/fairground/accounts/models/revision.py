"""Changes of published records that wait for a second pair of eyes."""

from django.db import models
from django.db.models import Q


class Revision(models.Model):
    """New values for a published record, not yet in force. At most one is open for a record."""

    class State(models.TextChoices):
        OPEN = "open"
        ACCEPTED = "accepted"
        RETURNED = "returned"
        RECALLED = "recalled"

    record = models.ForeignKey("accounts.Record", on_delete=models.CASCADE, related_name="revisions")
    values = models.JSONField()  # field name → plain value, as `snapshots.snapshot` writes it
    base_version = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    note = models.TextField(blank=True)  # why, by the author
    author = models.ForeignKey("accounts.User", null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey("accounts.User", null=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.TextField(blank=True)  # by the editor

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("record",), condition=Q(state="open"), name="accounts_revision_one_open"
            ),
        )

    def __str__(self) -> str:
        return f"revision of {self.record_id}"
