"""The page of one job: how far it is, a way to stop it, and on to what it made."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRedirect

from fairground.jobs.holders import holder_of
from fairground.jobs.kinds import job_kind
from fairground.jobs.models import Job
from fairground.jobs.queue import STALE_AFTER, revive_jobs
from fairground.jobs.selectors import find_job
from fairground.jobs.services import cancel_job
from fairground.language.local_text import LocalText
from fairground.web.reader import readers_language

_LABELS = {
    Job.State.WAITING: LocalText("排队中", "Waiting for its turn"),
    Job.State.RUNNING: LocalText("进行中", "At work"),
    Job.State.DONE: LocalText("已完成", "Done"),
    Job.State.FAILED: LocalText("没有完成", "Not finished"),
    Job.State.CANCELLED: LocalText(
        "已取消。没有留下任何结果。", "Cancelled. Nothing was made or left behind."
    ),
}
_STOPPING = LocalText("正在停止", "Stopping")
# What the shared component calls the states.
_SHOWN = {Job.State.DONE: "finished"}


@never_cache
@require_GET
def status(request: HttpRequest, key: str) -> HttpResponse:
    """Show a job; asked by htmx, only the part that changes. Done, it leads on to what the job made."""
    now = timezone.now()
    job = find_job(holder_of(request), key, now=now)
    if job is None:
        raise Http404
    if not job.is_finished and (job.heartbeat_at or job.queued_at) < now - STALE_AFTER:
        revive_jobs(now)
        job.refresh_from_db()
    kind = job_kind(job.kind)
    htmx = getattr(request, "htmx", False)
    if job.state == Job.State.DONE and kind.page is not None:
        target = kind.page(job)
        return HttpResponseClientRedirect(target) if htmx else HttpResponseRedirect(target)
    context = {
        "job": job,
        "label": kind.label,
        "progress": progress_of(job),
        "again_url": kind.again(job) if kind.again is not None else "",
    }
    if htmx and job.is_finished:
        # The whole page: what can be done next stands outside the part that changes.
        return HttpResponseClientRedirect(request.path)
    return render(request, "jobs/_progress.html" if htmx else "jobs/status.html", context)


def progress_of(job: Job) -> dict[str, Any]:
    """Return what web/components/progress.html shows of a job; pages that embed a job use it too."""
    state = Job.State(job.state)
    stage = job.stage if state == Job.State.RUNNING and job.stage else _LABELS[state]
    unfinished = not job.is_finished
    return {
        "label": _STOPPING if unfinished and job.cancel_requested else stage,
        "done": job.done,
        "total": job.total if state == Job.State.RUNNING else None,
        "state": _SHOWN.get(state, state.value),
        "message": job.error.in_language(readers_language()),
        "poll_url": reverse("jobs:status", args=[job.key]) if unfinished else "",
        "cancel_url": reverse("jobs:cancel", args=[job.key])
        if unfinished and not job.cancel_requested
        else "",
    }


@require_POST
def cancel(request: HttpRequest, key: str) -> HttpResponse:
    """Ask a job to stop, and show how it goes."""
    try:
        cancel_job(holder=holder_of(request), key=key, now=timezone.now())
    except Job.DoesNotExist:
        raise Http404 from None
    return HttpResponseRedirect(reverse("jobs:status", args=[key]))
