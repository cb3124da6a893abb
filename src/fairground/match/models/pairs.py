"""Pairs of two records that the engine has judged, and how far in the log the pairs are."""

from typing import Any

from django.db import models


class Match(models.Model):
    """One judged pair: how well it fits, why, and by which method.

    One side asks and the other answers: a need asks offers and platforms, an offer asks platforms for a place to be
    tried out. A row is replaced when one of its records has other words, and keeps its date when nothing in it changed.
    """

    hub = models.ForeignKey("accounts.Hub", on_delete=models.CASCADE, related_name="+")
    asking = models.ForeignKey("accounts.Record", on_delete=models.CASCADE, related_name="matches_asking")
    answering = models.ForeignKey(
        "accounts.Record", on_delete=models.CASCADE, related_name="matches_answering"
    )
    kinds = models.CharField(max_length=20)  # 'need offer' | 'need platform' | 'offer platform'
    score = models.FloatField()  # 0–1, both sides
    # 1 is the best of these kinds for that record; None: not among the best it keeps
    rank_for_asking = models.PositiveIntegerField(null=True)
    rank_for_answering = models.PositiveIntegerField(null=True)
    evidence = models.CharField(max_length=10)  # enough | thin | none
    reasons: Any = models.JSONField()  # part scores, requirements met, missing, contradicted, flags
    method = models.CharField(max_length=60)  # name and version
    made_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("asking", "answering"), name="match_pair_once"),)
        indexes = (
            models.Index(fields=("answering", "rank_for_answering"), name="match_answering_rank"),
            models.Index(fields=("asking", "rank_for_asking"), name="match_asking_rank"),
            models.Index(fields=("hub", "-score", "id"), name="match_best_of_hub"),
        )

    def __str__(self) -> str:
        return f"{self.asking_id} × {self.answering_id}"


class MatchedText(models.Model):
    """What a record said when its pairs were made: the same words are not matched twice."""

    record = models.OneToOneField("accounts.Record", on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=32)
    method = models.CharField(max_length=60)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.record_id} {self.digest}"


class MatchProgress(models.Model):
    """How far the pairs have followed the change log; one row. Who follows holds it until a moment."""

    position = models.CharField(max_length=120, blank=True)
    held_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.position
