"""The files of records: added and removed by those who answer for the record, read by those who may read it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, BinaryIO

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.http import FileResponse, Http404, HttpRequest
from django.urls import reverse
from django.views.decorators.http import require_safe

from fairground.accounts.actors import Actor
from fairground.accounts.core import states
from fairground.accounts.core.roles import REVIEW_RECORDS
from fairground.accounts.errors import MoveRefusedError, NotAllowedError, NotFoundError
from fairground.accounts.models import Grant, Record
from fairground.accounts.policies import is_owner, opened, readable
from fairground.accounts.services import lock_record
from fairground.audit.services import record_change
from fairground.files.holders import holders
from fairground.files.models import Attachment
from fairground.files.services import remove_file, store_file, sweep_files
from fairground.language.local_text import LocalText


@transaction.atomic
def add_attachment(
    *,
    actor: Actor,
    key: str,
    name: str,
    content: BinaryIO,
    now: datetime,
    visibility: str = Attachment.Visibility.OPEN,
    description: LocalText = LocalText(),
) -> Attachment:
    """Add a file to a record and log it; the same file again changes nothing.

    Parameters
    ----------
    key : the record's
    name, content : the file as it was brought; `content` is read once, from where it stands
    visibility : 'open' to whoever may read the record, or 'protected'

    The owner adds to a draft, and protected files at any time; what everybody may read goes past a second pair of
    eyes, so that on a record that was submitted only an editor adds an open file.

    Raises
    ------
    NotFoundError, NotAllowedError, MoveRefusedError; FileRefusedError, TooManyFilesError. Nothing is stored then.
    """
    record, _ = lock_record(actor, key)
    if not (is_owner(actor, record) or actor.may(REVIEW_RECORDS)):
        raise NotAllowedError(
            "只有所属单位或作者可以添加附件。", "Only its author or organisation adds files to it."
        )
    is_open = visibility == Attachment.Visibility.OPEN
    if is_open and record.state != states.DRAFT and not actor.may(REVIEW_RECORDS):
        raise MoveRefusedError(
            "该记录已提交，公开附件须由编辑添加，文件没有上传。请先撤回为草稿，或联系编辑；保密附件可以随时添加。",
            "This record was submitted, so an editor adds its open files; the file was not taken in. Recall the "
            "record, or ask an editor. Protected files can be added at any time.",
        )
    attachment, is_new = store_file(
        hub_id=record.hub_id,
        record_key=record.key,
        name=name,
        content=content,
        now=now,
        added_by_id=actor.user_id,
        visibility=visibility,
        description=description,
    )
    if is_new:
        _log(actor, record, "attach", after=_told(attachment), now=now)
    return attachment


@transaction.atomic
def remove_attachment(*, actor: Actor, key: str, now: datetime, reason: str = "") -> None:
    """Remove a file (by its own key) from its record and log it.

    Raises NotFoundError, also for a file the actor may not read, and NotAllowedError.
    """
    attachment = find_attachment(actor, key, now=now)
    record, _ = lock_record(actor, attachment.record_key)
    if not (is_owner(actor, record) or actor.may(REVIEW_RECORDS)):
        raise NotAllowedError(
            "只有所属单位或作者可以删除附件。", "Only its author or organisation removes its files."
        )
    _log(actor, record, "detach", before=_told(attachment), now=now, reason=reason)
    remove_file(attachment)


def attachments_of(
    actor: Actor, record: Record, *, now: datetime | None = None, may_open: bool | None = None
) -> Sequence[Attachment]:
    """Return the files of a record that this actor may read, in the order they were added.

    `record` is one the actor may read; `may_open` tells whether its protected detail is open to them, None where that
    is not known yet. At most two queries, one where no file is protected or it is known.
    """
    found = list(Attachment.objects.filter(record_key=record.key))
    protected = [each for each in found if each.visibility == Attachment.Visibility.PROTECTED]
    if may_open is None:
        may_open = not protected or is_owner(actor, record) or _may_open(actor, record.key, now)
    if may_open:
        return found
    return [each for each in found if each not in protected]


def attachment_rows(
    actor: Actor, record: Record, *, now: datetime | None = None, may_open: bool | None = None
) -> list[dict[str, Any]]:
    """Return the same as web/components/attachments.html shows it."""
    return [
        {
            "key": each.key,
            "name": each.name,
            "url": address_of(each),
            "size": each.size,
            "kind": each.ending.upper(),
            "date": each.added_at,
            "description": each.description,
            "is_protected": each.visibility == Attachment.Visibility.PROTECTED,
        }
        for each in attachments_of(actor, record, now=now, may_open=may_open)
    ]


def address_of(attachment: Attachment) -> str:
    """Return the address that hands the file out."""
    address: str = reverse("attachment", args=[attachment.key, attachment.name])
    return address


def find_attachment(actor: Actor, key: str, *, now: datetime | None = None) -> Attachment:
    """Return one file if the actor may read it. Raises NotFoundError; unknown and forbidden answer alike."""
    attachment = Attachment.objects.filter(key=key, hub_id=actor.hub_id).first()
    if attachment is None:
        raise NotFoundError
    is_protected = attachment.visibility == Attachment.Visibility.PROTECTED
    may_read = Record.objects.filter(readable(actor, now=now), key=attachment.record_key).exists()
    if not may_read or (is_protected and not _may_open(actor, attachment.record_key, now)):
        raise NotFoundError
    return attachment


def sweep_attachments(now: datetime) -> int:
    """Remove the files of records that are no more, such as deleted drafts, and stray contents; return how many."""
    orphans = Attachment.objects.filter(~Exists(Record.objects.filter(key=OuterRef("record_key"))))
    for holds in holders():
        orphans = orphans.filter(~Exists(holds(OuterRef("record_key"))))
    removed = 0
    for orphan in list(orphans[:1_000]):
        remove_file(orphan)
        removed += 1
    return removed + sweep_files(now)


@require_safe
def hand_out(request: HttpRequest, key: str, name: str) -> FileResponse:
    """Hand a file out as a download, whatever it is; a browser neither shows nor runs it."""
    try:
        attachment = find_attachment(request.actor, key)
        if attachment.name != name:
            raise NotFoundError
        return as_download(attachment)
    except (NotFoundError, FileNotFoundError):
        raise Http404 from None


def as_download(attachment: Attachment) -> FileResponse:
    """Return a file as a download that a browser neither shows nor runs. Raises FileNotFoundError."""
    content = default_storage.open(attachment.stored_as, "rb")
    response = FileResponse(
        content, as_attachment=True, filename=attachment.name, content_type=attachment.media_type
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _may_open(actor: Actor, record_key: str, now: datetime | None) -> bool:
    return bool(Record.objects.filter(opened(actor, Grant.Scope.PROTECTED, now=now), key=record_key).exists())


def _told(attachment: Attachment) -> dict[str, Any]:
    """Return what the log says: history is read by more people than a protected file, so of one it says little."""
    told: dict[str, Any] = {"key": attachment.key, "visibility": attachment.visibility}
    if attachment.visibility == Attachment.Visibility.OPEN:
        told |= {"name": attachment.name, "size": attachment.size, "sha256": attachment.sha256}
    return {"attachment": told}


def _log(
    actor: Actor,
    record: Record,
    action: str,
    *,
    now: datetime,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> None:
    record_change(
        hub_id=record.hub_id,
        at=now,
        actor_id=actor.user_id,
        actor_name=actor.name,
        kind=record.kind,
        key=record.key,
        version=record.version,
        action=action,
        before=before,
        after=after,
        reason=reason,
    )
