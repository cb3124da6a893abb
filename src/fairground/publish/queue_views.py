"""The editor's queue, the review of one entry, and the history of a record."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fairground.accounts.core import states
from fairground.accounts.core.states import MOVES
from fairground.accounts.errors import (
    EditConflictError,
    InvalidRecordError,
    MoveRefusedError,
    NotAllowedError,
    NotFoundError,
    UnknownKindError,
)
from fairground.accounts.history import differences, history_of, values_at
from fairground.accounts.kinds import kind_of
from fairground.accounts.models import Record
from fairground.accounts.policies import can_review, is_owner, readable
from fairground.accounts.presentation import present_values, references
from fairground.accounts.services import change_record, propose_revision
from fairground.accounts.values import snapshot
from fairground.language.local_text import LocalText
from fairground.publish.deciding import USUAL_REASONS, decide, reason_text, withdraw
from fairground.publish.queue import QueueRow, Waiting, checks_for, queue_rows, waiting_for
from fairground.web.reader import readers_language

View = Callable[..., HttpResponse]
_LONGEST_REASON = 2_000


def _hides(view: View) -> View:
    """Answer alike for what is not there and what is not for this reader."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except (NotFoundError, UnknownKindError) as error:
            raise Http404(str(error)) from None

    return never_cache(answer)


def _for_editors(view: View) -> View:
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.actor.user_id is None:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    return _hides(answer)


@require_safe
@_for_editors
def show_queue(request: HttpRequest) -> HttpResponse:
    """What waits for a second pair of eyes, oldest first."""
    rows = queue_rows(request.actor, now=timezone.now())
    return render(
        request, "publish/queue.html", {"rows": rows, "longest": max((row.days for row in rows), default=0)}
    )


@require_safe
@_for_editors
def show_review(request: HttpRequest, key: str) -> HttpResponse:
    """One entry of the queue: the record as it will be, what changes, and what to look at."""
    return _review_page(request, waiting_for(request.actor, key))


def _review_page(
    request: HttpRequest, waiting: Waiting, *, fault: LocalText | None = None, status: int = 200
) -> HttpResponse:
    language = readers_language()
    kind = kind_of(waiting.record.kind)
    found = references((kind, waiting.values), actor=request.actor, language=language)
    changes = (
        differences(
            kind,
            waiting.standing,
            waiting.revision.values,
            actor=request.actor,
            language=language,
            scopes=waiting.scopes,
        )
        if waiting.revision
        else []
    )
    author_id = waiting.revision.author_id if waiting.revision else None
    own = {waiting.record.created_by_id, waiting.record.submitted_by_id, author_id}
    author = (
        waiting.revision.author
        if waiting.revision
        else waiting.record.submitted_by or waiting.record.created_by
    )
    return render(
        request,
        "publish/review.html",
        {
            "record": waiting.record,
            "kind": kind,
            "revision": waiting.revision,
            "title": LocalText(**{side: waiting.values.get("title", {}).get(side) for side in ("zh", "en")}),
            "groups": present_values(kind, waiting.values, found, opened=waiting.scopes),
            "changes": changes,
            "hidden_changes": waiting.hidden_changes,
            "checks": checks_for(waiting, language=language),
            "is_own": request.actor.user_id in own,
            "author": author.printed_name if author else "",
            "since": waiting.revision.created_at if waiting.revision else waiting.record.changed_at,
            "usual_reasons": [
                (code, text, code in request.POST.getlist("usual")) for code, text in USUAL_REASONS.items()
            ],
            "typed": request.POST.get("reason", ""),
            "fault": fault,
        },
        status=status,
    )


@require_POST
@_for_editors
def decide_entry(request: HttpRequest, key: str) -> HttpResponse:
    """Publish or return; then on to the next one that waits."""
    waiting = waiting_for(request.actor, key)
    publish = request.POST.get("decision") == "publish"
    if not publish and request.POST.get("decision") != "return":
        raise NotFoundError
    language = readers_language()
    reason = reason_text(
        request.POST.getlist("usual"),
        request.POST.get("reason", "").replace("\x00", "")[:_LONGEST_REASON],
        language,
    )
    if not publish and not reason:
        fault = LocalText("退回须写明理由，作者会读到。", "Say why: the author reads the reason.")
        return _review_page(request, waiting, fault=fault, status=422)
    try:
        decide(
            actor=request.actor,
            waiting=waiting,
            publish=publish,
            version=_number(request.POST.get("version", "")),
            revision_id=_number(request.POST.get("revision", "")) or None,
            reason=reason,
            now=timezone.now(),
        )
    except (MoveRefusedError, EditConflictError, NotAllowedError, InvalidRecordError) as error:
        status = 403 if isinstance(error, NotAllowedError) else 409
        return _review_page(request, waiting_for(request.actor, key), fault=error.message, status=status)
    said = (
        LocalText("已发布。", "Published.")
        if publish
        else LocalText("已退回，并通知作者。", "Returned; its author is told.")
    )
    messages.success(request, said.in_language(language))
    following = _following(queue_rows(request.actor, now=timezone.now()))
    return HttpResponseRedirect(
        reverse("publish:review", args=[following.key]) if following else reverse("publish:queue")
    )


def _following(rows: list[QueueRow]) -> QueueRow | None:
    return next((row for row in rows if not row.is_own), None)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


@require_safe
@_hides
def show_history(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """What happened to a record, with differences, as far as this reader may see it."""
    record = _readable(request, kind, key)
    can_restore = is_owner(request.actor, record) and record.state in (states.DRAFT, states.PUBLISHED)
    entries = history_of(record, actor=request.actor, language=readers_language())
    return render(
        request,
        "publish/history.html",
        {
            "record": record,
            "kind": kind_of(kind),
            "entries": entries,
            "history": [
                {
                    "when": entry.at,
                    "actor": entry.actor,
                    "action": entry.action,
                    "reason": entry.reason,
                    "url": f"#{entry.anchor}" if entry.differences else "",
                }
                for entry in entries
            ],
            "can_restore": can_restore,
        },
    )


@require_POST
@_for_editors
def restore_version(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Bring back what an earlier version said: into one's draft, or as a proposed revision."""
    record = _readable(request, kind, key)
    if not is_owner(request.actor, record) or record.state not in (states.DRAFT, states.PUBLISHED):
        raise NotFoundError
    wanted = values_at(record, _number(request.POST.get("wanted", "")))
    standing = snapshot(record, kind_of(kind))
    changes = {
        name: wanted.get(name) for name in {**wanted, **standing} if wanted.get(name) != standing.get(name)
    }
    write = change_record if record.state == states.DRAFT else propose_revision
    said = LocalText("已恢复为草稿内容。", "Brought back into the draft.")
    if record.state == states.PUBLISHED:
        said = LocalText(
            "已作为修订提交，审核后生效。", "Proposed as a revision; it takes effect when accepted."
        )
    try:
        if changes:
            write(
                actor=request.actor,
                key=key,
                values=changes,
                version=_number(request.POST.get("version", "")),
                now=timezone.now(),
            )
    except (EditConflictError, MoveRefusedError, InvalidRecordError, NotAllowedError) as error:
        messages.error(request, error.message.in_language(readers_language()))
        return HttpResponseRedirect(reverse("publish:history", args=[kind, key]))
    messages.success(request, said.in_language(readers_language()))
    return HttpResponseRedirect(reverse("collect:edit", args=[kind, key]))


@require_http_methods(["GET", "HEAD", "POST"])
@_for_editors
def withdraw_entry(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Take a published record of others out of the catalogue, with a reason that its author reads."""
    record = _readable(request, kind, key)
    if not can_review(request.actor, record):
        raise NotFoundError
    page = reverse("publish:record", args=[kind, key])
    reason = request.POST.get("reason", "").replace("\x00", "").strip()[:_LONGEST_REASON]
    fault: LocalText | None = None
    status = 200
    if record.state not in MOVES["withdraw"].sources:
        fault, status = LocalText("这条记录未发布。", "This record is not published."), 409
    elif request.method == "POST" and not reason:
        fault, status = LocalText("请写明理由，作者会读到。", "Say why: the author reads the reason."), 422
    elif request.method == "POST":
        try:
            withdraw(
                actor=request.actor,
                record=record,
                version=_number(request.POST.get("version", "")),
                reason=reason,
                now=timezone.now(),
            )
        except (MoveRefusedError, EditConflictError) as error:
            fault, status = error.message, 409
        else:
            said = LocalText("已撤下，并通知作者。", "Withdrawn; its author is told.")
            messages.success(request, said.in_language(readers_language()))
            return HttpResponseRedirect(page)
    return render(
        request,
        "publish/withdraw.html",
        {"record": record, "page": page, "typed": reason, "fault": fault},
        status=status,
    )


def _readable(request: HttpRequest, kind_code: str, key: str) -> Record:
    record: Record | None = (
        kind_of(kind_code).model.objects.filter(readable(request.actor), key=key, kind=kind_code).first()
    )
    if record is None:
        raise NotFoundError
    return record
