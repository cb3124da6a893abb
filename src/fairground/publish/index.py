"""The search index of this installation: built from the database, kept up by reading the change log.

The index holds how far in the log it has read, committed together with what it read; a process killed anywhere
reads that part again, which is harmless.
"""

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import django
from django.conf import settings
from django.db import connection, transaction

from fairground.accounts.kinds import kinds
from fairground.accounts.models import Record
from fairground.audit.models import Change
from fairground.audit.selectors import (
    changes_after,
    cursor_of,
    last_position,
    position_in,
    position_of,
)
from fairground.database.statistics import refresh_statistics
from fairground.publish.core.search.errors import IndexMissingError, IndexOutdatedError
from fairground.publish.core.search.index import SearchIndex
from fairground.publish.documents import (
    all_documents,
    document_parts,
    documents_of,
    keys_of_organisation,
)

AT_ONCE = 1000  # changes read in one step
_IN_ONE_PROCESS = 10_000  # records
_MOST_PROCESSES = 4  # more would wait for the one that writes


@dataclass(frozen=True, slots=True)
class IndexDifference:
    """What stands in the way of 'the index equals the database': keys, none where it does."""

    missing: tuple[str, ...]
    left_over: tuple[str, ...]
    different: tuple[str, ...]
    documents: int

    @property
    def is_equal(self) -> bool:
        return not (self.missing or self.left_over or self.different)


@cache
def _index_in(folder: Path) -> SearchIndex:
    return SearchIndex(folder)


def search_index() -> SearchIndex:
    """Return the index of this installation, one object a process."""
    return _index_in(Path(settings.INDEX_FOLDER))


def rebuild_index() -> int:
    """Build the index anew from the database; return the number of documents. The old one serves until then."""
    # What is written while the documents are read is in the log after this position and is read again.
    position = last_position()
    refresh_statistics()
    # A new process takes a second to begin; and only what is committed can be seen from it.
    is_many = Record.objects.count() > _IN_ONE_PROCESS and not connection.in_atomic_block
    return search_index().rebuild_from(
        document_parts(),
        cursor=cursor_of(position),
        processes=min(os.cpu_count() or 1, _MOST_PROCESSES) if is_many else 1,
        set_up=django.setup,
    )


def follow_log() -> int:
    """Bring the index up to the log; return the changes read. Rebuilds where it cannot be followed.

    Raises IndexBusyError where another process is following.
    """
    index = search_index()
    try:
        position = position_in(index.refresh().cursor)
    except (IndexMissingError, IndexOutdatedError):
        position = None
    if position is None:
        rebuild_index()
        return 0
    read = 0
    changes = changes_after(position, limit=AT_ONCE)
    if not changes:
        return 0
    with index.writer() as writer:
        while changes:
            keys = _touched(changes)
            # One view of the database: a record must not be read half before and half after a write.
            with transaction.atomic():
                documents = list(documents_of(sorted(keys)))
            gone = keys - {document.key for document in documents}
            position = position_of(changes[-1])
            writer.apply(documents, gone, cursor=cursor_of(position))
            read += len(changes)
            changes = changes_after(position, limit=AT_ONCE)
    return read


def check_index() -> IndexDifference:
    """Compare what the index holds with what the database says now, document by document."""
    held = search_index().contents()
    missing: list[str] = []
    different: list[str] = []
    seen: set[str] = set()
    for document in all_documents():
        seen.add(document.key)
        contents = held.get(document.key)
        if contents is None:
            missing.append(document.key)
        elif contents != (document.version, document.digest):
            different.append(document.key)
    left_over = sorted(set(held) - seen)
    return IndexDifference(tuple(missing), tuple(left_over), tuple(different), len(seen))


def _touched(changes: list[Change]) -> set[str]:
    known = {kind.code for kind in kinds()}
    keys = {change.key for change in changes if change.kind in known}
    for change in changes:
        if change.kind == "organisation":
            keys.update(keys_of_organisation(change.key))
    return keys
