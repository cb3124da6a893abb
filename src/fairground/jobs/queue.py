"""The queue: starting jobs, finding again those whose worker died, and sweeping away what is past its time.

Workers run `python -m django db_worker`. What the clock has to do stands in the same queue as deferred tasks, so that
a hub needs no second program: a look after each started job, and a sweep when its time is over.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from fairground.jobs.folders import remove_folder
from fairground.jobs.models import FINISHED, Job
from fairground.jobs.running import run_job
from fairground.language.local_text import LocalText

STALE_AFTER = timedelta(seconds=30)  # six heartbeats missed
MOST_ATTEMPTS = 2
_LONGEST_WAIT = timedelta(days=1)


@task()
def carry_out(key: str) -> None:
    """Carry out one job."""
    run_job(key)


@task()
def look_after(key: str) -> None:
    """See whether a job still lives; look again later while it is not over."""
    now = timezone.now()
    revive_jobs(now)
    if Job.objects.filter(key=key).exclude(state__in=FINISHED).exists():
        look_after.using(run_after=now + STALE_AFTER).enqueue(key)
    elif job := Job.objects.filter(key=key).first():
        sweep.using(run_after=job.expires_at + timedelta(seconds=1)).enqueue()


@task()
def sweep() -> None:
    """Sweep what is past its time."""
    sweep_jobs(timezone.now())


def start(job: Job, *, now: datetime) -> None:
    """Put a job into the queue. To be called inside the transaction that writes the job."""
    queued = carry_out.enqueue(job.key)
    Job.objects.filter(pk=job.pk).update(task_id=str(queued.id), queued_at=now)


def revive_jobs(now: datetime) -> int:
    """Find jobs whose worker is gone: run them once more, or fail them in words; return how many there were.

    A running job is lost when its heartbeat is older than `STALE_AFTER`; a waiting one when the queue's own row says
    that a worker took it as long ago and it never began.
    """
    long_ago = now - STALE_AFTER
    lost = 0
    for key in list(_suspects(long_ago).values_list("key", flat=True)):
        with transaction.atomic():
            job = _suspects(long_ago).select_for_update().filter(key=key).first()
            if job is None or not _is_lost(job):
                continue
            lost += 1
            DBTaskResult.objects.filter(pk=job.task_id or None, finished_at__isnull=True).delete()
            if job.attempts >= MOST_ATTEMPTS or job.cancel_requested:
                job.state = Job.State.CANCELLED if job.cancel_requested else Job.State.FAILED
                job.error = LocalText() if job.cancel_requested else _GAVE_UP
                job.finished_at = now
                job.save(update_fields=("state", "error", "finished_at"))
            else:
                job.state = Job.State.WAITING
                job.save(update_fields=("state",))
                start(job, now=now)
    return lost


_GAVE_UP = LocalText(
    "这项工作两次中途停止，可能是内容过大，超出了本机内存。没有留下半成品。请拆小后再试，或联系管理员。",
    "This work was stopped half-way twice; it may be too large for this machine's memory. Nothing half-made was "
    "left. Try again with less, or ask the administrator.",
)


def _suspects(long_ago: datetime) -> Any:
    return Job.objects.filter(
        Q(state=Job.State.RUNNING, heartbeat_at__lt=long_ago)
        | Q(state=Job.State.WAITING, queued_at__lt=long_ago)
    )


def _is_lost(job: Job) -> bool:
    if job.state == Job.State.RUNNING:
        return True
    waiting = DBTaskResult.objects.ready().filter(pk=job.task_id or None)
    return not waiting.exists()


def sweep_jobs(now: datetime) -> int:
    """Remove the jobs past their time with their folders, and the queue's rows that are over; return how many jobs."""
    due = Job.objects.filter(
        Q(state__in=FINISHED, expires_at__lte=now) | Q(expires_at__lte=now - _LONGEST_WAIT)
    ).values_list("key", flat=True)
    keys = list(due)
    for key in keys:
        remove_folder(key)
    Job.objects.filter(key__in=keys).delete()
    DBTaskResult.objects.filter(
        task_path__startswith="fairground.jobs.queue.", finished_at__lt=now - timedelta(hours=1)
    ).delete()
    return len(keys)
