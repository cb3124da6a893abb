"""What the house holds on one person, part by part: shown, exported and erased from one list.

Each app registers its part when Django starts, with the models whose rows it answers for. A model with a person's
data that no part names fails a test (`tests/test_held_everywhere.py`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fairground.accounts.models import User
from fairground.language.local_text import LocalText

Row = Mapping[str, Any]  # plain JSON values


@dataclass(frozen=True, slots=True)
class HeldPart:
    """One part. `stays` says what erasure leaves and why; empty where nothing stays."""

    name: str
    label: LocalText
    reader: Callable[[User], Sequence[Row]]
    eraser: Callable[[User, datetime], None]
    models: frozenset[str]  # 'accounts.Consent'
    stays: LocalText = LocalText()


_PARTS: dict[str, HeldPart] = {}


def register_held(
    name: str,
    reader: Callable[[User], Sequence[Row]],
    eraser: Callable[[User, datetime], None],
    *,
    label: LocalText,
    models: Sequence[str],
    stays: LocalText = LocalText(),
) -> None:
    """Make a part known. Called once a part, from an app's `ready`.

    Parameters
    ----------
    name : its name in the export
    reader : returns the person's rows as plain JSON values, in the order they are shown
    eraser : takes the person and the time; runs inside the transaction of the erasure, before the account is
        blanked; deletes rows, or blanks what is personal in them
    models : labels of the models this part answers for ('publish.SavedSearch')
    stays : what is left and why, in both languages
    """
    _PARTS[name] = HeldPart(name, label, reader, eraser, frozenset(models), stays)


def held_parts() -> tuple[HeldPart, ...]:
    """Return all parts, in the order they were registered."""
    return tuple(_PARTS.values())


def everything_held(user: User) -> dict[str, list[Row]]:
    """Return all that is held on one person, as the export writes it."""
    return {part.name: list(part.reader(user)) for part in held_parts()}
