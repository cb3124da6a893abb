"""A request answered: hits of one page, counts of all facets, and what was made of the words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import tantivy

from fairground.publish.core.search.columns import (
    MERCATOR_STEPS,
    Columns,
    Mask,
    Rows,
    Selection,
    facet_counts,
)
from fairground.publish.core.search.many import best_of_many, can_be_counted, counts_of_many
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
from fairground.publish.core.search.snippets import Marker, Parts, snippet_texts
from fairground.publish.core.search.spelling import better_word

# With fewer hits that have every word, hits that have some of them are added.
ENOUGH_HITS = 3
# Read one by one they take about a microsecond each, besides the counting.
FEW_HITS = 5_000


@dataclass(frozen=True, slots=True)
class Hit:
    """One document of a page. `score` compares hits of one page only, 0 without text."""

    key: str
    kind: str
    score: float
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


def search(reader: SearchReader, request: SearchRequest, *, few: int = FEW_HITS) -> SearchPage:
    """Answer a request from one state of the index.

    A hit has every word of the text, or another name of it. Where fewer than `ENOUGH_HITS` documents visible
    to the asker do, those that have at least half of the words that are found at all come after them.
    `few`: so many hits are read one by one; more are counted inside the index, with the same answer.

    Cost: O(matches), and O(documents) where there is no text; see docs/decisions/search.md.
    """
    audience = reader.visible_to(request.audience)
    words = read_words(request.text)
    if not words.units:
        return _page(reader, request, _selection(reader, request, audience), None, words, ())

    def all_words() -> tantivy.Query:
        return all_of(reader.schema, words)

    matches = reader.best_matches(("all", words), all_words)
    if not matches.is_whole:
        if (
            matches.count > few
            and can_be_counted(request)
            and np.count_nonzero(audience[matches.rows]) >= ENOUGH_HITS
        ):
            return _counted_page(reader, request, all_words(), words)
        matches = reader.matches(("all", words), all_words)
    selection = _selection(reader, request, audience)
    seen = int(np.count_nonzero(audience[matches.rows]))
    if seen >= ENOUGH_HITS:
        return _page(reader, request, selection, matches, words, ())
    found = [unit for unit in words.units if _is_found(reader, unit, audience)]
    not_found = tuple(unit.printed for unit in words.units if unit not in found)
    complete = len(selection.rows(matches.rows))
    if len(words.units) > 1 and found:

        def some_words() -> tantivy.Query:
            return some_of(reader.schema, found)

        more = reader.best_matches(("some", tuple(found)), some_words)
        if not more.is_whole:
            if more.count > few and can_be_counted(request):
                first = _with_scores(matches, selection.rows(matches.rows).tolist())
                return _counted_page(reader, request, some_words(), words, first, not_found)
            more = reader.matches(("some", tuple(found)), some_words)
        matches = _joined(matches, more)
    return _page(reader, request, selection, matches, words, not_found, complete)


def matching_rows(reader: SearchReader, request: SearchRequest) -> Rows:
    """Return every row that `search` counts in `total`, ascending; order, page and facets are passed over.

    Cost: O(documents), and about a microsecond for each document that has the words when they are asked first.
    """
    audience = reader.visible_to(request.audience)
    selection = _selection(reader, request, audience)
    words = read_words(request.text)
    if not words.units:
        return selection.rows(None)
    matches = reader.matches(("all", words), lambda: all_of(reader.schema, words))
    if np.count_nonzero(audience[matches.rows]) < ENOUGH_HITS and len(words.units) > 1:
        found = tuple(unit for unit in words.units if _is_found(reader, unit, audience))
        if found:
            more = reader.matches(("some", found), lambda: some_of(reader.schema, found))
            matches = _joined(matches, more)
    return np.sort(selection.rows(matches.rows))


def _joined(matches: Matches, more: Matches) -> Matches:
    """Return all rows of `matches`, then those of `more` that are not among them."""
    new = ~np.isin(more.rows, matches.rows)
    return Matches(
        np.concatenate((matches.rows, more.rows[new])),
        np.concatenate((matches.scores, more.scores[new])),
        len(matches.rows) + int(np.count_nonzero(new)),
    )


def _counted_page(
    reader: SearchReader,
    request: SearchRequest,
    query: tantivy.Query,
    words: Words,
    first: Sequence[tuple[int, float]] | None = None,
    not_found: tuple[str, ...] = (),
) -> SearchPage:
    """Answer where many documents meet a query: only those of the page are read.

    `first` : the few that have every word, where `query` asks for some of them; None where it asks for all.
    """
    best, total = best_of_many(reader, request, query, first or ())
    return SearchPage(
        total=total,
        hits=_hits(reader, request, words, best),
        facets=reader.counts((words, request.counted()), lambda: counts_of_many(reader, request, query)),
        complete=total if first is None else len(first),
        suggestion=None if first is None else _suggestion(reader, request, words),
        expansions=_expansions(words),
        not_found=not_found,
        left_out=words_left_out(request.text),
        shortened=words.shortened,
    )


def _count_complete(reader: SearchReader, words: Words, audience: Mask) -> int:
    """Return how many visible documents have every word; from `ENOUGH_HITS` on it may be more."""
    if not words.units:
        return 0

    def all_words() -> tantivy.Query:
        return all_of(reader.schema, words)

    matches = reader.best_matches(("all", words), all_words)
    seen = int(np.count_nonzero(audience[matches.rows]))
    if seen >= ENOUGH_HITS or matches.is_whole:
        return seen
    return int(np.count_nonzero(audience[reader.matches(("all", words), all_words).rows]))


def _is_found(reader: SearchReader, unit: Unit, audience: Mask) -> bool:
    best = reader.best_matches(("unit", unit), lambda: unit_query(reader.schema, unit))
    if best.is_whole or audience[best.rows].any():
        return bool(audience[best.rows].any())
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
    if request.bounds is not None:
        visible = visible & _inside(columns, request.bounds)
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


def _inside(columns: Columns, bounds: tuple[float, float, float, float]) -> Mask:
    west, north, east, south = (int(side * MERCATOR_STEPS) for side in bounds)
    x, y = columns.numbers["x"], columns.numbers["y"]
    in_width = (x >= west) & (x <= east) if west <= east else (x >= west) | (x <= east)
    inside: Mask = (x >= 0) & in_width & (y >= north) & (y <= south)
    return inside


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
    best = [(row, 0.0) for row in on_page] if matches is None else _with_scores(matches, on_page)
    return SearchPage(
        total=len(rows),
        hits=_hits(reader, request, words, best),
        facets=reader.counts(
            (words, request.counted()), lambda: facet_counts(reader.columns, selection, of, request.facets)
        ),
        complete=len(rows) if complete is None else complete,
        suggestion=_suggestion(reader, request, words) if matches is not None else None,
        expansions=_expansions(words),
        not_found=not_found,
        left_out=words_left_out(request.text),
        shortened=words.shortened,
    )


def _with_scores(matches: Matches, rows: Sequence[int]) -> list[tuple[int, float]]:
    if not rows:
        return []
    places = np.flatnonzero(np.isin(matches.rows, rows, kind="table"))
    scores = dict(zip(matches.rows[places].tolist(), matches.scores[places].tolist(), strict=True))
    return [(row, scores[row]) for row in rows]


def _expansions(words: Words) -> tuple[Expansion, ...]:
    return tuple(
        Expansion(unit.printed, tuple(other.printed for other in unit.alternatives))
        for unit in words.units
        if unit.alternatives
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


def _hits(
    reader: SearchReader, request: SearchRequest, words: Words, best: Sequence[tuple[int, float]]
) -> tuple[Hit, ...]:
    marker = Marker(words)
    return tuple(_hit(reader.source(row), score, marker, request.language) for row, score in best)


def _hit(source: dict[str, Any], score: float, marker: Marker, language: str) -> Hit:
    return Hit(
        key=source["key"],
        kind=source["kind"],
        score=score,
        snippet=marker.snippet(snippet_texts(source, language)),
    )


def _suggestion(reader: SearchReader, request: SearchRequest, words: Words) -> str | None:
    """Return the text with slips mended, if more documents visible to the asker then have every word."""
    audience = reader.visible_to(request.audience)
    own = _count_complete(reader, words, audience)
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
    return text if _count_complete(reader, read_words(text), audience) > own else None
