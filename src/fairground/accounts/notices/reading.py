"""Notices as a person may read them now: asked of the policy each time, for a page and for a mail."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from fairground.accounts.actors import Actor
from fairground.accounts.models import Notice, Record
from fairground.accounts.notices.kinds import Lists, Opens, notice_kind
from fairground.accounts.policies import may_name
from fairground.language.local_text import LocalText

_CLOSED = LocalText(
    "这条通知所说的内容已不再向您开放。", "What this notice was about is no longer open to you."
)
_UNKNOWN_KIND = LocalText("通知", "Notice")


@dataclass(frozen=True, slots=True)
class NamedRecord:
    """A record that a notice lists, with its organisation where that may be named. `path` is without its language."""

    title: LocalText
    organisation: LocalText
    path: str


@dataclass(frozen=True, slots=True)
class ShownNotice:
    """One line. Where `is_open` is false it says nothing but that."""

    pk: int
    kind: str
    kind_label: LocalText
    subject: LocalText
    text: LocalText
    path: str
    named: tuple[NamedRecord, ...]
    count: int
    at: datetime
    is_read: bool
    is_open: bool


def unread_count(hub_id: int, user_id: int) -> int:
    """Return how many lines a person has not read. One query, from an index of unread ones alone."""
    return Notice.objects.filter(user_id=user_id, hub_id=hub_id, read_at__isnull=True).count()


def shown_notices(
    actor: Actor, rows: Sequence[Notice], *, now: datetime, named: Mapping[int, Sequence[str]] | None = None
) -> list[ShownNotice]:
    """Return lines as the actor may read them at `now`, in the order of `rows`.

    One query for each way of asking that the kinds of these rows have (`NoticeKind.opens`, `lists`), however many
    rows. `named` lists other records than the row does: those that its mail has not told of yet.
    """
    listed = {row.pk: (row.named if named is None else named.get(row.pk, ())) for row in rows}
    asked: dict[Opens, set[str]] = {}
    wanted: dict[Lists, set[str]] = {}
    for row in rows:
        if (kind := notice_kind(row.kind)) is None:
            continue
        if row.about_key:
            asked.setdefault(kind.opens, set()).add(row.about_key)
        if listed[row.pk]:
            wanted.setdefault(kind.lists, set()).update(listed[row.pk])
    answers = {opens: opens(actor, keys, now) for opens, keys in asked.items()}
    records = {lists: _records(actor, lists(actor, now), keys) for lists, keys in wanted.items()}
    return [_shown(row, _title(row, answers), listed[row.pk], records) for row in rows]


def _title(row: Notice, answers: Mapping[Opens, Mapping[str, LocalText]]) -> LocalText | None:
    """Return the title of what a line is about, '' where it is about nothing, None where it is closed."""
    kind = notice_kind(row.kind)
    if kind is None:
        return None
    return answers[kind.opens].get(row.about_key) if row.about_key else LocalText()


def _records(actor: Actor, open_now: Q, keys: Collection[str]) -> dict[str, NamedRecord]:
    found = Record.objects.filter(open_now, key__in=keys).select_related("organisation")
    return {
        record.key: NamedRecord(record.title, _organisation(actor, record), f"/{record.kind}/{record.key}/")
        for record in found
    }


def _organisation(actor: Actor, record: Record) -> LocalText:
    firm = record.organisation
    if firm is None or not may_name(actor, firm.pk, firm.state, firm.visibility):
        return LocalText()
    return firm.title


def _shown(
    row: Notice,
    title: LocalText | None,
    listed: Sequence[str],
    records: Mapping[Lists, Mapping[str, NamedRecord]],
) -> ShownNotice:
    kind = notice_kind(row.kind)
    label = kind.label if kind else _UNKNOWN_KIND
    found = records.get(kind.lists, {}) if kind else {}
    named = tuple(found[key] for key in listed if key in found)
    is_open = title is not None and (bool(named) or not listed)
    if title is None or not is_open:
        return ShownNotice(
            row.pk, row.kind, label, label, _CLOSED, "", (), 1, row.changed_at, row.read_at is not None, False
        )
    return ShownNotice(
        pk=row.pk,
        kind=row.kind,
        kind_label=label,
        subject=_filled(row.subject, title),
        text=_filled(row.text, title),
        path=row.path,
        named=named,
        count=len(named) if named else row.count,
        at=row.changed_at,
        is_read=row.read_at is not None,
        is_open=True,
    )


def _filled(text: LocalText, title: LocalText) -> LocalText:
    zh, en = (
        side and side.replace("{title}", title.in_language(language))
        for language, side in (("zh", text.zh), ("en", text.en))
    )
    return LocalText(zh, en)
