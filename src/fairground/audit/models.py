"""The one log: a row for every write, in the same transaction as the write."""

from django.db import models

from fairground.database.transactions import CurrentTransaction


class Change(models.Model):
    """One change of one record. Rows are only ever added; erasure blanks the personal column and the actor's name."""

    transaction = models.BigIntegerField(db_default=CurrentTransaction(), editable=False)
    hub_id = models.BigIntegerField()
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)  # no foreign key: the log outlives accounts
    actor_name = models.CharField(max_length=200)
    kind = models.CharField(max_length=30)
    key = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    action = models.CharField(max_length=30)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    personal = models.JSONField(null=True)  # {"before": …, "after": …} of fields that hold personal values
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ("id",)
        indexes = (
            models.Index(fields=("transaction", "id"), name="audit_order"),
            models.Index(fields=("kind", "key", "id"), name="audit_record"),
            models.Index(fields=("hub_id", "at"), name="audit_hub_time"),
            models.Index(fields=("actor_id",), name="audit_actor"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.key} v{self.version}: {self.action}"
