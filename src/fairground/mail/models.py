"""Mail that waits to be sent, and what became of it."""

from typing import Any

from django.db import models
from django.db.models import Q


class Outbox(models.Model):
    """One mail to one person, in their language. Plain text only.

    No foreign key: a mail outlives what it tells of. Its text is blanked once it is sent, since it may hold links
    that open an account. A mail with a writer has no text before: it is written when it is sent.
    """

    to = models.EmailField(max_length=254)
    language = models.CharField(max_length=2)
    subject = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    writer = models.CharField(max_length=30, blank=True)  # a name of services.register_writer
    content: Any = models.JSONField(null=True)  # what the writer starts from
    once = models.CharField(max_length=120, blank=True)  # a second mail with the same word is not queued
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)  # when to try next; null: sent, or given up
    sent_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name_plural = "outbox"
        indexes = (models.Index(fields=("due_at",), condition=Q(due_at__isnull=False), name="mail_due"),)
        constraints = (models.UniqueConstraint(fields=("once",), condition=~Q(once=""), name="mail_once"),)

    def __str__(self) -> str:
        return f"mail {self.pk}"
