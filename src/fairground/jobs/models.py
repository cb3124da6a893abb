"""The table of long work: what is asked for, how far it is, and what came of it."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from fairground.database.keys import KEY_LENGTH, new_key
from fairground.database.structured import LocalTextField
from fairground.language.local_text import LocalText


class Job(models.Model):
    """One piece of long work. Its files lie in WORK_FOLDER/<key>; row and folder go together, see `queue.sweep_jobs`.

    A job belongs to `owner_id`, or of somebody who did not sign in to the browser that carries `visitor_mark`.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"

    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    hub_id = models.BigIntegerField()
    kind = models.CharField(max_length=60)
    owner_id = models.BigIntegerField(null=True)  # no foreign key: accounts stand above jobs
    visitor_mark = models.CharField(max_length=43, blank=True)
    part_of = models.CharField(max_length=KEY_LENGTH, blank=True)  # key of the job this one goes on from

    state = models.CharField(max_length=9, default=State.WAITING, choices=State.choices)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True)  # None: unknown
    stage: LocalText = LocalTextField()
    cancel_requested = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    task_id = models.CharField(max_length=36, blank=True)  # of the queue's own row

    run_key = models.CharField(max_length=100, null=True, unique=True)
    arguments: Any = models.JSONField(default=dict)
    result: Any = models.JSONField(default=dict)
    error: LocalText = LocalTextField()

    created_at = models.DateTimeField(default=timezone.now)
    queued_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    is_kept = models.BooleanField(default=False)  # its owner asked for it to stay

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(owner_id__isnull=True) | Q(visitor_mark=""), name="jobs_one_owner"
            ),
        )
        indexes = (
            models.Index(fields=("owner_id", "kind", "-created_at"), name="jobs_owner"),
            models.Index(fields=("part_of",), name="jobs_part_of"),
            models.Index(fields=("state", "expires_at"), name="jobs_clock"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.key}: {self.state}"

    @property
    def is_finished(self) -> bool:
        return self.state in FINISHED

    @property
    def first_key(self) -> str:
        """The key of the job that the whole piece of work began with."""
        return self.part_of or self.key


FINISHED = (Job.State.DONE, Job.State.FAILED, Job.State.CANCELLED)
