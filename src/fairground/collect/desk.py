"""What a person's desk shows: their records and their organisations', with what to do next."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models.functions import Coalesce
from django.urls import reverse

from fairground.accounts.actors import Actor
from fairground.accounts.core import states
from fairground.accounts.kinds import kind_of
from fairground.accounts.models import Record, Revision
from fairground.accounts.policies import owned
from fairground.audit.models import Change
from fairground.language.local_text import LocalText

SOON = timedelta(days=30)  # a validity that ends within this time is worth a word
MOST_ROWS = 300
_READY = 60  # completeness from which submitting is the next step


@dataclass(frozen=True, slots=True)
class NextStep:
    """What to do, as a verb; `move` is a step of the state machine made by a button, else `url` is a page."""

    label: LocalText
    url: str = ""
    move: str = ""
    is_urgent: bool = False


@dataclass(frozen=True, slots=True)
class DeskRow:
    """One record on the desk."""

    key: str
    kind: str
    kind_label: LocalText
    title: LocalText
    organisation: LocalText | None
    url: str
    state: str
    version: int
    completeness: int | None
    days: int  # in this state; of a draft, since it was last changed
    note: LocalText | None
    reason: str
    next_step: NextStep
    moves: tuple[NextStep, ...]
    demonstration: bool


@dataclass(frozen=True, slots=True)
class DeskPart:
    """A heading of the desk with its rows."""

    code: str
    label: LocalText
    rows: tuple[DeskRow, ...]


_PARTS = {
    "todo": LocalText("待您处理", "For you to do"),
    "waiting": LocalText("等待审核", "Waiting for an editor"),
    "published": LocalText("已发布", "Published"),
    "withdrawn": LocalText("已撤回", "Withdrawn"),
}


def desk_parts(actor: Actor, *, now: datetime) -> list[DeskPart]:
    """Return the actor's records by what they wait for, the most urgent first. Three queries, whatever their number."""
    records = list(
        Record.objects.filter(owned(actor), hub_id=actor.hub_id)
        .select_related("organisation")
        .annotate(complete=Coalesce("as_offer__completeness", "as_need__completeness"))
        .order_by("-changed_at")[:MOST_ROWS]
    )
    revisions = _revisions(records)
    returned = _returned(records)
    parts: dict[str, list[tuple[int, DeskRow]]] = {code: [] for code in _PARTS}
    for record in records:
        revision = revisions.get(record.pk)
        part, rank, row = _row(record, record.complete, revision, returned.get(record.key, ""), now=now)
        parts[part].append((rank, row))
    return [
        DeskPart(code, _PARTS[code], tuple(row for _, row in sorted(rows, key=lambda entry: entry[0])))
        for code, rows in parts.items()
        if rows
    ]


def _revisions(records: Iterable[Record]) -> dict[int, Revision]:
    """Return the newest revision of each published record, where it is open or was returned."""
    ids = [record.pk for record in records if record.state == states.PUBLISHED]
    newest: dict[int, Revision] = {}
    for revision in Revision.objects.filter(record_id__in=ids).order_by("pk") if ids else ():
        newest[revision.record_id] = revision
    return {
        pk: revision
        for pk, revision in newest.items()
        if revision.state in (Revision.State.OPEN, Revision.State.RETURNED)
    }


def _returned(records: Iterable[Record]) -> dict[str, str]:
    """Return the editor's reason for each draft whose last step was its return."""
    drafts = {record.key: record for record in records if record.state == states.DRAFT}
    if not drafts:
        return {}
    kinds = {record.kind for record in drafts.values()}
    moves = (
        Change.objects.filter(kind__in=kinds, key__in=list(drafts), action__in=("return", "submit", "reopen"))
        .order_by("id")
        .values_list("key", "action", "reason")
    )
    last = {key: (action, reason) for key, action, reason in moves}
    return {key: reason for key, (action, reason) in last.items() if action == "return"}


def _row(
    record: Record, completeness: int | None, revision: Revision | None, returned: str, *, now: datetime
) -> tuple[str, int, DeskRow]:
    kind = kind_of(record.kind)
    since = (
        record.published_at if record.state == states.PUBLISHED and record.published_at else record.changed_at
    )
    part, rank, note, reason, step = _what_next(record, completeness, revision, returned, now=now)
    return (
        part,
        rank,
        DeskRow(
            key=record.key,
            kind=record.kind,
            kind_label=kind.label,
            title=record.title,
            organisation=record.organisation.title if record.organisation else None,
            url=_page("publish:record", record),
            state=record.state,
            version=record.version,
            completeness=completeness,
            days=max((now - since).days, 0),
            note=note,
            reason=reason,
            next_step=step,
            moves=tuple(move for move in moves_for(record) if move.move != step.move),
            demonstration=record.demonstration,
        ),
    )


def _page(name: str, record: Record) -> str:
    return str(reverse(name, args=[record.kind, record.key]))


def _what_next(
    record: Record, completeness: int | None, revision: Revision | None, returned: str, *, now: datetime
) -> tuple[str, int, LocalText | None, str, NextStep]:
    """Return the part of the desk, the rank in it, a note, the editor's reason, and the next step."""
    edit = _page("collect:edit", record)
    if record.state == states.DRAFT and returned:
        return (
            "todo", 0, LocalText("编辑已退回", "Returned by an editor"), returned,
            NextStep(LocalText("按意见修改", "Mend it"), edit, is_urgent=True),
        )  # fmt: skip
    if record.state == states.DRAFT:
        if completeness is None or completeness >= _READY:
            return "todo", 4, None, "", NextStep(LocalText("提交审核", "Submit"), move="submit")
        return "todo", 3, None, "", NextStep(LocalText("继续填写", "Continue"), edit)
    if record.state == states.IN_REVIEW:
        return "waiting", 0, None, "", NextStep(LocalText("撤回修改", "Recall"), move="recall")
    if record.state == states.EXPIRED:
        return (
            "todo", 2, LocalText("有效期已过", "Its validity has ended"), "",
            NextStep(LocalText("续期", "Renew"), _page("collect:renew", record), is_urgent=True),
        )  # fmt: skip
    if record.state == states.WITHDRAWN:
        return "withdrawn", 0, None, "", NextStep(LocalText("重新编辑", "Reopen"), move="reopen")
    if revision is not None and revision.state == Revision.State.RETURNED:
        return (
            "todo", 1, LocalText("修订已退回", "Revision returned"), revision.reason,
            NextStep(LocalText("重新修订", "Mend the revision"), edit, is_urgent=True),
        )  # fmt: skip
    if revision is not None:
        return (
            "waiting", 1, LocalText("修订待审核", "Revision waits"), "",
            NextStep(LocalText("查看修订", "See the revision"), edit),
        )  # fmt: skip
    if record.valid_until and record.valid_until < (now + SOON).date():
        days = max((record.valid_until - now.date()).days, 0)
        return (
            "todo", 2, LocalText(f"有效期还剩{days}天", f"Valid for {days} more days"), "",
            NextStep(LocalText("续期", "Renew"), _page("collect:renew", record)),
        )  # fmt: skip
    return "published", 0, None, "", NextStep(LocalText("修订", "Revise"), edit)


def moves_for(record: Record) -> tuple[NextStep, ...]:
    """Return the steps an owner can take from here, with the pages of those that ask for something first."""
    move, renew, delete = (
        _page(name, record) for name in ("collect:move", "collect:renew", "collect:delete")
    )
    by_state = {
        states.DRAFT: (NextStep(LocalText("提交审核", "Submit"), move="submit"),),
        states.IN_REVIEW: (NextStep(LocalText("撤回修改", "Recall"), move="recall"),),
        states.PUBLISHED: (
            NextStep(LocalText("续期", "Renew"), renew),
            NextStep(LocalText("撤下", "Withdraw"), f"{move}?move=withdraw"),
        ),
        states.EXPIRED: (
            NextStep(LocalText("续期", "Renew"), renew),
            NextStep(LocalText("撤下", "Withdraw"), f"{move}?move=withdraw"),
        ),
        states.WITHDRAWN: (NextStep(LocalText("重新编辑", "Reopen"), move="reopen"),),
    }
    steps = by_state.get(record.state, ())
    if record.state == states.DRAFT and record.published_at is None:
        steps += (NextStep(LocalText("删除草稿", "Delete the draft"), delete),)
    return steps
