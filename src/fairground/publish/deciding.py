"""An editor's decision and the mail that tells of it, in one transaction."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from fairground.accounts.actors import Actor
from fairground.accounts.models import Record, User
from fairground.accounts.services import decide_revision, move_record
from fairground.language.local_text import LocalText
from fairground.mail.services import queue_mail
from fairground.publish.queue import Waiting

# What editors say most; chosen ones stand before their own words.
USUAL_REASONS = {
    "target": LocalText(
        "请给出至少一个可检验的数值和单位。",
        "Please give at least one figure with its unit that can be tested.",
    ),
    "advantage": LocalText(
        "请写明与现有最好方案相比好多少。", "Please say by how much it beats the best alternative."
    ),
    "language": LocalText(
        "请补充另一种语言的名称和简介。", "Please add title and summary in the other language."
    ),
    "contact": LocalText(
        "请把电话和邮箱移到“联系方式”一栏。", "Please move telephone number and e-mail address to 'Contact'."
    ),
    "source": LocalText("请注明来源或证据。", "Please name the source or evidence."),
    "duplicate": LocalText(
        "与已发布的一条重复，请修订原有的那条。", "It repeats a published one: please revise that."
    ),
}


def reason_text(codes: Sequence[str], own_words: str, language: str) -> str:
    """Return the chosen usual reasons and the editor's own words as one text."""
    usual = [USUAL_REASONS[code].in_language(language) for code in codes if code in USUAL_REASONS]
    return "\n".join(part for part in (*usual, own_words.strip()) if part)


@transaction.atomic
def decide(
    *,
    actor: Actor,
    waiting: Waiting,
    publish: bool,
    version: int,
    revision_id: int | None,
    reason: str,
    address: str,
    now: datetime,
) -> Record:
    """Publish or return what waits, and tell its author by mail.

    `address` is the record's, complete, for the mail. Raises what `move_record` and `decide_revision` raise.
    """
    if waiting.revision is not None and revision_id is not None:
        record = decide_revision(actor=actor, revision_id=revision_id, accept=publish, now=now, reason=reason)
        author = waiting.revision.author
    else:
        record = move_record(
            actor=actor,
            key=waiting.record.key,
            move="publish" if publish else "return",
            version=version,
            now=now,
            reason=reason,
        )
        author = waiting.record.submitted_by or waiting.record.created_by
    if author is not None and author.is_active and author.erased_at is None:
        _tell(author, record, publish=publish, reason=reason, address=address, now=now)
    return record


def _tell(author: User, record: Record, *, publish: bool, reason: str, address: str, now: datetime) -> None:
    title = record.title.in_language(author.language)
    if publish:
        subject = LocalText(f"已发布：{title}", f"Published: {title}")
        text = LocalText(
            f"编辑已审核通过。\n\n{title}\n{address}", f"An editor accepted it.\n\n{title}\n{address}"
        )
    else:
        subject = LocalText(f"已退回：{title}", f"Returned: {title}")
        text = LocalText(
            f"编辑请您修改后再提交：\n\n{reason}\n\n{title}\n{address}",
            f"An editor asks you to change this and submit it again:\n\n{reason}\n\n{title}\n{address}",
        )
    queue_mail(
        to=author.email,
        language=author.language,
        subject=subject.in_language(author.language),
        text=text.in_language(author.language),
        now=now,
    )
