"""The desk, the forms of records, and the steps an owner takes."""

import secrets
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fairground.accounts.core import states
from fairground.accounts.core.roles import ADD_RECORDS
from fairground.accounts.core.states import MOVES
from fairground.accounts.errors import (
    AccountsError,
    EditConflictError,
    InvalidRecordError,
    MoveRefusedError,
    NotAllowedError,
    NotFoundError,
    UnknownKindError,
)
from fairground.accounts.history import differences
from fairground.accounts.kinds import Kind, kind_of, kinds
from fairground.accounts.models import Record
from fairground.accounts.presentation import present
from fairground.accounts.record_forms import RecordForm, find_records, shown_with_key
from fairground.accounts.services import delete_draft, move_record, renew_record
from fairground.collect.attachments import attachment_rows
from fairground.collect.clinic_room import EXAMINED, advise
from fairground.collect.desk import desk_parts, moves_for
from fairground.collect.desk_saving import Standing, note_sitting, save, saved_in_sitting, standing_for
from fairground.collect.points import complete_point, show_point
from fairground.language.local_text import LocalText
from fairground.web.panels import panels_for
from fairground.web.rate_limits import limit
from fairground.web.reader import readers_language

View = Callable[..., HttpResponse]
_TYPED_BY_US = frozenset(
    {"csrfmiddlewaretoken", "version", "sitting", "revision", "add", "do", "note", "key"}
)
_OWN_KINDS = ("offer", "need")
_LONGEST_REASON = 2_000


def answers(view: View) -> View:
    """Lead visitors to sign in, and turn errors into pages that say what to do; unknown and foreign answer alike."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.actor.user_id is None:
            # A part of a page cannot show the whole page for signing in.
            return (
                render(request, "collect/signed_out.html")
                if request.htmx
                else redirect_to_login(request.get_full_path())
            )
        try:
            return view(request, *args, **kwargs)
        except (NotFoundError, UnknownKindError) as error:
            raise Http404(str(error)) from None
        except NotAllowedError as error:
            return _refused(request, error, 403)
        except (MoveRefusedError, EditConflictError) as error:
            return _refused(request, error, 409)

    return never_cache(answer)


def _refused(request: HttpRequest, error: AccountsError, status: int) -> HttpResponse:
    return render(request, "collect/refused.html", {"error": error}, status=status)


def _words(request: HttpRequest, name: str) -> str:
    return str(request.POST.get(name, "")).replace("\x00", "").strip()[:_LONGEST_REASON]


def _said(text: LocalText) -> str:
    return text.in_language(readers_language())


@require_safe
@answers
def desk(request: HttpRequest) -> HttpResponse:
    """The reader's records and their organisations', with what to do next."""
    parts = desk_parts(request.actor, now=timezone.now())
    addable = [kind for kind in kinds() if _may_add(request, kind)]
    return render(
        request,
        "collect/desk.html",
        {
            "parts": parts,
            "more_kinds": [kind for kind in addable if kind.code not in _OWN_KINDS],
            "may_add": any(kind.code in _OWN_KINDS for kind in addable),
            "may_review": request.actor.may("review_records"),
            "panels": panels_for("desk", request, request.actor),
        },
    )


def _may_add(request: HttpRequest, kind: Kind) -> bool:
    actor = request.actor
    return bool(actor.may(kind.added_with) or (kind.added_with == ADD_RECORDS and actor.managed))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, kind: str) -> HttpResponse:
    """A form for a record that is not there yet. A visitor is told what it takes and comes back here."""
    if request.actor.user_id is None and request.method != "POST":
        try:
            wanted = kind_of(kind)
        except UnknownKindError as error:
            raise Http404(str(error)) from None
        query = urlencode({"next": request.get_full_path()})
        return render(request, "collect/invitation.html", {"kind": wanted, "query": query})
    return _new(request, kind)


@answers
def _new(request: HttpRequest, kind_code: str) -> HttpResponse:
    kind = kind_of(kind_code)
    if not _may_add(request, kind):
        raise NotAllowedError(
            f"您的角色不能添加{kind.label.zh}。请联系管理员。",
            "Your role cannot add this kind of record. Ask an administrator of the hub.",
        )
    if request.method == "POST":
        # A form that saved itself already goes on as the record it made.
        begun = saved_in_sitting(request.session, request.POST.get("sitting", ""))
        key = request.POST.get("key", "") or (begun[1] if begun and begun[0] == kind.code else "")
        standing = standing_for(request.actor, kind.code, key) if key else None
        return _posted(request, kind, standing)
    start = {}
    if copied := request.GET.get("copy", ""):
        start = standing_for(request.actor, kind.code, copied).start
    form = RecordForm(kind, actor=request.actor, language=readers_language(), stored={}, start=start or None)
    if start:
        _advise(form)
    return _form_page(request, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
@answers
def edit(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """The form of a record one answers for: a draft is changed, a published one gets a proposed revision."""
    standing = standing_for(request.actor, kind, key)
    if standing.record.state not in (states.DRAFT, states.PUBLISHED):
        return render(
            request,
            "collect/closed.html",
            {"record": standing.record, "moves": moves_for(standing.record)},
            status=409 if request.method == "POST" else 200,
        )
    if request.method == "POST":
        return _posted(request, kind_of(kind), standing)
    form = RecordForm(
        kind_of(kind),
        actor=request.actor,
        language=readers_language(),
        stored=standing.values,
        start=standing.start,
    )
    _advise(form)
    return _form_page(request, form, standing)


def _posted(request: HttpRequest, kind: Kind, standing: Standing | None) -> HttpResponse:
    form = RecordForm(
        kind,
        actor=request.actor,
        language=readers_language(),
        stored=standing.values if standing else {},
        data=dict(request.POST.lists()),
        more_rows=request.POST.get("add", ""),
    )
    if form.more_rows:
        return _form_page(request, form, standing)
    complete_point(form)
    changes = form.changes()
    if request.htmx:
        return _saved_by_itself(request, form, standing, changes)
    if form.faults:
        _advise(form, was_read=True)
        return _form_page(request, form, standing, status=422)
    try:
        record = _save(request, form, standing, changes)
    except EditConflictError as error:
        return _conflict(request, form, standing.record.key if standing else "", error)
    except InvalidRecordError as error:
        form.faults = error.faults
        return _form_page(request, form, standing, status=422)
    except NotAllowedError as error:
        # Nobody speaks for an organisation of others: the one thing to change is that field.
        form.faults = {"organisation": error.message}
        return _form_page(request, form, standing, status=422)
    if request.POST.get("do") == "submit" and record.state == states.DRAFT:
        move_record(
            actor=request.actor, key=record.key, move="submit", version=record.version, now=timezone.now()
        )
        messages.success(
            request,
            _said(
                LocalText(
                    "已提交，等待编辑审核。需要修改时可先撤回。",
                    "Submitted: an editor will look at it. Recall it if you want to change something.",
                )
            ),
        )
        return HttpResponseRedirect(reverse("collect:desk"))
    messages.success(request, _said(_saved_message(record, bool(changes))))
    return HttpResponseRedirect(reverse("collect:edit", args=[kind.code, record.key]))


def _saved_message(record: Record, is_changed: bool) -> LocalText:
    if record.state == states.PUBLISHED and not is_changed:
        return LocalText("没有改动，无需提交修订。", "Nothing was changed, so there is nothing to revise.")
    if record.state == states.PUBLISHED:
        return LocalText(
            "修订已提交，审核通过后生效。",
            "The revision was sent to an editor and takes effect when accepted.",
        )
    return LocalText("草稿已保存。", "The draft was saved.")


def _save(
    request: HttpRequest, form: RecordForm, standing: Standing | None, changes: Mapping[str, Any]
) -> Record:
    sitting = request.POST.get("sitting", "")[:40]
    record = save(
        actor=request.actor,
        form=form,
        standing=standing,
        version=_version_seen(request, standing),
        revision_seen=request.POST.get("revision", ""),
        changes=changes,
        now=timezone.now(),
        note=_words(request, "note"),
    )
    note_sitting(request.session, sitting, record)
    return record


def _version_seen(request: HttpRequest, standing: Standing | None) -> int:
    if standing is not None:
        saved = saved_in_sitting(request.session, request.POST.get("sitting", ""))
        if saved and saved[1:] == (standing.record.key, standing.record.version):
            return int(standing.record.version)
    return _posted_version(request)


def _posted_version(request: HttpRequest) -> int:
    version = request.POST.get("version", "")
    return int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0


def _saved_by_itself(
    request: HttpRequest, form: RecordForm, standing: Standing | None, changes: Mapping[str, Any]
) -> HttpResponse:
    """Save a draft while its person types on: what fits is kept, what does not is named and left for later."""
    fault: LocalText | None = None
    record = standing.record if standing else None
    if record is not None and record.state != states.DRAFT:
        raise MoveRefusedError("只有草稿自动保存。", "Only a draft saves itself.")
    if standing is None and "title" in form.faults:
        fault = LocalText("填写名称后自动保存", "Saves itself once there is a title")
    else:
        try:
            record = _save(request, form, standing, changes)
        except (EditConflictError, InvalidRecordError, NotAllowedError) as error:
            fault = (
                LocalText(
                    "尚未保存：他人已修改，点“保存”对照",
                    "Not saved: somebody else changed it. Press Save to compare.",
                )
                if isinstance(error, EditConflictError)
                else error.message
            )
    labels = [form.kind.fields[name].label for name in form.faults if name in form.kind.fields]
    answer: HttpResponse = render(
        request,
        "collect/saved.html",
        {
            "fault": fault,
            "unsaved": labels if fault is None else [],
            "at": timezone.localtime(),
            "record": record,
            "kind": form.kind,
            "sitting": request.POST.get("sitting", "")[:40],
        },
    )
    if standing is None and record is not None:
        # Loading the page again leads to the draft, not to another empty form.
        answer.headers["HX-Replace-Url"] = reverse("collect:edit", args=[form.kind.code, record.key])
    return answer


def _conflict(request: HttpRequest, form: RecordForm, key: str, error: EditConflictError) -> HttpResponse:
    """Show what stands now and what was typed, field by field, and let the person choose."""
    standing = standing_for(request.actor, form.kind.code, key)
    mine = RecordForm(
        form.kind,
        actor=request.actor,
        language=readers_language(),
        stored=standing.start,
        data=form.typed,
    )
    differing = mine.changes()
    return render(
        request,
        "collect/conflict.html",
        {
            "error": error,
            "record": standing.record,
            "standing": standing,
            "changes": differences(
                form.kind, standing.start, differing, actor=request.actor, language=readers_language()
            ),
            "typed": [
                (name, text)
                for name, texts in form.typed.items()
                if name not in _TYPED_BY_US
                for text in texts
            ],
            "note": request.POST.get("note", ""),
            "edit_url": reverse("collect:edit", args=[form.kind.code, standing.record.key]),
        },
        status=409,
    )


def _advise(form: RecordForm, *, was_read: bool = False) -> int | None:
    """Lay the clinic's advice beside the fields of the form; return the completeness, None without a clinic."""
    if form.kind.code not in EXAMINED:
        return None
    if not was_read:
        form.read()
        form.faults = {}
    advice = advise(form.draft)
    if advice is None:
        return None
    form.advice = {name: list(texts) for name, texts in advice.by_field.items()}
    form.score = advice.score
    return advice.score


def _form_page(
    request: HttpRequest, form: RecordForm, standing: Standing | None, *, status: int = 200
) -> HttpResponse:
    record = standing.record if standing else None
    is_draft = record is None or record.state == states.DRAFT
    show_point(form)
    return render(
        request,
        "collect/form.html",
        {
            "form": form,
            "kind": form.kind,
            "steps": form.steps(),
            "record": record,
            "version": request.POST.get("version", record.version if record else ""),
            "revision_seen": request.POST.get("revision", standing.revision_seen if standing else ""),
            "revision": standing.revision if standing else None,
            "sitting": request.POST.get("sitting", "")[:40] or secrets.token_hex(8),
            "note": request.POST.get(
                "note", standing.revision.note if standing and standing.revision else ""
            ),
            "is_draft": is_draft,
            "score": form.score,
            "action": reverse("collect:edit", args=[form.kind.code, record.key])
            if record
            else reverse("collect:new", args=[form.kind.code]),
            "clinic_url": reverse("collect:clinic", args=[form.kind.code])
            if form.kind.code in EXAMINED
            else "",
            "finder": reverse("collect:found"),
            "moves": moves_for(record) if record else (),
            "attachments": attachment_rows(request.actor, record) if record else [],
        },
        status=status,
    )


@require_POST
@limit("clinic")
@answers
def clinic(request: HttpRequest, kind: str) -> HttpResponse:
    """The clinic's advice on what is typed right now; nothing is saved."""
    if kind not in EXAMINED:
        raise NotFoundError
    form = RecordForm(
        kind_of(kind),
        actor=request.actor,
        language=readers_language(),
        stored={},
        data=dict(request.POST.lists()),
    )
    score = _advise(form)
    return render(
        request,
        "collect/clinic.html",
        {
            "score": score,
            "entries": [entry for entry in form.entries() if entry.control != "rows" or entry.advice],
        },
    )


@require_safe
@answers
def found(request: HttpRequest) -> HttpResponse:
    """Records whose name holds what was typed, as options of a datalist."""
    kind_code = request.GET.get("kind", "")
    text = (
        next((value for name, value in request.GET.items() if name != "kind"), "").replace("\x00", "").strip()
    )
    kind_of(kind_code)
    language = readers_language()
    heads = find_records(request.actor, kind_code, text[:100]) if text else []
    return render(
        request,
        "collect/found.html",
        {"options": [shown_with_key(title, key, language) for key, title in heads]},
    )


@require_safe
@answers
def preview(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """The record as a visitor will see it: nothing protected, no contacts."""
    standing = standing_for(request.actor, kind, key)
    groups = present(standing.record, language=readers_language(), actor=None)
    return render(
        request,
        "collect/preview.html",
        {"record": standing.record, "kind": kind_of(kind), "groups": groups},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@answers
def move(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """One step of the state machine; a step that needs a reason asks for it first."""
    record = standing_for(request.actor, kind, key).record
    wanted = MOVES.get(request.POST.get("move", "") or request.GET.get("move", ""))
    if wanted is None or states.OWNER not in wanted.by or record.state not in wanted.sources:
        raise MoveRefusedError(
            "记录的状态已改变，这一步不再适用。请回到工作台。",
            "The record's state has changed and this step no longer applies. Go back to the desk.",
        )
    reason = _words(request, "reason")
    if request.method != "POST" or (wanted.needs_reason and not reason):
        return render(
            request,
            "collect/move.html",
            {"record": record, "wanted": wanted, "is_reason_missing": request.method == "POST"},
            status=422 if request.method == "POST" else 200,
        )
    moved = move_record(
        actor=request.actor,
        key=key,
        move=wanted.name,
        version=_posted_version(request),
        now=timezone.now(),
        reason=reason,
    )
    messages.success(request, _said(_MOVED[wanted.name]))
    if moved.state == states.DRAFT:
        return HttpResponseRedirect(reverse("collect:edit", args=[kind, key]))
    return HttpResponseRedirect(reverse("collect:desk"))


_MOVED = {
    "submit": LocalText(
        "已提交，等待编辑审核；可随时撤回修改。", "Submitted. You can recall it until an editor decides."
    ),
    "recall": LocalText("已撤回，现在可以修改。", "Recalled: you can change it now."),
    "withdraw": LocalText(
        "已撤下，他人不再看到；可重新编辑。", "Withdrawn: others no longer see it. You can reopen it."
    ),
    "reopen": LocalText("已重新打开为草稿。", "Reopened as a draft."),
    "renew": LocalText("已续期。", "Renewed."),
}


@require_http_methods(["GET", "HEAD", "POST"])
@answers
def renew(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Give a record a new date of validity."""
    record = standing_for(request.actor, kind, key).record
    fault: LocalText | None = None
    if request.method == "POST":
        try:
            renew_record(
                actor=request.actor,
                key=key,
                valid_until=request.POST.get("valid_until", ""),
                version=_posted_version(request),
                now=timezone.now(),
            )
        except InvalidRecordError as error:
            fault = error.faults.get("valid_until", error.message)
        except MoveRefusedError as error:
            fault = error.message
        else:
            messages.success(request, _said(_MOVED["renew"]))
            return HttpResponseRedirect(reverse("collect:desk"))
    return render(
        request,
        "collect/renew.html",
        {"record": record, "fault": fault, "typed": request.POST.get("valid_until", "")},
        status=422 if fault else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@answers
def delete(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Delete a draft that was never published, after asking once."""
    record = standing_for(request.actor, kind, key).record
    if request.method != "POST":
        return render(request, "collect/delete.html", {"record": record})
    delete_draft(
        actor=request.actor,
        key=key,
        version=_posted_version(request),
        now=timezone.now(),
    )
    messages.success(request, _said(LocalText("草稿已删除。", "The draft was deleted.")))
    return HttpResponseRedirect(reverse("collect:desk"))
