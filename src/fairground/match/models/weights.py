"""What a hub's own outcomes taught, try by try: refused ones too, so that a hub sees what was tried."""

from typing import Any

from django.db import models
from django.db.models import Q


class LearnedWeights(models.Model):
    """One try at learning. `data` holds the weights where they helped beyond doubt; a refused try holds none."""

    hub = models.ForeignKey("accounts.Hub", on_delete=models.CASCADE, related_name="+")
    made_at = models.DateTimeField()
    base = models.CharField(max_length=160)  # version of the weights it started from
    version = models.CharField(max_length=200, blank=True)
    helped = models.BooleanField()
    record: Any = models.JSONField()  # counts and figures; no id and no text of any record
    data: Any = models.BinaryField(null=True)
    in_use = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("hub",), condition=Q(in_use=True), name="match_weights_one_in_use"
            ),
            # Refused weights cannot be turned on, by no way at all.
            models.CheckConstraint(
                condition=Q(in_use=False) | Q(helped=True, data__isnull=False),
                name="match_weights_only_helpful",
            ),
        )
        indexes = (models.Index(fields=("hub", "-made_at"), name="match_weights_newest"),)

    def __str__(self) -> str:
        return f"{self.hub_id} {self.version or 'refused'}"
