"""Reading jobs."""

from datetime import datetime
from typing import Any

from fairground.jobs.holders import Holder, held_by
from fairground.jobs.models import FINISHED, Job


def find_job(holder: Holder, key: str, *, now: datetime) -> Job | None:
    """Return the job if this holder may see it and its time is not over; unknown and foreign answer alike."""
    job: Job | None = Job.objects.filter(held_by(holder), key=key).first()
    return None if job is not None and job.state in FINISHED and job.expires_at <= now else job


def kept_jobs(holder: Holder, kind: str, *, now: datetime) -> Any:
    """Return the finished jobs of a kind that their owner asked to keep, the newest first."""
    return Job.objects.filter(
        held_by(holder), kind=kind, is_kept=True, state=Job.State.DONE, expires_at__gt=now
    ).order_by("-created_at")
