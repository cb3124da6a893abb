"""What a broker does about an introduction: note, remind, hand over. Moving it is for the sides and `introductions`.

Every function checks the policy, writes and logs in one transaction, and raises NotFoundError for what is not on the
actor's desk, whatever the reason.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse

from fairground.accounts.actors import Actor
from fairground.accounts.core.roles import KEEP_INTRODUCTIONS, ROLES
from fairground.accounts.errors import NotAllowedError, NotFoundError
from fairground.accounts.models import RoleAssignment, User
from fairground.accounts.notices.services import notify
from fairground.language.local_text import LocalText
from fairground.match.broker.desk import BOTH, REMINDED, on_desk, with_waiting
from fairground.match.core.introductions import OPEN, SIDES
from fairground.match.core.next_step import REMINDED_EVERY_DAYS, WORDS_TO_SIDES
from fairground.match.introductions.notices import people_of
from fairground.match.introductions.standing import lock, log_change, standing_of, write_step
from fairground.match.models import BrokerNote, Introduction, IntroductionStep
from fairground.match.policies import is_held

LONGEST_NOTE = 2_000
MOST_NOTES = 200  # of one introduction
HANDED_OVER = "hand_over"
REMINDER, HANDOVER = "broker_reminder", "broker_handover"  # kinds of notices

# What the sides read. No title, no name: what they lead to is asked of the policy when it is opened.
_WORDS = {
    "remind": LocalText(
        "经理人提醒：有一次引荐在等您答复。", "A reminder from the broker: an introduction waits for you."
    ),
    "confirm": LocalText(
        "经理人提醒：答复前请核对出口限制与跨境规定，并勾选确认。",
        "A reminder from the broker: check the rules on export and borders, tick the box, then answer.",
    ),
    "meet": LocalText(
        "经理人建议：双方已有往来，可以约定见面时间。",
        "The broker suggests: you have both written, so fix a time to meet.",
    ),
    "close": LocalText(
        "经理人询问：久无消息，这次引荐是否已经结束？请回一句话，或撤回同意。",
        "The broker asks: there was no news for long. Is this over? Write a line, or take your consent back.",
    ),
}


@transaction.atomic
def add_note(*, actor: Actor, key: str, text: str, now: datetime) -> BrokerNote:
    """Write a note for the hub's brokers; the sides never read it. Raises NotFoundError, NotAllowedError."""
    introduction = _on_desk(actor, key)
    cleaned = _typed(text)
    if not cleaned:
        raise NotAllowedError("笔记是空的。", "The note is empty: write something first.")
    if introduction.notes.count() >= MOST_NOTES:
        raise NotAllowedError(
            f"每次引荐最多{MOST_NOTES}条笔记。", f"At most {MOST_NOTES} notes are kept with one introduction."
        )
    note: BrokerNote = BrokerNote.objects.create(
        introduction=introduction, author_id=actor.user_id, author_name=actor.name, at=now, text=cleaned
    )
    # That there is a note is no secret; what it says stands in the note alone, where erasure finds it.
    log_change(introduction, "note", actor=actor, now=now)
    return note


@transaction.atomic
def delete_note(*, actor: Actor, key: str, note_id: int, now: datetime) -> None:
    """Delete a note of one's own. Raises NotFoundError."""
    introduction = _on_desk(actor, key)
    deleted, _ = introduction.notes.filter(pk=note_id, author_id=actor.user_id).delete()
    if not deleted:
        raise NotFoundError
    log_change(introduction, "note_deleted", actor=actor, now=now)


@transaction.atomic
def send_reminder(*, actor: Actor, key: str, about: str, now: datetime) -> None:
    """Write to whoever is waited for; to both sides where it is about a meeting or an end.

    One introduction is reminded at most once in `REMINDED_EVERY_DAYS`, whoever of the brokers asks and whatever it is
    about. A side that a block keeps it from is told nothing, and nobody is told that.
    Raises NotFoundError, NotAllowedError.

    Parameters
    ----------
    about : one of `next_step.WORDS_TO_SIDES`
    """
    if about not in WORDS_TO_SIDES:
        raise NotFoundError
    introduction = lock(_on_desk(actor, key).pk)
    if introduction.state not in OPEN:
        raise NotAllowedError(
            "这次引荐已经结束，无需提醒。", "This introduction is over: there is nothing to remind of."
        )
    week = timedelta(days=REMINDED_EVERY_DAYS)
    if IntroductionStep.objects.filter(introduction=introduction, event=REMINDED, at__gt=now - week).exists():
        raise NotAllowedError(
            "每周至多提醒一次；这次引荐本周已经提醒过。",
            "At most one reminder a week: this introduction had its own already.",
        )
    sides = SIDES if about in ("meet", "close") else _waited_for(introduction)
    write_step(
        introduction,
        standing_of(introduction),
        actor=actor,
        event=REMINDED,
        now=now,
        side=sides[0] if len(sides) == 1 else "",
        told={"about": about},
    )
    notify(
        hub_id=introduction.hub_id,
        user_ids=_told(introduction, sides),
        kind=REMINDER,
        subject=_WORDS[about],
        path=reverse("match:introduction", args=[introduction.key]),
        about_key=introduction.key,
        now=now,
    )


@transaction.atomic
def hand_over(*, actor: Actor, key: str, to_user_id: int, reason: str, now: datetime) -> None:
    """Give an introduction to another broker of the hub, or take one on; whoever kept it and whoever keeps it are told.

    The reason becomes a note, which the brokers read; taking on what nobody keeps needs none. Handing over to whoever
    keeps it already changes nothing. Raises NotFoundError, NotAllowedError.
    """
    introduction = lock(_on_desk(actor, key).pk)
    if introduction.broker_id == to_user_id:
        return
    colleague = colleagues(actor.hub_id, now=now).filter(pk=to_user_id).first()
    if colleague is None:
        raise NotAllowedError(
            "只能交给本枢纽的技术经理人或组织者。", "Only a broker or an organiser of this hub can keep it."
        )
    former_id, cleaned = introduction.broker_id, _typed(reason)
    takes_on = former_id is None and to_user_id == actor.user_id
    if not cleaned and not takes_on:
        raise NotAllowedError("请写明移交原因。", "Say why it is handed over: your colleague reads it.")
    introduction.broker = colleague
    write_step(introduction, standing_of(introduction), actor=actor, event=HANDED_OVER, now=now)
    if cleaned:
        BrokerNote.objects.create(
            introduction=introduction, author_id=actor.user_id, author_name=actor.name, at=now, text=cleaned
        )
    for user_id, subject in (
        (to_user_id, LocalText("有一次引荐交给了您。", "An introduction was handed over to you.")),
        (
            former_id,
            LocalText("您负责的一次引荐已由同事接手。", "A colleague keeps an introduction that was yours."),
        ),
    ):
        notify(
            hub_id=introduction.hub_id,
            user_ids=[user_id],
            kind=HANDOVER,
            subject=subject,
            path=desk_path(introduction.key),
            about_key=introduction.key,
            now=now,
        )


def colleagues(hub_id: int, *, now: datetime) -> QuerySet[User]:
    """Return the people of a hub who may keep introductions, by name."""
    codes = [code for code, role in ROLES.items() if KEEP_INTRODUCTIONS in role.allows]
    standing = RoleAssignment.objects.filter(
        Q(until__isnull=True) | Q(until__gt=now), hub_id=hub_id, role__in=codes, since__lte=now
    )
    return User.objects.filter(
        pk__in=standing.values("user_id"), is_active=True, erased_at__isnull=True
    ).order_by("name", "pk")


def desk_path(key: str) -> str:
    """Return the page of one introduction on the desk."""
    return reverse("match:broker_introduction", args=[key])


def _told(introduction: Introduction, sides: Iterable[str]) -> list[int]:
    """Return who is told for some sides; nobody of one that a block keeps it from."""
    return [
        person.pk
        for side in sides
        if not is_held(introduction, side)
        for person in people_of(introduction, side)
    ]


def _waited_for(introduction: Introduction) -> tuple[str, ...]:
    side = (
        with_waiting(Introduction.objects.filter(pk=introduction.pk))
        .values_list("waiting_for", flat=True)
        .get()
    )
    return SIDES if side == BOTH else (side,)


def _on_desk(actor: Actor, key: str) -> Introduction:
    found = Introduction.objects.filter(on_desk(actor), key=key).first()
    if found is None:
        raise NotFoundError
    return found


def _typed(text: str) -> str:
    return text.replace("\x00", "").strip()[:LONGEST_NOTE]
