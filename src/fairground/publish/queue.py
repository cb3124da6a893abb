"""The editor's queue: what waits for a second pair of eyes, and what a glance at it would miss."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fairground.accounts.actors import Actor
from fairground.accounts.core import states
from fairground.accounts.core.roles import REVIEW_RECORDS
from fairground.accounts.errors import NotFoundError
from fairground.accounts.kinds import CONTACT, OPEN, PROTECTED, kind_of
from fairground.accounts.models import Record, Revision
from fairground.accounts.policies import opened
from fairground.accounts.presentation import record_address
from fairground.accounts.values import apply, snapshot
from fairground.collect.clinic_room import examine
from fairground.collect.core.clinic_words import NAMES
from fairground.collect.core.contacts import without_contacts
from fairground.collect.models import Need, Offer
from fairground.language.local_text import LocalText
from fairground.language.near_duplicates import find_near_duplicates

_MOST_COMPARED = 300  # published records of the same kind, the newest, that a new one is compared with
_SIMILAR = 0.6
_TEXTS = ("local_line", "local_text")


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One thing that waits for a decision."""

    key: str
    kind: str
    kind_label: LocalText
    title: LocalText
    organisation: LocalText | None
    by: str
    since: datetime
    days: int
    is_revision: bool
    is_own: bool  # another editor must decide
    completeness: int | None
    demonstration: bool


@dataclass(frozen=True, slots=True)
class Check:
    """One thing an editor should know. `quotes` are words of the record, `links` other records."""

    is_fine: bool
    text: LocalText
    quotes: tuple[str, ...] = ()
    links: tuple[tuple[LocalText, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Waiting:
    """What one review page is about: a record in review, or a published one with an open revision."""

    record: Record
    revision: Revision | None
    standing: Mapping[str, Any]  # the published values of a revised record, {} for a first publication
    values: Mapping[str, Any]  # the record as it will be
    scopes: frozenset[str]  # what this editor may read beyond the open fields

    @property
    def hidden_changes(self) -> tuple[LocalText, ...]:
        """Name what a revision changes in fields that this editor may not read."""
        if self.revision is None:
            return ()
        fields = kind_of(self.record.kind).fields
        changed = [fields[name] for name in self.revision.values if name in fields]
        return tuple(spec.label for spec in changed if spec.access not in (OPEN, *self.scopes))


def queue_rows(actor: Actor, *, now: datetime) -> list[QueueRow]:
    """Return what waits, the oldest first. Raises NotFoundError for whoever is no editor. Four queries."""
    if not actor.may(REVIEW_RECORDS):
        raise NotFoundError
    records = Record.objects.filter(hub_id=actor.hub_id, state=states.IN_REVIEW).select_related(
        "organisation", "submitted_by", "created_by"
    )
    revisions = Revision.objects.filter(
        record__hub_id=actor.hub_id, state=Revision.State.OPEN
    ).select_related("record__organisation", "author")
    waiting = [
        (record, record.submitted_by or record.created_by, record.changed_at, False) for record in records
    ] + [(revision.record, revision.author, revision.created_at, True) for revision in revisions]
    completeness = _completeness(record for record, _, _, _ in waiting)
    rows = [
        QueueRow(
            key=record.key,
            kind=record.kind,
            kind_label=kind_of(record.kind).label,
            title=record.title,
            organisation=record.organisation.title if record.organisation else None,
            by=person.printed_name if person else "",
            since=since,
            days=max((now - since).days, 0),
            is_revision=is_revision,
            is_own=_is_own(actor, record, person.pk if person else None),
            completeness=completeness.get(record.pk),
            demonstration=record.demonstration,
        )
        for record, person, since, is_revision in waiting
    ]
    return sorted(rows, key=lambda row: (row.since, row.key))


def waiting_for(actor: Actor, key: str) -> Waiting:
    """Return what waits under this key. Raises NotFoundError where nothing does, or not for this actor."""
    if not actor.may(REVIEW_RECORDS):
        raise NotFoundError
    head = Record.objects.filter(
        hub_id=actor.hub_id, key=key, state__in=(states.IN_REVIEW, states.PUBLISHED)
    ).first()
    if head is None:
        raise NotFoundError
    revision = Revision.objects.filter(record_id=head.pk, state=Revision.State.OPEN).first()
    if head.state == states.PUBLISHED and revision is None:
        raise NotFoundError
    kind = kind_of(head.kind)
    record = (
        kind.model.objects.select_related("organisation", "submitted_by", "created_by")
        .filter(pk=head.pk)
        .get()
    )
    standing = snapshot(record, kind)
    scopes = frozenset(
        scope
        for scope in (PROTECTED, CONTACT)
        if Record.objects.filter(opened(actor, scope), pk=record.pk).exists()
    )
    if revision is None:
        return Waiting(record, None, {}, standing, scopes)
    return Waiting(record, revision, standing, {**standing, **revision.values}, scopes)


def checks_for(waiting: Waiting, *, language: str) -> list[Check]:
    """Return what a second pair of eyes should look at; what is fine is said too, shortly."""
    kind = kind_of(waiting.record.kind)
    texts = {
        spec.name: LocalText(value.get("zh"), value.get("en"))
        for spec in kind.layout
        if spec.shape in _TEXTS
        and spec.access == OPEN
        and isinstance(value := waiting.values.get(spec.name), Mapping)
    }
    return [
        _contacts(texts),
        _languages(texts),
        _source(waiting.values),
        *_clinic(waiting),
        _duplicates(waiting, texts, language),
    ]


def _is_own(actor: Actor, record: Record, author_id: int | None) -> bool:
    return actor.user_id in (record.created_by_id, record.submitted_by_id, author_id)


def _completeness(records: Iterable[Record]) -> dict[int, int]:
    by_kind: dict[str, list[int]] = {}
    for record in records:
        by_kind.setdefault(record.kind, []).append(record.pk)
    found: dict[int, int] = {}
    for model, code in ((Offer, "offer"), (Need, "need")):
        if code in by_kind:
            found |= dict(model.objects.filter(pk__in=by_kind[code]).values_list("pk", "completeness"))
    return found


def _contacts(texts: Mapping[str, LocalText]) -> Check:
    found = tuple(
        cleaned
        for text in texts.values()
        for line in text.both().splitlines()
        for cleaned, count in (without_contacts(line),)
        if count
    )
    if found:
        return Check(
            False,
            LocalText(
                "公开文字里有电话或邮箱，请退回或请作者移到“联系方式”。",
                "A telephone number or e-mail address stands in the public text: it belongs under 'Contact'.",
            ),
            found[:5],
        )
    return Check(
        True,
        LocalText("公开文字里没有电话或邮箱。", "No telephone number or e-mail address in the public text."),
    )


def _languages(texts: Mapping[str, LocalText]) -> Check:
    lacking = {
        name: "en" if text.zh else "zh" for name, text in texts.items() if bool(text.zh) != bool(text.en)
    }
    for side, zh, en in (("zh", "中文", "Chinese"), ("en", "英文", "English")):
        if lacking.get("title") == side or lacking.get("summary") == side:
            return Check(
                False,
                LocalText(
                    f"名称或简介缺少{zh}，{zh}读者只能看到另一种语言。", f"Title or summary lacks {en}."
                ),
            )
    return Check(
        True, LocalText("名称和简介没有缺少语言。", "Title and summary lack no language they should have.")
    )


def _source(values: Mapping[str, Any]) -> Check:
    if values.get("provenance"):
        return Check(True, LocalText("注明了来源。", "The source is named."))
    if values.get("organisation"):
        return Check(True, LocalText("来源为提交单位本身。", "The organisation itself is the source."))
    return Check(
        False, LocalText("没有单位，也没有注明来源。", "Neither an organisation nor a source is named.")
    )


def _clinic(waiting: Waiting) -> list[Check]:
    kind = kind_of(waiting.record.kind)
    row = waiting.record
    if waiting.revision is not None:
        row = kind.model(hub_id=row.hub_id, kind=kind.code)
        plain = {
            name: value
            for name, value in waiting.values.items()
            if kind.fields[name].shape not in ("record", "records", "zone")
        }
        apply(row, plain, find_record=lambda _kind, _key: None)
    found = examine(row)
    if found is None:
        return []
    missing = found.missing()[:5]
    checks = [
        Check(
            not missing,
            LocalText(
                f"完整度 {found.score}%"
                + (f"，尚缺：{'、'.join(NAMES[name][0] for name in missing)}。" if missing else "。"),
                f"Completeness {found.score}%"
                + (f", missing: {', '.join(NAMES[name][1] for name in missing)}." if missing else "."),
            ),
        )
    ]
    if found.vague:
        checks.append(
            Check(
                False,
                LocalText("有空泛的说法而没有数字：", "Praise without a figure:"),
                tuple(f"{vague.word} — {vague.sentence[:120]}" for vague in found.vague[:5]),
            )
        )
    return checks


def _duplicates(waiting: Waiting, texts: Mapping[str, LocalText], language: str) -> Check:
    record = waiting.record
    others = list(
        Record.objects.filter(hub_id=record.hub_id, kind=record.kind, state=states.PUBLISHED)
        .exclude(pk=record.pk)
        .order_by("-changed_at")
        .only("key", "kind", "title", "summary")[:_MOST_COMPARED]
    )
    own = "\n".join(texts[name].both() for name in ("title", "summary") if name in texts)
    compared = [own, *(f"{other.title.both()}\n{other.summary.both()}" for other in others)]
    alike = sorted(
        (-likeness, second)
        for first, second, likeness in find_near_duplicates(compared, threshold=_SIMILAR)
        if first == 0
    )
    if not others:
        return Check(
            True,
            LocalText(
                "还没有已发布的同类记录可比。", "Nothing of its kind is published yet to compare with."
            ),
        )
    if not alike:
        return Check(
            True,
            LocalText(
                f"与最近发布的{len(others)}条同类记录没有重复。",
                f"Not like any of the {len(others)} newest published ones of its kind.",
            ),
        )
    return Check(
        False,
        LocalText("与已发布的记录很相似：", "Very like what is published already:"),
        links=tuple(
            (others[place - 1].title, record_address(language, record.kind, others[place - 1].key))
            for _, place in alike[:5]
        ),
    )
