"""What happened to a record, with differences, as far as a reader may see it.

Who sees what:

- Everybody who may read the record: when it was published, revised, renewed, expired or withdrawn, and what a
  revision changed in its open fields. What a draft said before it was published is nobody's business.
- Members also see by whom.
- Owners and editors see every step and every reason. Protected values are shown to those for whom they are opened;
  contacts, and every value of a record about a person, to those for whom contacts are opened. An editor's role opens
  neither.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from typing import Any

from fairground.accounts.actors import Actor
from fairground.accounts.core.roles import REVIEW_RECORDS
from fairground.accounts.kinds import CONTACT, OPEN, PROTECTED, FieldSpec, Kind, kind_of
from fairground.accounts.models import Record
from fairground.accounts.policies import is_owner, opened
from fairground.accounts.presentation import References, present_value, references, text_of
from fairground.accounts.values import snapshot
from fairground.audit.models import Change
from fairground.audit.selectors import changes_of
from fairground.language.local_text import LANGUAGES, LocalText

ACTIONS: Mapping[str, LocalText] = {
    "add": LocalText("新建", "Added"),
    "change": LocalText("修改", "Changed"),
    "submit": LocalText("提交审核", "Submitted"),
    "recall": LocalText("撤回修改", "Recalled"),
    "return": LocalText("退回", "Returned"),
    "publish": LocalText("发布", "Published"),
    "withdraw": LocalText("撤下", "Withdrawn"),
    "expire": LocalText("过期", "Expired"),
    "close": LocalText("已过截止日期", "Deadline passed"),
    "renew": LocalText("续期", "Renewed"),
    "reopen": LocalText("重新打开", "Reopened"),
    "propose": LocalText("提交修订", "Revision proposed"),
    "revise": LocalText("修订", "Revised"),
    "return_revision": LocalText("退回修订", "Revision returned"),
    "merge": LocalText("合并", "Merged"),
    "delete": LocalText("删除", "Deleted"),
    "attach": LocalText("添加附件", "File added"),
    "detach": LocalText("删除附件", "File removed"),
}

_PUBLIC = frozenset({"publish", "revise", "renew", "expire", "close", "withdraw", "merge"})
_TOLD_CHANGES = frozenset({"revise", "renew"})  # whose differences every reader sees
_SITTING = timedelta(minutes=30)  # changes of a draft by one person within it are one entry
_MOST_CHANGES = 500
_LONGEST_COMPARED = 6_000  # characters; longer texts stand whole
_SIDE_NAMES = {"zh": ("中文", "Chinese"), "en": ("英文", "English")}
_TOKEN = re.compile(r"[\u3400-\u9fff]|\w+|\s+|.", re.DOTALL)

Part = tuple[str, bool]


@dataclass(frozen=True, slots=True)
class Difference:
    """One field before and after, as `web/components/diff.html` writes it."""

    label: LocalText
    before: str
    after: str
    parts_before: tuple[Part, ...] = ()
    parts_after: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One step in a record's life."""

    at: datetime
    actor: str  # '' where this reader is not told
    code: str
    action: LocalText
    reason: str
    version: int
    differences: tuple[Difference, ...] = ()
    anchor: str = ""


@dataclass(slots=True)
class _Step:
    """A row of the log, or several of one sitting, before it is written for a reader."""

    change: Change
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)


def history_of(record: Record, *, actor: Actor, language: str) -> list[HistoryEntry]:
    """Return what happened to a record, newest first, as far as the actor may see it. Five queries at most.

    The caller has checked that the actor may read the record.
    """
    kind = kind_of(record.kind)
    is_insider = is_owner(actor, record) or actor.may(REVIEW_RECORDS)
    scopes = _scopes(actor, record)
    changes = list(reversed(changes_of(record.kind, record.key)[:_MOST_CHANGES]))
    if not is_insider:
        changes = [change for change in changes if change.action in _PUBLIC]
    steps = _steps(kind, changes, scopes)
    found = references(
        *((kind, values) for step in steps for values in (step.before, step.after)),
        actor=actor,
        language=language,
    )
    entries = [
        HistoryEntry(
            at=step.change.at,
            actor=step.change.actor_name if actor.is_member else "",
            code=step.change.action,
            action=ACTIONS.get(step.change.action, LocalText(step.change.action, step.change.action)),
            reason=step.change.reason if is_insider else "",
            version=step.change.version,
            differences=tuple(_differences(kind, step.before, step.after, found, language))
            if is_insider or step.change.action in _TOLD_CHANGES
            else (),
            anchor=f"v{step.change.version}-{step.change.pk}",
        )
        for step in steps
    ]
    return entries[::-1]


def differences(
    kind: Kind,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    actor: Actor,
    language: str,
    scopes: frozenset[str] = frozenset({PROTECTED, CONTACT}),
) -> list[Difference]:
    """Return what differs between two sets of plain values; of `before`, only the names in `after` are compared."""
    allowed = {OPEN, *scopes}
    names = [name for name in after if name in kind.fields and kind.fields[name].access in allowed]
    old, new = {name: before.get(name) for name in names}, {name: after[name] for name in names}
    found = references((kind, old), (kind, new), actor=actor, language=language)
    return list(_differences(kind, old, new, found, language))


def values_at(record: Record, version: int) -> dict[str, Any]:
    """Return a record's plain values as they were at an earlier version, for one who may see them all.

    What erasure took out of the log since cannot come back and stands as it is today.
    """
    kind = kind_of(record.kind)
    values: dict[str, Any] = snapshot(record, kind)
    for change in changes_of(record.kind, record.key).filter(version__gt=version):
        for before, after in (
            (change.before or {}, change.after or {}),
            ((change.personal or {}).get("before") or {}, (change.personal or {}).get("after") or {}),
        ):
            for name in {**before, **after}:
                if name in kind.fields:
                    values[name] = before.get(name)
    return {name: value for name, value in values.items() if value is not None}


def _scopes(actor: Actor, record: Record) -> frozenset[str]:
    if is_owner(actor, record):
        return frozenset({PROTECTED, CONTACT})
    if actor.user_id is None:
        return frozenset()
    return frozenset(
        scope
        for scope in (PROTECTED, CONTACT)
        if Record.objects.filter(opened(actor, scope), pk=record.pk).exists()
    )


def _steps(kind: Kind, changes: list[Change], scopes: frozenset[str]) -> list[_Step]:
    allowed = {OPEN, *scopes}
    steps: list[_Step] = []
    for change in changes:
        step = _Step(change)
        columns = [(change.before or {}, change.after or {})]
        if CONTACT in scopes and change.personal:
            columns.append((change.personal.get("before") or {}, change.personal.get("after") or {}))
        for before, after in columns:
            for name in {**before, **after}:
                spec = kind.fields.get(name)
                if spec is not None and spec.access in allowed:
                    step.before[name], step.after[name] = before.get(name), after.get(name)
        if steps and _is_same_sitting(steps[-1].change, change):
            step.before = {**step.before, **steps[-1].before}
            step.after = {**steps[-1].after, **step.after}
            steps[-1] = step
        else:
            steps.append(step)
    return steps


def _is_same_sitting(first: Change, second: Change) -> bool:
    return (
        first.action == second.action == "change"
        and first.actor_id == second.actor_id
        and second.at - first.at < _SITTING
    )


def _differences(
    kind: Kind, before: Mapping[str, Any], after: Mapping[str, Any], found: References, language: str
) -> list[Difference]:
    differing = []
    for spec in kind.layout:
        if spec.name not in after:
            continue
        for label, old, new in _texts(spec, before.get(spec.name), after[spec.name], found, language):
            if old != new:
                differing.append(_compared(Difference(label, old, new)))
    return differing


def _texts(
    spec: FieldSpec, before: Any, after: Any, found: References, language: str
) -> list[tuple[LocalText, str, str]]:
    """Return label, text before and text after; one entry a language for a text in two."""
    if spec.shape not in ("local_line", "local_text"):
        return [
            (
                spec.label,
                text_of(present_value(spec, before, found), language),
                text_of(present_value(spec, after, found), language),
            )
        ]
    old, new = (value if isinstance(value, Mapping) else {} for value in (before, after))
    return [
        (
            LocalText(
                f"{spec.label.zh}（{_SIDE_NAMES[side][0]}）", f"{spec.label.en} ({_SIDE_NAMES[side][1]})"
            ),
            str(old.get(side) or ""),
            str(new.get(side) or ""),
        )
        for side in LANGUAGES
    ]


def _compared(difference: Difference) -> Difference:
    """Mark the words that differ, where both sides have some and are short enough to compare."""
    before, after = difference.before, difference.after
    if not before or not after or len(before) + len(after) > _LONGEST_COMPARED:
        return difference
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if matcher.quick_ratio() < 0.3:
        return difference
    old_parts: list[Part] = []
    new_parts: list[Part] = []
    for operation, start, end, new_start, new_end in matcher.get_opcodes():
        is_changed = operation != "equal"
        if start < end:
            old_parts.append(("".join(old[start:end]), is_changed))
        if new_start < new_end:
            new_parts.append(("".join(new[new_start:new_end]), is_changed))
    return replace(difference, parts_before=tuple(old_parts), parts_after=tuple(new_parts))
