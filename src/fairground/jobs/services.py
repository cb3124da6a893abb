"""Starting long work, stopping it, keeping and forgetting what it made."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from fairground.jobs.errors import JobFailedError
from fairground.jobs.folders import remove_folder
from fairground.jobs.holders import Holder, held_by
from fairground.jobs.kinds import job_kind, register_job_kind
from fairground.jobs.models import FINISHED, Job
from fairground.jobs.queue import STALE_AFTER, look_after, revive_jobs, start, sweep, sweep_jobs

__all__ = [
    "cancel_job",
    "enqueue_job",
    "forget_work",
    "keep_work",
    "register_job_kind",
    "revive_jobs",
    "sweep_jobs",
]

MOST_AT_ONCE = 4


def enqueue_job(
    kind: str,
    *,
    holder: Holder,
    now: datetime,
    arguments: Mapping[str, Any] | None = None,
    run_key: str | None = None,
    part_of: str = "",
    prepare: Callable[[Job], None] | None = None,
    most_at_once: int | None = MOST_AT_ONCE,
) -> Job:
    """Start a piece of work, or return the one that was started under the same `run_key`.

    Parameters
    ----------
    kind : a registered kind
    holder : whose it is; without user and mark it is the hub's own, which nobody sees on a page
    arguments : plain JSON for the work
    run_key : a second call with it starts nothing and returns the first job, however that ended
    part_of : key of the job that this one goes on from; both are forgotten and kept together
    prepare : lays the job's files into its folder; called before a worker can see the job
    most_at_once : how many unfinished jobs one holder may have; None for the hub's own work

    Raises
    ------
    UnknownJobKindError; JobFailedError when the holder has too many unfinished jobs. Nothing was started then.
    """
    found = job_kind(kind)
    if run_key is not None and (earlier := Job.objects.filter(run_key=run_key).first()):
        return earlier
    if most_at_once is not None:
        unfinished = Job.objects.filter(held_by(holder)).exclude(state__in=FINISHED).count()
        if unfinished >= most_at_once:
            raise JobFailedError(
                f"您已有 {unfinished} 项工作在进行，这一项没有开始。请等其中一项完成，或取消一项后再试。",
                f"You have {unfinished} pieces of work under way, so this one was not started. Wait until one is "
                "done, or cancel one, then try again.",
            )
    job = Job(
        kind=kind,
        hub_id=holder.hub_id,
        owner_id=holder.user_id,
        visitor_mark="" if holder.user_id is not None else holder.mark,
        part_of=part_of,
        arguments=dict(arguments or {}),
        run_key=run_key,
        created_at=now,
        queued_at=now,
        expires_at=now + found.kept_for,
    )
    try:
        if prepare is not None:
            prepare(job)
        with transaction.atomic():
            job.save()
            start(job, now=now)
            look_after.using(run_after=now + STALE_AFTER).enqueue(job.key)
    except IntegrityError:
        # Two requests at the same moment: the other one's job is as good.
        remove_folder(job.key)
        if run_key is None:
            raise
        return Job.objects.get(run_key=run_key)
    except BaseException:
        remove_folder(job.key)
        raise
    return Job.objects.get(pk=job.pk)


def cancel_job(*, holder: Holder, key: str, now: datetime) -> None:
    """Ask a job to stop; one that is over stays as it is. A second call changes nothing. Raises Job.DoesNotExist."""
    job = Job.objects.get(held_by(holder), key=key)
    Job.objects.filter(pk=job.pk).exclude(state__in=FINISHED).update(cancel_requested=True)
    Job.objects.filter(pk=job.pk, state=Job.State.WAITING).update(state=Job.State.CANCELLED, finished_at=now)


def keep_work(*, holder: Holder, key: str, until: datetime) -> None:
    """Keep a whole piece of work (a job and what it went on from) until `until`. Raises Job.DoesNotExist.

    Only for an account: a visitor's mark is lost with the session.
    """
    if holder.user_id is None:
        raise Job.DoesNotExist
    job = Job.objects.get(held_by(holder), key=key)
    with transaction.atomic():
        _work(job.first_key).update(owner_id=holder.user_id, visitor_mark="", expires_at=until, is_kept=True)
        sweep.using(run_after=until).enqueue()


def forget_work(*, holder: Holder, key: str) -> None:
    """Remove a whole piece of work with its files, at once; work under way stops. Raises Job.DoesNotExist."""
    job = Job.objects.get(held_by(holder), key=key)
    keys = list(_work(job.first_key).values_list("key", flat=True))
    Job.objects.filter(key__in=keys).delete()
    for each in keys:
        remove_folder(each)


def _work(first_key: str) -> Any:
    return Job.objects.filter(Q(key=first_key) | Q(part_of=first_key))
