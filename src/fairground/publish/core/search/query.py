"""What is asked: `SearchRequest`, its words, and the conditions they make.

A query is cut into units, each a word or a listed term of several words. A document meets a unit by having its
words, or one of its other names at a lower weight. Nothing in the text is syntax.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

import tantivy

from fairground.language.tokens import ENGLISH_STOP_WORDS, surface_forms
from fairground.publish.core.search.analysis import is_han
from fairground.publish.core.search.documents import COUNTED_FACETS, FACETS, PUBLIC
from fairground.publish.core.search.synonyms import (
    LONGEST_TERM,
    Alternative,
    alternatives,
    dictionary_alternatives,
    key_of,
)

Sort = Literal["relevance", "newest", "title", "deadline"]

LONGEST_QUERY = 500  # characters
MOST_WORDS = 24
_TITLE_BOOST = 2.5
_NEAR_BOOST = 1.2
_SEGMENTED_BOOST = 0.5
_CLOSE_BOOST = 1.5
_MOST_CLOSE = 6  # words whose closeness counts


@dataclass(frozen=True)
class SearchRequest:
    """What is asked of the index.

    `text` : as typed. Blank, or without a word that can be searched: everything is found.
    `audience` : the terms of the asker; a document is found where one of them is among its own.
    `filters` : facet → values; one of the values must be there (or), in each facet (and).
    `excluded` : facet → values, none of which may be there.
    `trl` : least and highest level, both included; joins the filter of the facet 'trl'.
    `until` : earliest and latest end of validity or deadline, seconds since 1970, both included, None: any. A
        document without one meets the first alone (it is open), never the second.
    `amount` : least and highest amount, minor units, None: any. A document meets it where its own range reaches
        into it, and does not where it names no amount. Name the currency among the filters.
    `bounds` : west, north, east, south in the mercator square, each in [0, 1], y southward: only what has a place
        and stands there, edges included. West beyond east reaches across 180°. None: wherever, and without a place.
    `without` : words; a document that has any of them is left out.
    `demonstration` : only invented records, only real ones, or (None) both.
    `sort` : 'relevance' is 'newest' where there is no text.
    `language` : of the reader, 'zh' or 'en': order of titles, side of a snippet.
    `now` : seconds since 1970; sorting by deadline puts what is over last.
    `offset`, `limit` : which hits, both ≥ 0.
    `facets` : those to count; of each the most frequent `MOST_VALUES` values are told.
    """

    text: str = ""
    audience: tuple[str, ...] = (PUBLIC,)
    kinds: tuple[str, ...] = ()
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    excluded: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    trl: tuple[int, int] | None = None
    until: tuple[int | None, int | None] = (None, None)
    amount: tuple[int | None, int | None] = (None, None)
    bounds: tuple[float, float, float, float] | None = None
    without: str = ""
    demonstration: bool | None = None
    sort: Sort = "relevance"
    language: str = "zh"
    now: int = 0
    offset: int = 0
    limit: int = 20
    facets: tuple[str, ...] = COUNTED_FACETS

    def __post_init__(self) -> None:
        unknown = (set(self.filters) | set(self.excluded) | set(self.facets)) - set(FACETS)
        if unknown:
            raise ValueError(f"unknown facets {sorted(unknown)}; known are {', '.join(FACETS)}")
        if self.offset < 0 or self.limit < 0:
            raise ValueError("offset and limit must not be negative")

    def counted(self) -> Hashable:
        """Return what the counts depend on besides the words."""
        excluded = {facet: frozenset(values) for facet, values in self.excluded.items()}
        return (
            frozenset(self.audience),
            frozenset(self.all_filters().items()),
            frozenset(excluded.items()),
            self.demonstration,
            self.until,
            self.amount,
            self.without,
            self.bounds,
            self.facets,
        )

    def all_filters(self) -> dict[str, frozenset[str]]:
        """Return the values of each filtered facet, with `kinds` and `trl` among them."""
        found = {facet: frozenset(values) for facet, values in self.filters.items() if values}
        if self.kinds:
            found["kind"] = frozenset(self.kinds) & found.get("kind", frozenset(self.kinds))
        if self.trl is not None:
            levels = frozenset(str(level) for level in range(self.trl[0], self.trl[1] + 1))
            found["trl"] = levels & found.get("trl", levels)
        return found


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a query: its token, and as it was typed."""

    token: str
    printed: str


@dataclass(frozen=True, slots=True)
class Unit:
    """One thing asked for: a word or a listed term, and its other names."""

    words: tuple[Word, ...]
    alternatives: tuple[Alternative, ...]

    @property
    def printed(self) -> str:
        """The unit as it was typed."""
        chinese = all(is_han(word.token) for word in self.words)
        return ("" if chinese else " ").join(word.printed for word in self.words)

    @property
    def tokens(self) -> tuple[str, ...]:
        """The tokens of its own words."""
        return tuple(word.token for word in self.words)


@dataclass(frozen=True, slots=True)
class Words:
    """A query in units. `shortened`: it was longer than is read."""

    units: tuple[Unit, ...]
    shortened: bool = False

    @property
    def tokens(self) -> tuple[str, ...]:
        """The tokens of all units in order."""
        return tuple(token for unit in self.units for token in unit.tokens)


def read_words(text: str, *, expand: bool = True) -> Words:
    """Cut a typed text into units; each different word once, at most `MOST_WORDS`."""
    words: list[Word] = []
    seen: set[str] = set()
    found = surface_forms(text[:LONGEST_QUERY])
    for token, printed in found:
        if token not in seen and token.strip():
            seen.add(token)
            words.append(Word(token, printed))
    shortened = len(words) > MOST_WORDS or len(text.rstrip()) > LONGEST_QUERY
    return Words(tuple(_units(words[:MOST_WORDS], expand)), shortened)


def _units(words: Sequence[Word], expand: bool) -> list[Unit]:
    units: list[Unit] = []
    start = 0
    while start < len(words):
        for length in range(min(LONGEST_TERM, len(words) - start) if expand else 1, 0, -1):
            own = tuple(words[start : start + length])
            others = alternatives(key_of([word.token for word in own])) if expand else ()
            if others or length == 1:
                if not others and expand:
                    others = dictionary_alternatives(own[0].token)
                units.append(Unit(own, others))
                start += length
                break
    return units


def all_of(schema: tantivy.Schema, words: Words) -> tantivy.Query:
    """Return the query that every unit must meet; words that stand close together count more."""
    parts = [(tantivy.Occur.Must, unit_query(schema, unit)) for unit in words.units]
    tokens = words.tokens
    if 1 < len(tokens) <= _MOST_CLOSE:
        close = tantivy.Query.phrase_query(schema, "words", list(tokens), slop=1)
        parts.append((tantivy.Occur.Should, tantivy.Query.boost_query(close, _CLOSE_BOOST)))
    return tantivy.Query.boolean_query(parts)


def some_of(schema: tantivy.Schema, units: Sequence[Unit]) -> tantivy.Query:
    """Return the query that at least half of the units must meet."""
    return tantivy.Query.boolean_query(
        [(tantivy.Occur.Should, unit_query(schema, unit)) for unit in units],
        minimum_number_should_match=max(1, (len(units) + 1) // 2),
    )


def unit_query(schema: tantivy.Schema, unit: Unit) -> tantivy.Query:
    """Return the query one unit makes: its words, or one of its other names at its weight."""
    own = _every([_word_query(schema, word.token) for word in unit.words])
    if not unit.alternatives:
        return own
    others = [
        tantivy.Query.boost_query(_name_query(schema, other.tokens), other.weight)
        for other in unit.alternatives
    ]
    return tantivy.Query.boolean_query([(tantivy.Occur.Should, query) for query in (own, *others)])


def _every(queries: Sequence[tantivy.Query]) -> tantivy.Query:
    if len(queries) == 1:
        return queries[0]
    return tantivy.Query.boolean_query([(tantivy.Occur.Must, query) for query in queries])


def _word_query(schema: tantivy.Schema, token: str) -> tantivy.Query:
    def term(name: str, boost: float) -> tuple[tantivy.Occur, tantivy.Query]:
        tokens = [token] if name.endswith("words") else _grams(token)
        query = _every([tantivy.Query.term_query(schema, name, part) for part in tokens])
        return tantivy.Occur.Should, tantivy.Query.boost_query(query, boost)

    required = (tantivy.Occur.Must, _found_query(schema, token))
    if not is_han(token):
        return tantivy.Query.boolean_query(
            [required, term("title_words", _TITLE_BOOST), term("near_words", _NEAR_BOOST)]
        )
    scored = [required, term("words", _SEGMENTED_BOOST)]
    if len(token) > 1:
        scored += [term("title_grams", _TITLE_BOOST), term("near_grams", _NEAR_BOOST)]
    else:
        scored += [term("title_words", _TITLE_BOOST), term("near_words", _NEAR_BOOST)]
    return tantivy.Query.boolean_query(scored)


def _found_query(schema: tantivy.Schema, token: str) -> tantivy.Query:
    """Return the query that decides whether a word is in a document at all."""
    if not is_han(token):
        return tantivy.Query.term_query(schema, "words", token)
    if len(token) == 1:
        return tantivy.Query.term_query(schema, "chars", token)
    grams = _grams(token)
    if len(grams) == 1:
        return tantivy.Query.term_query(schema, "grams", grams[0])
    return tantivy.Query.phrase_query(schema, "grams", list(grams))


def _name_query(schema: tantivy.Schema, tokens: Sequence[str]) -> tantivy.Query:
    """Return the query for another name: its words side by side."""
    if len(tokens) > 1 and not any(is_han(token) for token in tokens):
        return tantivy.Query.phrase_query(schema, "words", list(tokens))
    return _every([_found_query(schema, token) for token in tokens])


def _grams(token: str) -> list[str]:
    return [first + second for first, second in pairwise(token)]


def words_left_out(text: str) -> tuple[str, ...]:
    """Return the words of a text too frequent or too short to be searched, as typed."""
    return tuple(
        word
        for word in dict.fromkeys(text[:LONGEST_QUERY].split())
        if any(sign.isalnum() for sign in word)
        and (word.lower() in ENGLISH_STOP_WORDS or not surface_forms(word))
    )
