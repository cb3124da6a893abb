"""The operator's table of travelling times, read from a file, and the assumptions of estimates."""

import os
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.core.checks import CheckMessage, Warning

from fairground.kernel.tables.errors import TableError
from fairground.kernel.tables.reading import read_table
from fairground.language.local_text import LocalText
from fairground.places.core.travel import Assumptions, BadRow, TravelTable, read_travel_rows

_TOLD = 20  # bad rows that the check lists


def travel_table() -> TravelTable:
    """Return the table named by FAIRGROUND_TRAVEL_TIMES, read again when the file changed; an empty one without it."""
    path = str(settings.TRAVEL_TIMES)
    if not path:
        return TravelTable()
    try:
        changed = os.stat(path).st_mtime_ns
    except OSError as error:
        return _unreadable(path, error.strerror or "")
    return _read(path, changed)


@lru_cache(maxsize=2)
def _read(path: str, changed: int) -> TravelTable:
    del changed  # only tells one state of the file from another
    try:
        table = read_table(path)
    except TableError as error:
        return _unreadable(path, str(error))
    rows = [(row.number, dict(zip(table.columns, row.cells, strict=False))) for row in table.rows]
    return read_travel_rows(table.columns, rows, Path(path).name)


def _unreadable(path: str, why: str) -> TravelTable:
    reason = LocalText(f"无法读取：{why}", f"cannot be read: {why}")
    return TravelTable(bad_rows=(BadRow(0, reason),), file=Path(path).name)


def assumptions() -> Assumptions:
    """Return what travelling times are estimated from, as the operator set it."""
    return Assumptions(
        settings.RAIL_KMH, settings.RAIL_EXTRA_MINUTES, settings.ROAD_KMH, settings.ROAD_EXTRA_MINUTES
    )


def check_travel_times(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    """List the rows of the table that are not used: file, row and reason (places.W001)."""
    table = travel_table()
    found: list[CheckMessage] = [
        Warning(f"{table.file}, row {bad.row}: {bad.why.in_language('en')}", id="places.W001")
        for bad in table.bad_rows[:_TOLD]
    ]
    if len(table.bad_rows) > _TOLD:
        found.append(
            Warning(f"{table.file}: {len(table.bad_rows) - _TOLD} more rows are not used", id="places.W001")
        )
    return found
