"""The long work of lists: making a version, and making its files again."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from fairground.accounts.actors import actor_for, system
from fairground.accounts.errors import AccountsError
from fairground.accounts.models import Hub, User
from fairground.documents.errors import DocumentError
from fairground.files.core.errors import FileError
from fairground.jobs.context import JobContext
from fairground.jobs.errors import JobFailedError
from fairground.jobs.holders import Holder
from fairground.jobs.models import Job
from fairground.jobs.services import enqueue_job, register_job_kind
from fairground.language.local_text import LocalText
from fairground.match.models import ListIssue, ResultsList
from fairground.match.results_list.contents import ListContent
from fairground.match.results_list.files import make_files
from fairground.match.results_list.keeping import issues_without_files, take_out_closed_entries
from fairground.match.results_list.selectors import content_of
from fairground.match.results_list.services import (
    Draft,
    attach_files,
    check_turn,
    gather,
    list_named,
    write_issue,
)

ISSUE = "match.list_issue"
FILES = "match.list_files"
_WRITING = LocalText("保存", "Writing it down")

Made = TypeVar("Made")


def start_issue(
    *, holder: Holder, actor: Any, key: str, editions: Sequence[str], once: str, now: datetime
) -> Job:
    """Start making the next version of a list; the same page sent again starts nothing.

    Raises NotFoundError, NotAllowedError, ListRefusedError, JobFailedError; nothing was started then.
    """
    results_list = list_named(actor, key)
    check_turn(actor, results_list)
    return enqueue_job(
        ISSUE,
        holder=holder,
        now=now,
        arguments={"list": results_list.key, "editions": list(editions)},
        run_key=f"list {results_list.key} {holder.user_id} {once}"[:100],
    )


def make_issue(context: JobContext) -> Mapping[str, Any]:
    """Make a version: read the records, write the files, then all of it into the catalogue at once."""
    return _said(lambda: _make_issue(context))


def _make_issue(context: JobContext) -> Mapping[str, Any]:
    now = timezone.now()
    user = User.objects.get(pk=context.owner_id)
    actor = actor_for(user, context.hub_id, now=now)
    results_list = list_named(actor, str(context.arguments["list"]))
    editions = [str(each) for each in context.arguments["editions"]]
    draft = gather(actor, results_list, context.progress)
    content = _content_of_draft(results_list, draft, now)
    files = make_files(
        content, editions, context.folder, typeface=settings.ENVIRONMENT.typeface, progress=context.progress
    )
    context.progress(len(files), len(files), _WRITING)
    issue = write_issue(
        actor=actor, results_list=results_list, draft=draft, editions=editions, files=files, now=now
    )
    return {"list": results_list.key, "number": issue.number}


def _content_of_draft(results_list: ResultsList, draft: Draft, now: datetime) -> ListContent:
    previous = ListIssue.objects.filter(pk=draft.previous_id).first() if draft.previous_id else None
    return ListContent(
        hub=results_list.hub.name,
        address=settings.ENVIRONMENT.address,
        title=results_list.title,
        supply=results_list.supply,
        demand=results_list.demand,
        fields=results_list.fields,
        number=draft.number,
        issued_on=timezone.localdate(now),
        entries=draft.entries,
        hints=draft.hints,
        method=draft.method,
        changes=draft.changes,
        previous=(previous.number, previous.issued_on) if previous else None,
    )


def make_files_again(context: JobContext) -> Mapping[str, Any]:
    """Make the files of a version from what of it may still be shown."""
    return _said(lambda: _make_files_again(context))


def _make_files_again(context: JobContext) -> Mapping[str, Any]:
    issue = (
        ListIssue.objects.select_related("results_list", "results_list__hub", "publication", "previous")
        .filter(pk=context.arguments["issue"], results_list__hub_id=context.hub_id)
        .first()
    )
    if issue is None or issue.files_at is not None:
        return {}
    content = content_of(issue, issue.results_list.hub)
    files = make_files(
        content,
        issue.editions,
        context.folder,
        typeface=settings.ENVIRONMENT.typeface,
        progress=context.progress,
    )
    with transaction.atomic():
        locked = ListIssue.objects.select_for_update().get(pk=issue.pk)
        # What was taken out meanwhile stands in these files: the next call of the clock makes them once more.
        if content_of(issue, issue.results_list.hub).entries == content.entries:
            attach_files(actor=system(context.hub_id), issue=locked, files=files, now=timezone.now())
    return {"list": issue.results_list.key, "number": issue.number}


def keep_lists_true(now: datetime) -> int:
    """Take closed entries out of all versions and start making the files anew; return the jobs started.

    Called by the clock. A failed one, for want of a typeface say, is tried again every hour.
    """
    started = 0
    for hub_id in Hub.objects.values_list("pk", flat=True):
        take_out_closed_entries(hub_id, now=now)
        for issue in issues_without_files(hub_id):
            enqueue_job(
                FILES,
                holder=Holder(hub_id),
                now=now,
                arguments={"issue": issue.pk},
                run_key=f"list files {issue.pk} {issue.files_gone_at:%Y%m%d%H%M%S%f} {now:%Y%m%d%H}",
                most_at_once=None,
            )
            started += 1
    return started


def _said(work: Callable[[], Made]) -> Made:
    """Do it; what a list, a document or a file refuses is told on the job's page in their own words."""
    try:
        return work()
    except (AccountsError, DocumentError, FileError) as error:
        raise JobFailedError(error.message.zh or "", error.message.en or "") from error


def register() -> None:
    """Make both jobs known to pages and workers."""
    register_job_kind(
        ISSUE,
        make_issue,
        label=LocalText("编制清单", "Making the list"),
        page=lambda job: reverse("match:list_issue", args=[job.result["list"], job.result["number"]]),
        again=lambda job: reverse("match:list", args=[job.arguments["list"]]),
    )
    register_job_kind(
        FILES, make_files_again, label=LocalText("重新生成清单文件", "Making the list's files again")
    )
