"""What may be meant while it is being typed: titles, names, and terms of the code lists."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import tantivy

from fairground.language.local_text import LocalText
from fairground.language.normalise import fold
from fairground.publish.core.search.analysis import PREFIX_LENGTH, cut, is_han, starts_of
from fairground.publish.core.search.reader import SearchReader
from fairground.publish.core.search.snippets import title_of

MOST = 8
_LONGEST = 80  # characters of what is typed
_LOOKED_AT = 24  # documents fetched
_STARTS_BOOST = 8.0


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One line under the box.

    `text` : to show and to search. `kind` : kind of the record, or code of the facet of a term.
    `key` : of the record, '' for a term. `value` : code of the term, '' for a record.
    """

    text: str
    kind: str
    key: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    """A term of a code list that may be suggested: facet, code, name and other names."""

    facet: str
    value: str
    name: LocalText
    aliases: tuple[str, ...] = ()


class Terms:
    """Terms of code lists made ready for suggesting; make it once."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self._terms = [
            (term, [_folded(name) for name in (term.name.zh, term.name.en, *term.aliases) if name])
            for term in terms
        ]

    def beginning_with(self, typed: str, language: str, most: int) -> list[Suggestion]:
        """Return terms one of whose names begins with `typed`, then those with a word that does."""
        wanted = _folded(typed)
        found: tuple[list[Suggestion], list[Suggestion]] = ([], [])
        for term, names in self._terms:
            rank = min((_rank(wanted, name) for name in names), default=2)
            if rank < 2:
                found[rank].append(Suggestion(term.name.in_language(language), term.facet, value=term.value))
        return [*found[0], *found[1]][:most]


NO_TERMS = Terms(())


def suggest(
    reader: SearchReader,
    typed: str,
    audience: Collection[str],
    *,
    language: str = "zh",
    kinds: Collection[str] = (),
    terms: Terms = NO_TERMS,
    most: int = MOST,
) -> tuple[Suggestion, ...]:
    """Return what may be meant by what is typed so far, at most `most`, each text once.

    Titles and names that begin with it come first, then those with a word that does (Chinese: that have it
    anywhere). Records the asker may not see are never looked at. Up to three lines are terms of code lists.
    """
    typed = typed.strip()[:_LONGEST]
    tokens = cut(typed).printed
    if not tokens:
        return ()
    found = terms.beginning_with(typed, language, 3)
    query = _query(reader.schema, tokens, audience)
    ranked: list[tuple[int, Suggestion]] = []
    for row in reader.find_best(query, _LOOKED_AT).tolist():
        source = reader.source(row)
        if kinds and source["kind"] not in kinds:
            continue
        rank, text = _best_name(source, _folded(typed), language)
        if rank < 2:
            ranked.append((rank, Suggestion(text, source["kind"], key=source["key"])))
    ranked.sort(key=lambda pair: pair[0])
    lines: dict[str, Suggestion] = {}
    for line in (*found, *(line for _, line in ranked)):
        lines.setdefault(line.text, line)
    return tuple(lines.values())[:most]


def _query(schema: tantivy.Schema, tokens: list[str], audience: Collection[str]) -> tantivy.Query:
    def term(name: str, text: str) -> tantivy.Query:
        return tantivy.Query.term_query(schema, name, text)

    must = [term("prefixes", token[:PREFIX_LENGTH]) for token in tokens]
    must += [
        term("title_grams", first + second)
        for first, second in pairwise(tokens)
        if is_han(first) and is_han(second)
    ]
    start = tantivy.Query.boost_query(term("prefixes", starts_of(tokens)[-1]), _STARTS_BOOST)
    visible = tantivy.Query.term_set_query(schema, "audience", sorted(audience))
    return tantivy.Query.boolean_query(
        [
            *((tantivy.Occur.Must, query) for query in must),
            (tantivy.Occur.Must, tantivy.Query.const_score_query(visible, 0.0)),
            (tantivy.Occur.Should, start),
        ]
    )


def _best_name(source: dict[str, Any], wanted: str, language: str) -> tuple[int, str]:
    """Return how well the best name fits (0 begins, 1 contains, 2 not) and the text to show.

    A name in the other language is shown as it is: the reader typed it.
    """
    shown = title_of(source, language)
    names = [shown, *(side for text in (source["title"], *source["names"]) for side in text if side)]
    return min(((_rank(wanted, _folded(name)), place, name) for place, name in enumerate(names)))[::2]


def _rank(wanted: str, name: str) -> int:
    if name.startswith(wanted):
        return 0
    start = name.find(wanted)
    while start > 0:
        if is_han(wanted[0]) or not name[start - 1].isalnum() or is_han(name[start - 1]):
            return 1
        start = name.find(wanted, start + 1)
    return 2


def _folded(text: str) -> str:
    return " ".join(fold(text).lower().split())
