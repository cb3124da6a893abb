"""The thread of an introduction: messages and their files, written while both said yes, read by the two sides alone."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, BinaryIO

from django.db import transaction
from django.db.models import QuerySet

from fairground.accounts.actors import Actor
from fairground.accounts.errors import NotFoundError
from fairground.files.models import Attachment
from fairground.files.services import remove_file, store_file
from fairground.match.core import introductions as core
from fairground.match.introductions import notices
from fairground.match.introductions.standing import IntroductionRefusedError, find_mine, lock_mine, log_change
from fairground.match.models import Introduction, Message
from fairground.match.policies import side_of

LONGEST_TEXT = 5_000
MOST_MESSAGES = 500  # of one introduction: what is longer has outgrown this page
MOST_FILES_AT_ONCE = 5


def files_held_by(key: Any) -> QuerySet[Introduction]:
    """Return the introduction whose files are stored under `key`, for `files.holders`."""
    return Introduction.objects.filter(key=key)


@transaction.atomic
def send_message(
    *, actor: Actor, key: str, text: str, now: datetime, files: Sequence[tuple[str, BinaryIO]] = ()
) -> Message:
    """Write to the other side, which is told that there is a message, not what it says.

    Parameters
    ----------
    files : name and content of each; looked into, and refused where the content is not what the name says

    Raises NotFoundError, IntroductionRefusedError; FileRefusedError, TooManyFilesError. Nothing is kept then.
    """
    introduction = lock_mine(actor, key)
    text = text.replace("\x00", "").replace("\r\n", "\n").strip()
    _check_may_write(introduction, text, files)
    side = side_of(actor, introduction)
    message: Message = Message.objects.create(
        introduction=introduction,
        side=side,
        author_id=actor.user_id,
        author_name=actor.name,
        at=now,
        text=text,
    )
    for name, content in files:
        attachment, _ = store_file(
            hub_id=introduction.hub_id,
            record_key=introduction.key,
            name=name,
            content=content,
            now=now,
            added_by_id=actor.user_id,
            visibility=Attachment.Visibility.PROTECTED,
        )
        message.files.add(attachment)
    log_change(introduction, "message", actor=actor, now=now)
    notices.tell(introduction, core.other(side), notices.MESSAGE, now=now)
    return message


@transaction.atomic
def remove_message(*, actor: Actor, key: str, message_id: int, now: datetime) -> None:
    """Take one's own message back, with its files; that there was one stays. A second call changes nothing.

    Raises NotFoundError.
    """
    introduction = lock_mine(actor, key)
    message = Message.objects.filter(
        introduction=introduction, pk=message_id, author_id=actor.user_id
    ).first()
    if message is None:
        raise NotFoundError
    if not message.is_removed:
        blank_message(message)
        log_change(introduction, "remove_message", actor=actor, now=now)


def blank_message(message: Message) -> None:
    """Take text and files out of a message. A file that another message shows too stays with that one."""
    for attachment in list(message.files.all()):
        message.files.remove(attachment)
        if not Message.objects.filter(files=attachment).exists():
            remove_file(attachment)
    message.text, message.is_removed = "", True
    message.save(update_fields=["text", "is_removed"])


def messages_of(introduction: Introduction) -> list[Message]:
    """Return the messages of an introduction that the reader is a side of, oldest first. Two queries."""
    return list(introduction.messages.prefetch_related("files").order_by("pk"))


def find_file(actor: Actor, key: str, file_key: str) -> Attachment:
    """Return a file of a thread: to both sides while both say yes, afterwards to the side that sent it.

    Raises NotFoundError; unknown and forbidden answer alike.
    """
    introduction = find_mine(actor, key)
    sent = Message.objects.filter(introduction=introduction, files__key=file_key)
    if introduction.state != core.AGREED:
        sent = sent.filter(side=side_of(actor, introduction))
    if not sent.exists():
        raise NotFoundError
    return Attachment.objects.get(key=file_key)


def _check_may_write(introduction: Introduction, text: str, files: Sequence[tuple[str, BinaryIO]]) -> None:
    if introduction.state != core.AGREED:
        raise IntroductionRefusedError(
            "双方都同意时才能留言；这次引荐尚未达成，或已经结束。",
            "Messages are written while both sides agree; this introduction is not there yet, or is over.",
        )
    if not text and not files:
        raise IntroductionRefusedError("请写几句话，或附上文件。", "Write a few words, or add a file.")
    if len(text) > LONGEST_TEXT:
        raise IntroductionRefusedError(
            f"最多{LONGEST_TEXT}个字。请缩短，或附上文件。",
            f"At most {LONGEST_TEXT:,} characters. Shorten it, or add a file.",
        )
    if len(files) > MOST_FILES_AT_ONCE:
        raise IntroductionRefusedError(
            f"一次最多附{MOST_FILES_AT_ONCE}个文件。",
            f"At most {MOST_FILES_AT_ONCE} files go with a message.",
        )
    if introduction.messages.count() >= MOST_MESSAGES:
        raise IntroductionRefusedError(
            "留言已满。请用对方的联系方式继续。", "The thread is full. Go on by the contacts you have now."
        )
