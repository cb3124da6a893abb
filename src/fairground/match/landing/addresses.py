"""A statement in an address: /landing/answer/?must=space:3000平米厂房&should=policy:创新券. Nothing about a person."""

from collections.abc import Iterable, Sequence

from django.http import QueryDict
from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode

from fairground.match.core.landing.statement import (
    KINDS,
    LEVELS,
    MUST,
    SHOULD,
    Statement,
    Wish,
    cleaned,
    read_written,
    stated,
    written,
)

MOST_VALUES = 30  # of one parameter that are read
MOST_COMPARED = 4


def statement_in(parameters: QueryDict) -> Statement:
    """Read the statement of an address; what cannot be read stands in `unused`."""
    wishes: list[Wish] = []
    unused = [text for value in parameters.getlist("unused")[:MOST_VALUES] if (text := cleaned(value))]
    for level in LEVELS:
        found, unread = read_written(level, parameters.getlist(level)[:MOST_VALUES])
        wishes += found
        unused += unread
    return stated(wishes, unused)


def statement_of_rows(parameters: QueryDict) -> Statement:
    """Read the statement of the form: rows of a kind, a text and a level; rows left empty are none."""
    rows = zip(
        parameters.getlist("kind")[:MOST_VALUES],
        parameters.getlist("need"),
        parameters.getlist("level"),
        strict=False,
    )
    wishes = [
        Wish(kind, text, level if level in LEVELS else MUST)
        for kind, need, level in rows
        if kind in KINDS and (text := cleaned(need))
    ]
    return stated(
        wishes, [text for value in parameters.getlist("unused")[:MOST_VALUES] if (text := cleaned(value))]
    )


def parameters_of(statement: Statement, offer: str = "") -> list[tuple[str, str]]:
    """Return a statement as parameters; `offer` is the key of the own offer it came from, '' without."""
    found = [(wish.level, written(wish)) for wish in statement.wishes]
    found += [("unused", text) for text in statement.unused]
    return [*found, ("offer", offer)] if offer else found


def address(name: str, statement: Statement, offer: str = "", more: Iterable[tuple[str, str]] = ()) -> str:
    """Return the address of a landing page ('landing', 'landing_answer', 'landing_compare') for a statement."""
    query = urlencode([*parameters_of(statement, offer), *more])
    return f"{reverse(f'match:{name}')}?{query}" if query else reverse(f"match:{name}")


def without(statement: Statement, wish: Wish) -> Statement:
    """Return the statement without one wish."""
    return Statement(tuple(other for other in statement.wishes if other != wish), statement.unused)


def turned(statement: Statement, wish: Wish) -> Statement:
    """Return the statement with one must as a should, or the other way round."""
    level = SHOULD if wish.level == MUST else MUST
    return stated(
        [Wish(one.kind, one.text, level) if one == wish else one for one in statement.wishes],
        statement.unused,
    )


def page_if_any(name: str, args: Sequence[str] = ()) -> str:
    """Return the address of a page that an installation may lack, '' where it does."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
