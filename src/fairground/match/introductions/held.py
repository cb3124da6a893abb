"""What introductions hold on a person: shown, exported, and what erasure makes of it.

A block that names a person is not shown to them: it would tell them of itself.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q

from fairground.accounts.held import Row, register_held
from fairground.accounts.models import User
from fairground.audit.services import ERASED
from fairground.language.local_text import LocalText
from fairground.match.introductions.ending import end_for_person
from fairground.match.introductions.thread import blank_message
from fairground.match.models import Block, BrokerNote, Introduction, IntroductionStep, Message


def register() -> None:
    """Make introductions known among what is held on a person."""
    register_held(
        "introductions",
        _held,
        _erase,
        label=LocalText("引荐、留言与屏蔽", "Introductions, messages and blocks"),
        models=(
            "match.Introduction",
            "match.IntroductionStep",
            "match.Message",
            "match.Block",
            "match.BrokerNote",
        ),
        stays=LocalText(
            "何时向哪条记录发起、结果如何会保留，供单位和枢纽统计；您写的文字、附件和姓名会清除，尚在进行的会结束或由同事继续。",
            "That an introduction was asked for, when, and how it ended stays for organisations and the hub’s figures; "
            "what you wrote, your files and your name go. Open ones end, or colleagues go on with them.",
        ),
    )


def _held(user: User) -> Sequence[Row]:
    introductions = Introduction.objects.filter(
        Q(asker=user) | Q(proposed_by=user) | Q(broker=user) | Q(declined_by=user) | Q(answerer=user)
    )
    # What a block of their own keeps from them is not told here either.
    introductions = introductions.exclude(Q(held_for__in=("answering", "both")), answerer=user)
    return [
        *(_introduction(row, user) for row in introductions.select_related("target").order_by("pk")),
        *(
            {
                "message_in": row.introduction.key,
                "at": row.at.isoformat(),
                "text": row.text,
                "files": [each.name for each in row.files.all()],
            }
            for row in Message.objects.filter(author=user)
            .select_related("introduction")
            .prefetch_related("files")
            .order_by("pk")
        ),
        *(
            {
                "you_block": [
                    name
                    for name in (_name(row.organisation, user), row.user and row.user.printed_name)
                    if name
                ],
                "at": row.made_at.isoformat(),
            }
            for row in Block.objects.filter(Q(by_user=user) | Q(made_by=user))
            .select_related("organisation", "user")
            .order_by("pk")
        ),
        *(
            {"note_on": row.introduction.key, "at": row.at.isoformat(), "text": row.text}
            for row in BrokerNote.objects.filter(author=user).select_related("introduction").order_by("pk")
        ),
    ]


def _introduction(row: Introduction, user: User) -> Row:
    held: dict[str, object] = {
        "introduction": row.key,
        "record": row.target.key,
        "state": row.state,
        "created_at": row.created_at.isoformat(),
    }
    if row.proposed_by_id == user.pk and row.message:
        held["message"] = row.message
    if row.declined_by_id == user.pk:
        held |= {"reason": row.reason_code, "confidential": row.is_confidential, "remark": row.remark}
    return held


def _name(organisation: object, user: User) -> str:
    title = getattr(organisation, "title", None)
    return title.in_language(user.language) if title is not None else ""


def _erase(user: User, now: datetime) -> None:
    end_for_person(user, now=now)
    for message in Message.objects.filter(author=user):
        blank_message(message)
    Message.objects.filter(author=user).update(author=None, author_name=ERASED)
    Introduction.objects.filter(proposed_by=user).update(message="", proposed_by=None)
    Introduction.objects.filter(declined_by=user).update(remark="", declined_by=None)
    # A note on somebody who was a side may say something of them.
    BrokerNote.objects.filter(Q(introduction__asker=user) | Q(introduction__answerer=user)).update(text="")
    for person in ("asker", "answerer", "broker"):
        Introduction.objects.filter(**{person: user}).update(**{person: None})
    IntroductionStep.objects.filter(actor_id=user.pk).update(actor_name=ERASED)
    BrokerNote.objects.filter(author=user).update(author=None, author_name=ERASED, text="")
    Block.objects.filter(by_user=user).delete()
    Block.objects.filter(user=user, organisation__isnull=True).delete()
    Block.objects.filter(user=user).update(user=None)
    Block.objects.filter(made_by=user).update(made_by=None)
