"""What carries files besides records: a later stage says so, and its files are not swept as nobody's."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

Holds = Callable[[Any], QuerySet[Any]]
_HOLDERS: list[Holds] = []


def register_holder(holds: Holds) -> None:
    """Let `holds(key)` return the rows that carry the files stored under `key`. Called from an app's `ready`."""
    if holds not in _HOLDERS:
        _HOLDERS.append(holds)


def holders() -> tuple[Holds, ...]:
    """Return what was registered."""
    return tuple(_HOLDERS)
