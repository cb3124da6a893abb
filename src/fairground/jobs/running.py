"""One attempt at one job, from claiming it to writing down how it ended. The queue calls it, and tests do."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError, connection
from django.db.models import F
from django.utils import timezone

from fairground.jobs.context import JobContext
from fairground.jobs.errors import JobCancelledError, JobError
from fairground.jobs.folders import remove_folder
from fairground.jobs.kinds import job_kind
from fairground.jobs.models import Job
from fairground.kernel.tables import TableError
from fairground.language.local_text import LocalText

BEAT_EVERY_S = 5.0
logger = logging.getLogger(__name__)


def run_job(key: str) -> Job | None:
    """Claim a waiting job and carry it out; return the row as it ended, None where there was nothing to claim.

    An interpreter told to end (SystemExit, KeyboardInterrupt) puts the job back to waiting and goes on ending.
    """
    now = timezone.now()
    claimed = Job.objects.filter(key=key, state=Job.State.WAITING).update(
        state=Job.State.RUNNING, attempts=F("attempts") + 1, started_at=now, heartbeat_at=now
    )
    job = Job.objects.filter(key=key).first()
    if not claimed or job is None:
        return None
    context = JobContext(job)
    try:
        with _heartbeat(context):
            result = job_kind(job.kind).run(context)
        return _end(context, Job.State.DONE, result=dict(result or {}))
    except JobCancelledError:
        return _end(context, Job.State.CANCELLED)
    except JobError as error:
        return _end(context, Job.State.FAILED, error=error.message)
    except TableError as error:
        return _end(context, Job.State.FAILED, error=LocalText(error.message_zh, error.message_en))
    except Exception:
        # A fault of the program must not leave a job that says 'running' for ever; the log has the whole story.
        logger.exception("job %s (%s) failed", job.key, job.kind)
        return _end(context, Job.State.FAILED, error=_fault(job.key))
    except (SystemExit, KeyboardInterrupt):
        _mine(context).update(state=Job.State.WAITING, stage=LocalText())
        raise


def _fault(key: str) -> LocalText:
    return LocalText(
        f"程序出错，这项工作没有完成；您的数据未被改动。请再试一次；若仍不成，请把编号 {key} 告诉管理员。",
        f"A fault of the program stopped this work; your data is unchanged. Try again; if it fails again, give "
        f"the administrator the number {key}.",
    )


def _mine(context: JobContext) -> Any:
    return Job.objects.filter(key=context.key, attempts=context.attempt, state=Job.State.RUNNING)


def _end(context: JobContext, state: str, **values: Any) -> Job | None:
    now = timezone.now()
    job = Job.objects.filter(key=context.key).first()
    if job is None:  # forgotten while it ran
        remove_folder(context.key)
        return None
    _mine(context).update(
        state=state,
        finished_at=now,
        expires_at=max(job.expires_at, now + job_kind(job.kind).kept_for),
        **values,
    )
    if job.part_of:
        Job.objects.filter(key=job.part_of, expires_at__lt=now + job_kind(job.kind).kept_for).update(
            expires_at=now + job_kind(job.kind).kept_for
        )
    return Job.objects.filter(key=context.key).first()


@contextmanager
def _heartbeat(context: JobContext) -> Iterator[None]:
    """Keep the job's pulse from a thread of its own: the work may be busy for long without saying anything."""
    over = threading.Event()

    def beat() -> None:
        try:
            while not over.wait(BEAT_EVERY_S):
                try:
                    context.beat()
                except DatabaseError:
                    logger.warning("job %s: one heartbeat was not written", context.key, exc_info=True)
        finally:
            connection.close()

    thread = threading.Thread(target=beat, name=f"heartbeat {context.key}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
