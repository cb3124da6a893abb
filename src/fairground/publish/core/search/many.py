"""Answers where very many documents have the words: the index counts them itself and hands over those of one page.

What comes back equals what `search` finds by reading every hit; `tests/test_search_oracle.py` holds both to it.
"""

from collections.abc import Collection, Iterable, Sequence

import tantivy
from tantivy import Occur, Query

from fairground.publish.core.search.query import SearchRequest
from fairground.publish.core.search.reader import FacetCounts, SearchReader

_Clauses = list[tuple[Occur, Query]]


def can_be_counted(request: SearchRequest) -> bool:
    """Return whether all a request asks for is words, values of facets and the best first."""
    has_limits = (*request.until, *request.amount, request.bounds) != (None,) * 5
    return request.sort == "relevance" and not (
        has_limits or request.without or request.demonstration is not None
    )


def best_of_many(
    reader: SearchReader,
    request: SearchRequest,
    words: tantivy.Query,
    first: Sequence[tuple[int, float]] = (),
) -> tuple[list[tuple[int, float]], int]:
    """Return the rows of the page with their scores, best first, and how many hits there are in all.

    `first` : hits, few, that come before all others whatever their score.
    """
    clauses = _visible(reader, request, words) + list(_filters(reader, request).values())
    end = request.offset + request.limit
    best, total = reader.best_rows(Query.boolean_query(clauses), end + len(first))
    leading = {row for row, _ in first}
    others = [hit for hit in best if hit[0] not in leading]
    return [*first, *others][request.offset : end], total


def counts_of_many(reader: SearchReader, request: SearchRequest, words: tantivy.Query) -> FacetCounts:
    """Count each facet's values over the hits that pass all filters but the facet's own."""
    visible, filters = _visible(reader, request, words), _filters(reader, request)
    free = [facet for facet in request.facets if facet not in filters]
    found = _count(reader, visible + list(filters.values()), free)
    for facet in filters.keys() & set(request.facets):
        others = [clause for name, clause in filters.items() if name != facet]
        found |= _count(reader, visible + others, [facet])
    return {facet: found[facet] for facet in request.facets}


def _visible(reader: SearchReader, request: SearchRequest, words: tantivy.Query) -> _Clauses:
    """Return what every hit must meet, but for the values of facets that were chosen."""
    audience = Query.boolean_query(
        [
            (Occur.Should, Query.term_query(reader.schema, "audience", term))
            for term in sorted(set(request.audience))
        ]
    )
    clauses: _Clauses = [(Occur.Must, words), (Occur.Must, _without_score(audience))]
    for facet, values in request.excluded.items():
        clauses.append((Occur.MustNot, _having(reader, facet, values)))
    return clauses


def _filters(reader: SearchReader, request: SearchRequest) -> dict[str, tuple[Occur, Query]]:
    return {
        facet: (Occur.Must, _without_score(_having(reader, facet, values)))
        for facet, values in request.all_filters().items()
    }


def _having(reader: SearchReader, facet: str, values: Collection[str]) -> Query:
    codes = reader.columns.facets[facet].codes_meeting(frozenset(values))
    if not codes:
        return Query.empty_query()
    return Query.term_set_query(reader.schema, f"set_{facet}", codes)


def _without_score(query: Query) -> Query:
    return Query.const_score_query(query, 0.0)


def _count(
    reader: SearchReader, clauses: _Clauses, facets: Iterable[str]
) -> dict[str, tuple[tuple[str, int], ...]]:
    wanted = {
        facet: {"terms": {"field": f"set_{facet}", "size": max(1, len(reader.columns.facets[facet].codes))}}
        for facet in facets
    }
    if not wanted:
        return {}
    found = reader.searcher.aggregate(Query.boolean_query(clauses), wanted)
    return {
        facet: reader.columns.facets[facet].counts_of_codes(
            {bucket["key"]: bucket["doc_count"] for bucket in found[facet]["buckets"]}
        )
        for facet in wanted
    }
