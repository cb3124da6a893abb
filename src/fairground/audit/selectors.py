"""Reading the log: one record's history, and what came after a cursor."""

from dataclasses import dataclass

from django.db.models import QuerySet

from fairground.audit.models import Change
from fairground.database.transactions import finished_below


@dataclass(frozen=True, slots=True, order=True)
class LogPosition:
    """A place in the log: everything up to and including it was read."""

    transaction: int = 0
    sequence: int = 0


def changes_of(kind: str, key: str) -> QuerySet[Change]:
    """Return one record's changes, newest first."""
    return Change.objects.filter(kind=kind, key=key).order_by("-id")


def changes_after(position: LogPosition, *, limit: int) -> list[Change]:
    """Return at most `limit` changes after `position`, in an order in which none can appear later before another.

    Rows of transactions that are still running, or younger than one that is, wait for the next call.
    """
    finished = finished_below()
    rows = Change.objects.all() if finished is None else Change.objects.filter(transaction__lt=finished)
    # One after the other, each a range of the index: asked as one, SQLite reads the whole log for what comes after it.
    same = rows.filter(transaction=position.transaction, id__gt=position.sequence).order_by("id")
    found = list(same[:limit])
    if len(found) < limit:
        later = rows.filter(transaction__gt=position.transaction).order_by("transaction", "id")
        found += later[: limit - len(found)]
    return found


def position_of(change: Change) -> LogPosition:
    """Return the place of one row that was read from the database."""
    return LogPosition(change.transaction, change.pk)


def last_position() -> LogPosition:
    """Return the place of the last row that is safe to have read: where a full rebuild of an index begins to follow."""
    rows = Change.objects.all()
    finished = finished_below()
    if finished is not None:
        rows = rows.filter(transaction__lt=finished)
    last = rows.order_by("-transaction", "-id").first()
    return position_of(last) if last else LogPosition()


def cursor_of(position: LogPosition) -> str:
    """Return a position in words that can be kept, with what tells this log from another one."""
    return f"{_log_id()} {position.transaction} {position.sequence}"


def position_in(cursor: str | None) -> LogPosition | None:
    """Return the position a cursor stands for; None where it belongs to another log or is ahead of this one."""
    if not cursor:
        return None
    log, read_transaction, sequence = cursor.rsplit(" ", 2)
    position = LogPosition(int(read_transaction), int(sequence))
    if log != _log_id() and not (log == "empty" and position == LogPosition()):
        return None
    return position if position <= last_position() else None


def _log_id() -> str:
    first = Change.objects.order_by("pk").values_list("pk", "at").first()
    return "empty" if first is None else f"{first[0]}@{first[1].timestamp():.6f}"
