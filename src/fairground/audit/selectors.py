"""Reading the log: one record's history, and what came after a cursor."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

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
    rows = Change.objects.filter(
        Q(transaction__gt=position.transaction)
        | Q(transaction=position.transaction, id__gt=position.sequence)
    )
    finished = finished_below()
    if finished is not None:
        rows = rows.filter(transaction__lt=finished)
    return list(rows.order_by("transaction", "id")[:limit])


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
