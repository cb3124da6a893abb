"""Storing files and removing them. Who may do so, and the log, is the caller's: see collect.attachments."""

import hashlib
from datetime import datetime
from functools import partial
from typing import BinaryIO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from fairground.files.core.errors import TooManyFilesError
from fairground.files.core.types import MOST_BYTES, clean_name, type_of
from fairground.files.models import Attachment
from fairground.language.local_text import LocalText

MOST_FILES = 20  # of one record


def store_file(
    *,
    hub_id: int,
    record_key: str,
    name: str,
    content: BinaryIO,
    now: datetime,
    added_by_id: int | None,
    visibility: str = Attachment.Visibility.OPEN,
    description: LocalText = LocalText(),
) -> tuple[Attachment, bool]:
    """Store one file of a record; return it, and whether it is new: the same file under the same name is stored once.

    To be called with the record locked, inside the transaction that logs it. Raises FileRefusedError,
    TooManyFilesError; nothing is stored then.
    """
    name = clean_name(name)
    taken = content.read(MOST_BYTES + 1)
    found = type_of(name, taken)
    digest = hashlib.sha256(taken).hexdigest()
    of_record = Attachment.objects.filter(record_key=record_key)
    if same := of_record.filter(sha256=digest, name=name).first():
        return same, False
    if of_record.count() >= MOST_FILES:
        raise TooManyFilesError(
            f"该记录已有 {MOST_FILES} 个附件，“{name}”没有上传。请先删除不再需要的附件。",
            f"The record has {MOST_FILES} files already, so {name} was not taken in. Remove one that is not needed.",
        )
    attachment = Attachment(
        hub_id=hub_id,
        record_key=record_key,
        name=name,
        ending=found.ending,
        media_type=found.media_type,
        size=len(taken),
        sha256=digest,
        visibility=visibility,
        description=description,
        added_at=now,
        added_by_id=added_by_id,
    )
    default_storage.save(attachment.stored_as, ContentFile(taken))
    try:
        with transaction.atomic():
            attachment.save()
    except BaseException:
        default_storage.delete(attachment.stored_as)
        raise
    return attachment, True


def remove_file(attachment: Attachment) -> None:
    """Remove a file; its content goes when the transaction is over, so that a failed one loses nothing."""
    transaction.on_commit(partial(default_storage.delete, attachment.stored_as))
    attachment.delete()


def sweep_files(now: datetime) -> int:
    """Remove contents that no row knows (a process died between content and row), a day old; return how many."""
    known = set(Attachment.objects.values_list("key", flat=True))
    removed = 0
    folders, _ = default_storage.listdir("") if default_storage.exists("") else ([], [])
    for folder in folders:
        for name in default_storage.listdir(folder)[1]:
            path = f"{folder}/{name}"
            if name not in known and (now - default_storage.get_modified_time(path)).days >= 1:
                default_storage.delete(path)
                removed += 1
    return removed
