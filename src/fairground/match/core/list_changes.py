"""What changed between two versions of a results-and-needs list, and the numbers its entries keep.

Pure: frozen facts in, numbers and names of fields out. Why an entry is gone is told by as little as can be said: the
title of a record that is no longer public is nobody's to repeat.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Side = Literal["offer", "need"]
# 'expired': its own printed date is past. 'moved': still public, no longer of these regions and fields. Everything
# else, withdrawn, closed to the public or erased, is one word.
GoneReason = Literal["expired", "moved", "withdrawn"]
PREFIXES: Mapping[Side, str] = {
    "offer": "R",
    "need": "N",
}  # result 成果, need 需求: the same in both languages


@dataclass(frozen=True, slots=True)
class ListedEntry:
    """One record as a version printed it.

    `number` counts from 1 within its side and is never given to another record of the list. `facts` are plain values
    by name; only what was public stands there.
    """

    key: str
    side: Side
    number: int
    record_version: int
    facts: Mapping[str, Any]

    @property
    def printed_number(self) -> str:
        return printed_number(self.side, self.number)


@dataclass(frozen=True, slots=True)
class ChangedEntry:
    """An entry of both versions whose facts differ; `fields` in the order of the newer facts."""

    number: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GoneEntry:
    """An entry that the newer version does not have."""

    number: str
    reason: GoneReason


@dataclass(frozen=True, slots=True)
class ListChanges:
    """What is new, changed and gone, each in the order of its number: results first."""

    new: tuple[str, ...] = ()
    changed: tuple[ChangedEntry, ...] = ()
    gone: tuple[GoneEntry, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.new or self.changed or self.gone)


def printed_number(side: Side, number: int) -> str:
    """Return the number as it is printed.

    >>> printed_number("offer", 17), printed_number("need", 1204)
    ('R-017', 'N-1204')
    """
    return f"{PREFIXES[side]}-{number:03d}"


def number_entries(keys: Iterable[str], known: Mapping[str, int], last: int) -> tuple[dict[str, int], int]:
    """Give each key of one side its number: the one it had, or the next that was never given.

    Parameters
    ----------
    keys : in the order in which new ones are to be numbered
    known : the numbers given in earlier versions
    last : the highest number ever given, also to what is gone since

    Returns
    -------
    (number by key, highest number given now)
    """
    numbers: dict[str, int] = {}
    for key in keys:
        if key not in known and key not in numbers:
            last += 1
            numbers[key] = last
        elif key in known:
            numbers[key] = known[key]
    return numbers, last


def changes_between(
    before: Sequence[ListedEntry],
    after: Sequence[ListedEntry],
    *,
    reason_gone: Callable[[str], GoneReason],
) -> ListChanges:
    """Compare two versions of one list.

    Parameters
    ----------
    before, after : the entries of the two versions
    reason_gone : tells of the key of an entry of `before` alone why it is gone

    An entry whose record was saved again without another value of what is printed counts as unchanged.
    """
    old = {entry.key: entry for entry in before}
    new = {entry.key: entry for entry in after}
    ordered = sorted(after, key=_order)
    return ListChanges(
        new=tuple(entry.printed_number for entry in ordered if entry.key not in old),
        changed=tuple(
            ChangedEntry(entry.printed_number, fields)
            for entry in ordered
            if entry.key in old and (fields := differing_fields(old[entry.key].facts, entry.facts))
        ),
        gone=tuple(
            GoneEntry(entry.printed_number, reason_gone(entry.key))
            for entry in sorted(before, key=_order)
            if entry.key not in new
        ),
    )


def differing_fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names whose values differ; an empty value and none are the same.

    >>> differing_fields({"trl": 5, "price": None, "title": "a"}, {"title": "a", "trl": 7})
    ('trl',)
    """
    names = (*after, *(name for name in before if name not in after))
    return tuple(name for name in names if (before.get(name) or None) != (after.get(name) or None))


def _order(entry: ListedEntry) -> tuple[bool, int]:
    return entry.side != "offer", entry.number
