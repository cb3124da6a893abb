"""Ids for rows that bring none, and different ids for rows that bring the same."""

import hashlib
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import count


def content_identifier(prefix: str, parts: Iterable[str]) -> str:
    """Return an id made from what a record says: the same words give the same id in every run and place.

    Parameters
    ----------
    prefix : what kind of thing it is, such as 'need'
    parts : the texts; Unicode form and spacing do not matter, order does

    >>> content_identifier("need", ["轻质  铝合金"]) == content_identifier("need", ["轻质 铝合金"])
    True
    """
    normal = [" ".join(unicodedata.normalize("NFKC", part).split()) for part in parts]
    # Length first, so that ('ab', 'c') and ('a', 'bc') differ.
    joined = "".join(f"{len(part)}:{part}" for part in normal)
    digest = hashlib.sha256(joined.encode("utf-8", "replace")).hexdigest()
    return f"{prefix}-{digest[:12]}"


def unique_identifiers(identifiers: Sequence[str]) -> list[str]:
    """Return the ids with '-2', '-3' behind repeated ones; the first of each keeps its own.

    An added suffix never meets an id that stands in the list itself.

    >>> unique_identifiers(["a", "a", "a-2", "b"])
    ['a', 'a-3', 'a-2', 'b']
    """
    taken = set(identifiers)
    seen: set[str] = set()
    next_number: dict[str, int] = {}
    unique = []
    for identifier in identifiers:
        if identifier in seen:
            numbers = count(next_number.get(identifier, 2))
            number = next(n for n in numbers if f"{identifier}-{n}" not in taken)
            next_number[identifier] = number + 1
            identifier = f"{identifier}-{number}"
            taken.add(identifier)
        seen.add(identifier)
        unique.append(identifier)
    return unique
