"""Pairs of an offer and a need that the engine has judged."""

from typing import Any

from django.db import models

from fairground.collect.models import Need, Offer


class Match(models.Model):
    """One judged pair: how well it fits, why, and by which method. Rows are replaced by the next run of the method."""

    hub = models.ForeignKey("accounts.Hub", on_delete=models.CASCADE, related_name="+")
    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="matches")
    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="matches")
    score = models.FloatField()  # 0–1, both sides
    rank_for_need = models.PositiveIntegerField(null=True)  # 1 is the best offer for this need
    rank_for_offer = models.PositiveIntegerField(null=True)
    evidence = models.CharField(max_length=10)  # enough | thin | none
    reasons: Any = models.JSONField()  # part scores, requirements met, missing, contradicted, flags
    method = models.CharField(max_length=60)  # name and version
    made_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("need", "offer"), name="match_pair_once"),)
        indexes = (
            models.Index(fields=("offer", "rank_for_offer"), name="match_offer_rank"),
            models.Index(fields=("need", "rank_for_need"), name="match_need_rank"),
        )

    def __str__(self) -> str:
        return f"{self.need_id} × {self.offer_id}"
