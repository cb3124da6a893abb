"""An editor's decision and the notice that tells of it, in one transaction."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from fairground.accounts.actors import Actor
from fairground.accounts.models import Record
from fairground.accounts.notices.kinds import register_notice_kind
from fairground.accounts.notices.services import notify
from fairground.accounts.presentation import record_address
from fairground.accounts.services import decide_revision, move_record
from fairground.language.local_text import LocalText
from fairground.publish.queue import Waiting

DECIDED = "record_decided"  # the kind of notice

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
    now: datetime,
) -> Record:
    """Publish or return what waits, and tell its author.

    Raises what `move_record` and `decide_revision` raise.
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
    subject, text = (
        (
            LocalText("已发布：{title}", "Published: {title}"),
            LocalText("编辑已审核通过。", "An editor accepted it."),
        )
        if publish
        else (
            LocalText("已退回：{title}", "Returned: {title}"),
            LocalText(
                f"编辑请您修改后再提交：\n\n{reason}",
                f"An editor asks you to change this and submit it again:\n\n{reason}",
            ),
        )
    )
    _tell(author.pk if author else None, record, subject, text, now=now)
    return record


def register() -> None:
    """Make decisions known as a kind of notice."""
    register_notice_kind(
        DECIDED,
        LocalText("审核结果", "An editor's decision"),
        LocalText(
            "您提交的记录已发布、退回修改或被编辑撤下。",
            "What you submitted was published, returned with a reason, or withdrawn by an editor.",
        ),
    )


@transaction.atomic
def withdraw(*, actor: Actor, record: Record, version: int, reason: str, now: datetime) -> Record:
    """Take a record of others out of the catalogue as its editor, and tell its author why.

    Raises what `move_record` raises.
    """
    withdrawn = move_record(
        actor=actor, key=record.key, move="withdraw", version=version, now=now, reason=reason
    )
    author = record.submitted_by or record.created_by
    _tell(
        author.pk if author else None,
        withdrawn,
        LocalText("已撤下：{title}", "Withdrawn: {title}"),
        LocalText(
            f"编辑已将这条记录撤下，他人不再看到：\n\n{reason}\n\n您可以重新编辑后再提交。",
            f"An editor withdrew this record; others no longer see it:\n\n{reason}\n\n"
            "You can reopen it, change it and submit it again.",
        ),
        now=now,
    )
    return withdrawn


def _tell(
    author_id: int | None, record: Record, subject: LocalText, text: LocalText, *, now: datetime
) -> None:
    notify(
        hub_id=record.hub_id,
        user_ids=[author_id],
        kind=DECIDED,
        subject=subject,
        text=text,
        path=record_address("zh", record.kind, record.key),
        about_key=record.key,
        now=now,
    )
