"""A request answered: hits of one page, counts of all facets, and what was made of the words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fairground.publish.core.search.columns import Columns, Mask, Rows, Selection, facet_counts
from fairground.publish.core.search.query import (
    SearchRequest,
    Unit,
    Words,
    all_of,
    read_words,
    some_of,
    unit_query,
    words_left_out,
)
from fairground.publish.core.search.reader import FacetCounts, Matches, SearchReader, first_rows
from fairground.publish.core.search.snippets import Marker, Parts, snippet_texts, title_of
from fairground.publish.core.search.spelling import better_word

# With fewer hits that have every word, hits that have some of them are added.
ENOUGH_HITS = 3


@dataclass(frozen=True, slots=True)
class Hit:
    """One document of a page. `score` compares hits of one page only, 0 without text."""

    key: str
    kind: str
    score: float
    title: Parts
    snippet: Parts


@dataclass(frozen=True, slots=True)
class Expansion:
    """A word or term of the query, and the other names that were searched too."""

    word: str
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SearchPage:
    """The answer to a request.

    `total` : hits on all pages. `complete` : so many of them have every word; they come first.
    `facets` : facet → (value, count), most frequent first; a facet's own filter does not narrow its counts.
    `suggestion` : the text with a slip mended, if that finds more; else None.
    `not_found` : words that no document visible to the asker has, as typed.
    `left_out` : words too short or too frequent to search. `shortened` : the text was longer than is read.
    """

    total: int
    hits: tuple[Hit, ...]
    facets: FacetCounts
    complete: int
    suggestion: str | None = None
    expansions: tuple[Expansion, ...] = ()
    not_found: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    shortened: bool = False

    @property
    def relaxed(self) -> bool:
        """Whether hits are among them that lack some of the words."""
        return self.complete < self.total


def search(reader: SearchReader, request: SearchRequest) -> SearchPage:
    """Answer a request from one state of the index.

    A hit has every word of the text, or another name of it. Where fewer than `ENOUGH_HITS` documents visible
    to the asker do, those that have at least half of the words that are found at all come after them.

    Cost: O(matches), and O(documents) where there is no text; see docs/decisions/search.md.
    """
    audience = reader.visible_to(request.audience)
    selection = _selection(reader, request, audience)
    words = read_words(request.text)
    if not words.units:
        return _page(reader, request, selection, None, words, ())
    matches = reader.matches(("all", words), lambda: all_of(reader.schema, words))
    seen = int(np.count_nonzero(audience[matches.rows]))
    if seen >= ENOUGH_HITS:
        return _page(reader, request, selection, matches, words, ())
    found = [unit for unit in words.units if _is_found(reader, unit, audience)]
    not_found = tuple(unit.printed for unit in words.units if unit not in found)
    complete = len(selection.rows(matches.rows))
    if len(words.units) > 1 and found:
        more = reader.matches(("some", tuple(found)), lambda: some_of(reader.schema, found))
        new = ~np.isin(more.rows, matches.rows)
        matches = Matches(
            np.concatenate((matches.rows, more.rows[new])), np.concatenate((matches.scores, more.scores[new]))
        )
    return _page(reader, request, selection, matches, words, not_found, complete)


def count_complete(reader: SearchReader, words: Words, audience: Mask) -> int:
    """Return how many visible documents have every word."""
    if not words.units:
        return 0
    matches = reader.matches(("all", words), lambda: all_of(reader.schema, words))
    return int(np.count_nonzero(audience[matches.rows]))


def _is_found(reader: SearchReader, unit: Unit, audience: Mask) -> bool:
    return bool(audience[_rows_with(reader, unit)].any())


def _rows_with(reader: SearchReader, unit: Unit) -> Rows:
    return reader.matches(("unit", unit), lambda: unit_query(reader.schema, unit)).rows


def _selection(reader: SearchReader, request: SearchRequest, audience: Mask) -> Selection:
    columns = reader.columns
    visible = audience
    for facet, values in request.excluded.items():
        visible = visible & ~columns.facets[facet].meeting(frozenset(values))
    for unit in read_words(request.without, expand=False).units:
        visible = visible.copy()
        visible[_rows_with(reader, unit)] = False
    visible = visible & _in_time(columns, request.until) & _affordable(columns, request.amount)
    if request.demonstration is not None:
        visible = visible & (columns.numbers["demonstration"] == int(request.demonstration))
    return Selection(
        visible,
        {facet: columns.facets[facet].meeting(values) for facet, values in request.all_filters().items()},
    )


def _in_time(columns: Columns, until: tuple[int | None, int | None]) -> Mask | np.bool_:
    earliest, latest = until
    ends = columns.numbers["valid_until"]
    mask: Mask | np.bool_ = np.True_
    if earliest is not None:
        mask = mask & ((ends < 0) | (ends >= earliest))
    if latest is not None:
        mask = mask & (ends >= 0) & (ends <= latest)
    return mask


def _affordable(columns: Columns, amount: tuple[int | None, int | None]) -> Mask | np.bool_:
    least, highest = amount
    low, high = columns.numbers["amount_low"], columns.numbers["amount_high"]
    mask: Mask | np.bool_ = np.True_
    if least is not None:
        mask = mask & (np.maximum(low, high) >= max(least, 0))
    if highest is not None:
        lowest = np.where(low >= 0, low, high)
        mask = mask & (lowest >= 0) & (lowest <= highest)
    return mask


def _page(
    reader: SearchReader,
    request: SearchRequest,
    selection: Selection,
    matches: Matches | None,
    words: Words,
    not_found: tuple[str, ...],
    complete: int | None = None,
) -> SearchPage:
    of = None if matches is None else matches.rows
    rows = selection.rows(of)
    on_page = _ordered(reader, request, rows, matches is not None)
    marker = Marker(words)
    scores: dict[int, float] = {}
    if matches is not None and on_page:
        places = np.flatnonzero(np.isin(matches.rows, on_page))
        scores = dict(zip(matches.rows[places].tolist(), matches.scores[places].tolist(), strict=True))
    return SearchPage(
        total=len(rows),
        hits=tuple(
            _hit(reader.source(row), scores.get(row, 0.0), marker, request.language) for row in on_page
        ),
        facets=reader.counts(
            (words, request.counted()), lambda: facet_counts(reader.columns, selection, of, request.facets)
        ),
        complete=len(rows) if complete is None else complete,
        suggestion=_suggestion(reader, request, words) if matches is not None else None,
        expansions=tuple(
            Expansion(unit.printed, tuple(other.printed for other in unit.alternatives))
            for unit in words.units
            if unit.alternatives
        ),
        not_found=not_found,
        left_out=words_left_out(request.text),
        shortened=words.shortened,
    )


def _ordered(reader: SearchReader, request: SearchRequest, rows: Rows, has_text: bool) -> Sequence[int]:
    if request.limit == 0:
        return []
    if request.sort == "relevance" and has_text:
        found: list[int] = rows[request.offset : request.offset + request.limit].tolist()
        return found
    if request.sort == "title":
        places = reader.order_by_title(request.language)
    elif request.sort == "deadline":
        places = reader.order_by_date("valid_until", newest_first=False)
        deadlines = reader.columns.numbers["valid_until"]
        over = (deadlines >= 0) & (deadlines < request.now)
        places = np.where(over, places + len(places), places)
    else:
        places = reader.order_by_date("published_at", newest_first=True)
    return first_rows(rows, places, request.offset, request.limit)


def _hit(source: dict[str, Any], score: float, marker: Marker, language: str) -> Hit:
    return Hit(
        key=source["key"],
        kind=source["kind"],
        score=score,
        title=marker.mark(title_of(source, language)),
        snippet=marker.snippet(snippet_texts(source, language)),
    )


def _suggestion(reader: SearchReader, request: SearchRequest, words: Words) -> str | None:
    """Return the text with slips mended, if more documents visible to the asker then have every word."""
    audience = reader.visible_to(request.audience)
    own = count_complete(reader, words, audience)
    if own >= ENOUGH_HITS:
        return None
    text = request.text
    for unit in words.units:
        for word in unit.words:
            better = better_word(word.printed.lower(), reader.public_words)
            if better is not None:
                text = text.replace(word.printed, better)
    if text == request.text:
        return None
    return text if count_complete(reader, read_words(text), audience) > own else None
