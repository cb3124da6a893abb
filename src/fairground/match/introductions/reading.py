"""What a side reads of its introductions. Never what a block holds back from it, never the other side's remark."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from fairground.accounts.actors import Actor
from fairground.accounts.core.structures import Contact
from fairground.accounts.errors import NotFoundError
from fairground.accounts.kinds import kind_of
from fairground.accounts.models import Record, User
from fairground.accounts.policies import may_name, opened
from fairground.language.local_text import LocalText
from fairground.match.core import introductions as core
from fairground.match.core.introductions import ANSWERING, ASKING
from fairground.match.introductions.naming import is_named, title_of, with_what_is_read
from fairground.match.introductions.standing import standing_of
from fairground.match.introductions.words import (
    CAUSE_WORDS,
    EVENT_WORDS,
    STATE_MARKS,
    STATE_WORDS,
    kind_reason,
    reason_label,
)
from fairground.match.models import Introduction, Match, Message
from fairground.match.policies import on_side, side_of, taking_part
from fairground.publish.records import named_organisation

MOST_OPEN, MOST_OVER = 300, 50
_HEAD = ("target", "target__organisation", "own", "own__organisation", "asking_organisation")
_SIDES = ("answering_organisation", "asker", "answerer")


@dataclass(frozen=True, slots=True)
class Row:
    """One introduction in a list, as its reader's side sees it."""

    key: str
    url: str
    state: str
    state_word: LocalText
    state_mark: str
    is_mine_to_answer: bool
    other: LocalText  # who faces the reader's side
    theirs: LocalText  # the title of the record that the other side answers for, or of the reader's own
    theirs_kind: LocalText
    mine: LocalText | None
    by_broker: bool
    since: datetime
    days: int
    days_left: int | None
    demonstration: bool


@dataclass(frozen=True, slots=True)
class Lists:
    """The reader's introductions: those that wait for them, the other open ones, and what is over, newest first."""

    waiting: Sequence[Row]
    open: Sequence[Row]
    over: Sequence[Row]


def introductions_of(actor: Actor, *, now: datetime) -> Lists:
    """Return the actor's introductions. Two queries, whatever their number."""
    mine = Introduction.objects.filter(taking_part(actor)).select_related(*_HEAD, *_SIDES)
    mine = with_what_is_read(mine, actor)
    rows = [
        _row(actor, each, now)
        for each in mine.filter(state__in=core.OPEN).order_by("-since", "-pk")[:MOST_OPEN]
    ]
    over = mine.filter(state__in=core.ENDS).order_by("-since", "-pk")[:MOST_OVER]
    return Lists(
        waiting=sorted(
            (row for row in rows if row.is_mine_to_answer),
            key=lambda row: -1 if row.days_left is None else row.days_left,
        ),
        open=[row for row in rows if not row.is_mine_to_answer],
        over=[_row(actor, each, now) for each in over],
    )


def count_waiting(actor: Actor, *, now: datetime) -> int:
    """Return how many introductions wait for the actor's answer. One query."""
    not_yet = Q(state__in=core.WAITING, expires_at__gt=now)
    asked = (on_side(actor, ASKING) & ~Q(asking_answer="yes")) | (
        on_side(actor, ANSWERING) & ~Q(answering_answer="yes")
    )
    return Introduction.objects.filter(not_yet & asked).count()


def open_one_about(actor: Actor, record: Record) -> Introduction | None:
    """Return an open introduction between the actor's side and a record's, the newest, if the actor sees it."""
    about = Q(on_side(actor, ASKING), target_id=record.pk) | Q(on_side(actor, ANSWERING), own_id=record.pk)
    found: Introduction | None = (
        Introduction.objects.filter(about, state__in=core.OPEN).order_by("-pk").first()
    )
    return found


def introduction_for(actor: Actor, key: str) -> Introduction:
    """Return an introduction the actor is a side of, with what its page shows. Raises NotFoundError. One query."""
    found: Introduction | None = (
        with_what_is_read(Introduction.objects.filter(taking_part(actor), key=key), actor)
        .select_related(*_HEAD, *_SIDES)
        .annotate(
            opens_target=Exists(
                Record.objects.filter(opened(actor, core.PROTECTED), pk=OuterRef("target_id"))
            ),
            opens_own=Exists(Record.objects.filter(opened(actor, core.PROTECTED), pk=OuterRef("own_id"))),
            reaches_target=Exists(
                Record.objects.filter(opened(actor, core.CONTACT), pk=OuterRef("target_id"))
            ),
            reaches_own=Exists(Record.objects.filter(opened(actor, core.CONTACT), pk=OuterRef("own_id"))),
        )
        .first()
    )
    if found is None:
        raise NotFoundError
    return found


def side_page(actor: Actor, introduction: Any, *, now: datetime) -> dict[str, Any]:
    """Return what the page of one introduction shows to the actor's side, but for thread and pair. One query."""
    side, standing = side_of(actor, introduction), standing_of(introduction)
    other = core.other(side)
    is_asking = side == ASKING
    theirs = introduction.target if is_asking else introduction.own
    opens, reaches = (
        (introduction.opens_target, introduction.reaches_target)
        if is_asking
        else (introduction.opens_own, introduction.reaches_own)
    )
    agreed = standing.state == core.AGREED
    return {
        "introduction": introduction,
        "side": side,
        "is_asking": is_asking,
        "state": standing.state,
        "other_name": name_of_side(actor, introduction, other),
        "records": [
            _record(actor, introduction, record, is_mine=(record is introduction.target) != is_asking)
            for record in (introduction.target, introduction.own)
            if record is not None
        ],
        "said": {"mine": side in standing.yes, "theirs": other in standing.yes},
        "steps": core.steps_open_to(standing, side, now=now),
        "is_due": core.is_due(standing, now=now),
        "has_agreement": standing.agreement_of(side) is not None,
        "contacts": _contacts(introduction, other, theirs if reaches else None) if agreed else [],
        "opens_detail": bool(agreed and opens and theirs is not None),
        "theirs": theirs,
        "is_lapsed": agreed and any(
            record is not None and record.state != "published"
            for record in (introduction.target, introduction.own)
        ),
        "outcome": _outcome(introduction, side),
        "history": _history(introduction, side),
    }  # fmt: skip


def pair_of(introduction: Introduction) -> Match | None:
    """Return the judged pair of the two records, as it stands now. One query where there are two records."""
    target, own = introduction.target_id, introduction.own_id
    if own is None:
        return None
    pair = Q(asking_id=own, answering_id=target) | Q(asking_id=target, answering_id=own)
    found: Match | None = Match.objects.filter(pair).select_related("asking", "answering").first()
    return found


def name_of_side(actor: Actor, introduction: Introduction, side: str) -> LocalText:
    """Return who a side is, as the other side may know it: who asks says so by asking."""
    organisation = introduction.asking_organisation if side == ASKING else introduction.answering_organisation
    if organisation is not None:
        asked_openly = side == ASKING and not introduction.by_broker
        if asked_openly or may_name(actor, organisation.pk, organisation.state, organisation.visibility):
            title: LocalText = organisation.title
            return title
        return LocalText("一家单位", "an organisation")
    person: User | None = introduction.asker if side == ASKING else introduction.answerer
    shown = side == ASKING and not introduction.by_broker
    if person is not None and (shown or introduction.state == core.AGREED or person.pk == actor.user_id):
        return LocalText(person.printed_name, person.printed_name)
    return LocalText("记录的作者", "the author of the record")


def _row(actor: Actor, introduction: Introduction, now: datetime) -> Row:
    side, standing = side_of(actor, introduction), standing_of(introduction)
    target, own = introduction.target, introduction.own
    mine, theirs = (own, target) if side == ASKING else (target, own)
    shown = theirs or target
    left = introduction.expires_at - now if introduction.expires_at else None
    return Row(
        key=introduction.key,
        url=reverse("match:introduction", args=[introduction.key]),
        state=standing.state,
        state_word=STATE_WORDS[standing.state],
        state_mark=STATE_MARKS[standing.state],
        is_mine_to_answer=core.AGREE in core.steps_open_to(standing, side, now=now),
        other=name_of_side(actor, introduction, core.other(side)),
        theirs=title_of(introduction, shown),
        theirs_kind=kind_of(shown.kind).label,
        mine=title_of(introduction, mine) if mine is not None and mine is not shown else None,
        by_broker=introduction.by_broker,
        since=introduction.since,
        days=max((now - introduction.since).days, 0),
        days_left=max(left.days, 0) if left else None,
        demonstration=introduction.demonstration,
    )


def _record(actor: Actor, introduction: Any, record: Record, *, is_mine: bool) -> dict[str, Any]:
    organisation = record.organisation if is_mine else named_organisation(actor, record)
    return {
        "title": title_of(introduction, record),
        "summary": record.summary if is_named(introduction, record) else LocalText(),
        "kind_label": kind_of(record.kind).label,
        "url": reverse("publish:record", args=[record.kind, record.key]),
        "organisation": organisation.title if organisation is not None else None,
        "state": record.state,
        "demonstration": record.demonstration,
        "is_mine": is_mine,
    }


def _contacts(introduction: Introduction, other: str, record: Record | None) -> list[dict[str, str]]:
    """Return how to reach the other side: who said yes for it, and what its record names."""
    person = introduction.asker if other == ASKING else introduction.answerer
    found = []
    if person is not None and person.is_active:
        found.append({"name": person.printed_name, "email": person.email, "telephone": ""})
    if record is not None and record.contact != Contact():
        contact: Contact = record.contact
        if not found or contact.email.lower() != found[0]["email"].lower() or contact.telephone:
            found.append({"name": contact.name, "email": contact.email, "telephone": contact.telephone})
    return found


def _outcome(introduction: Introduction, side: str) -> dict[str, Any] | None:
    """Return why it is over, in the words this side may read: its own reason plainly, the other side's kindly."""
    if introduction.state == core.DECLINED:
        if introduction.declined_side == side:
            return {
                "mine": True,
                "text": reason_label(introduction.reason_code) if introduction.reason_code else None,
                "is_confidential": introduction.is_confidential,
                "remark": introduction.remark,
            }
        return {
            "mine": False,
            "text": kind_reason(introduction.reason_code, is_confidential=introduction.is_confidential),
        }
    if introduction.state in core.ENDS and introduction.cause:
        return {"mine": False, "text": CAUSE_WORDS[introduction.cause]}
    return None


def _history(introduction: Introduction, side: str) -> list[dict[str, Any]]:
    """Return the steps, each with whose it was; people are named on one's own side only."""
    return [
        {
            "at": step.at,
            "what": EVENT_WORDS.get(step.event, LocalText(step.event, step.event)),
            "whose": "mine" if step.side == side else ("theirs" if step.side else ""),
            "who": step.actor_name if step.side == side else "",
        }
        for step in introduction.steps.all()
        if step.event in EVENT_WORDS and not (step.event == core.ACCEPT_AGREEMENT and step.side != side)
    ]


def shown_messages(
    messages: Sequence[Message], introduction: Introduction, side: str
) -> list[dict[str, Any]]:
    """Return a thread as a side reads it; files of the other side are handed out while both say yes."""
    agreed = introduction.state == core.AGREED
    return [
        {
            "number": message.pk,
            "is_mine": message.side == side,
            "name": message.author_name,
            "author_id": message.author_id,
            "at": message.at,
            "text": message.text,
            "is_removed": message.is_removed,
            "files": [
                {
                    "name": each.name,
                    "size": each.size,
                    "kind": each.ending.upper(),
                    "date": each.added_at,
                    "description": LocalText(),
                    "is_protected": False,
                    "key": each.key,
                    "url": reverse("match:introduction_file", args=[introduction.key, each.key, each.name]),
                }
                for each in message.files.all()
                if agreed or message.side == side
            ],
        }
        for message in messages
    ]
