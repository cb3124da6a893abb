"""What the database knows about its own tables, by which it chooses how to search them.

PostgreSQL looks by itself, within a minute. SQLite never does: among 150,000 records it then reads all of a hub's to
find twenty by their keys, because it takes 'of this hub' for as rare as 'with this key'.
"""

from django.db import connections

_LOOKED_AT = 400  # entries of each index: enough to tell a common value from a rare one, in milliseconds


def refresh_statistics(using: str = "default") -> None:
    """Let the database look at its tables. Harmless at any time; new connections make use of it."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"PRAGMA analysis_limit={_LOOKED_AT}")
        cursor.execute("ANALYZE")
