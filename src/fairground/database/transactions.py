"""The order in which transactions became visible.

On PostgreSQL a sequence gives out numbers in the order of asking, not of committing: a reader that remembers the
highest number it saw would skip a row that was written earlier and committed later. Each row of a log therefore
keeps its transaction's number, and a reader takes only rows of transactions below the oldest one still running.
SQLite has one writer at a time; there the row's own number is enough, and the transaction's number is 0.
"""

from typing import Any

from django.db import connections, models
from django.db.models import Func


class CurrentTransaction(Func):
    """The running transaction's number, as the database's default of a column."""

    template = "0"
    arity = 0
    output_field = models.BigIntegerField()
    allowed_default = True

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="((pg_current_xact_id()::text)::bigint)", **context)


def finished_below(using: str = "default") -> int | None:
    """Return the number below which every transaction is over, or None where the database orders rows itself."""
    connection = connections[using]
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT (pg_snapshot_xmin(pg_current_snapshot())::text)::bigint")
        (number,) = cursor.fetchone()
    return int(number)
