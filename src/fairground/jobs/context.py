"""What a piece of work is given: its arguments, its folder, and a way to say how far it is."""

import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.utils import timezone

from fairground.jobs.errors import JobCancelledError
from fairground.jobs.folders import folder_of, make_folder
from fairground.jobs.models import Job
from fairground.language.local_text import LocalText

_WRITTEN_EVERY_S = 0.5


class JobContext:
    """One attempt at one job. A later attempt, or the job's removal, ends this one at its next `progress`."""

    def __init__(self, job: Job) -> None:
        self.key = job.key
        self.first_key = job.first_key
        self.hub_id = job.hub_id
        self.owner_id = job.owner_id
        self.arguments: Mapping[str, Any] = job.arguments
        self.attempt = job.attempts
        self.stopped = threading.Event()  # set by the heartbeat as well, which asks while the work is busy
        self._stage = job.stage
        self._written_at = float("-inf")

    @property
    def folder(self) -> Path:
        """The job's own folder, made at need."""
        return make_folder(self.key)

    @property
    def first_folder(self) -> Path:
        """The folder of the job that the whole piece of work began with."""
        return folder_of(self.first_key)

    def progress(self, done: int, total: int | None, stage: LocalText | None = None) -> None:
        """Say how far the work is; cheap enough for an inner loop, written at most twice a second.

        Raises JobCancelledError when somebody asked to stop.
        """
        if self.stopped.is_set():
            raise JobCancelledError
        now = time.monotonic()
        if (stage is None or stage == self._stage) and now - self._written_at < _WRITTEN_EVERY_S:
            return
        self._stage = stage or self._stage
        self._written_at = now
        if not self.beat(done=done, total=total, stage=self._stage):
            raise JobCancelledError

    def beat(self, **values: Any) -> bool:
        """Note that the work goes on; False when it should stop."""
        mine = Job.objects.filter(key=self.key, attempts=self.attempt, state=Job.State.RUNNING)
        lives = mine.filter(cancel_requested=False).update(heartbeat_at=timezone.now(), **values)
        if not lives:
            self.stopped.set()
        return bool(lives)
