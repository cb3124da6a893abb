"""Filters, counts, audiences and orders against brute force in Python, on small made-up corpora."""

import tempfile
from collections import Counter
from collections.abc import Sequence
from copy import copy
from pathlib import Path
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from fairground.language.local_text import LocalText
from fairground.places.core.coordinates import mercator
from fairground.publish.core.search.documents import COUNTED_FACETS, Point, SearchDocument
from fairground.publish.core.search.index import SearchIndex
from fairground.publish.core.search.query import SearchRequest
from fairground.publish.core.search.reader import Recent
from fairground.publish.core.search.search import matching_rows, search

FACETS = ("field", "trl", "zone")
VALUES = {"field": ("a", "b", "c"), "trl": ("1", "5", "9"), "zone": ("z1", "z2"), "kind": ("offer", "need")}
AUDIENCE = ("public", "members", "org:1", "user:2")
WORDS = ("检测", "电池", "gear", "valve")  # none is another name of another


Content = tuple[
    str, tuple[str, ...], dict[str, tuple[str, ...]], tuple[str, ...], int | None, bool, Point | None
]
# Far enough from each other that no rounding moves one across an edge of another.
LONGITUDES, LATITUDES = (-179.0, -60.0, 0.0, 116.0, 179.0), (-80.0, 0.0, 39.0, 70.0)
edges = st.tuples(
    st.sampled_from((0.0, 0.1, 0.4, 0.6, 0.95, 1.0)), st.sampled_from((0.0, 0.3, 0.45, 0.8, 1.0))
)


def some_of(values: Sequence[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), max_size=2, unique=True).map(tuple)


facet_values = st.fixed_dictionaries({facet: some_of(VALUES[facet]) for facet in FACETS})
filters = st.dictionaries(st.sampled_from((*FACETS, "kind")), st.none(), max_size=3).flatmap(
    lambda chosen: st.fixed_dictionaries({facet: some_of(VALUES[facet]) for facet in chosen})
)
contents = st.lists(
    st.tuples(
        st.sampled_from(VALUES["kind"]),
        some_of(WORDS),
        facet_values,
        some_of(AUDIENCE),
        st.one_of(st.none(), st.integers(0, 9)),
        st.booleans(),
        st.none()
        | st.builds(Point, st.sampled_from(LONGITUDES), st.sampled_from(LATITUDES), st.just("exact")),
    ),
    max_size=12,
)
requests = st.builds(
    SearchRequest,
    text=st.sampled_from(("", *WORDS)),
    audience=some_of(AUDIENCE),
    kinds=some_of(VALUES["kind"]),
    filters=filters,
    excluded=filters,
    trl=st.one_of(st.none(), st.tuples(st.integers(1, 5), st.integers(1, 9))),
    until=st.tuples(st.none() | st.integers(0, 9), st.none() | st.integers(0, 9)),
    bounds=st.none() | st.tuples(edges, edges).map(lambda pair: (*pair[0], *pair[1])),
    demonstration=st.one_of(st.none(), st.booleans()),
    sort=st.sampled_from(("relevance", "newest", "title", "deadline")),
    now=st.integers(0, 9),
    limit=st.integers(0, 15),
)


def passes(document: SearchDocument, request: SearchRequest, but: str = "") -> bool:
    if not set(document.audience) & set(request.audience):
        return False
    if request.text and request.text not in document.summary.both():
        return False
    if request.bounds is not None and not is_inside(document.point, request.bounds):
        return False
    earliest, latest = request.until
    ends = document.valid_until
    if earliest is not None and ends is not None and ends < earliest:
        return False
    if latest is not None and (ends is None or ends > latest):
        return False
    if request.demonstration is not None and document.demonstration != request.demonstration:
        return False
    if any(set(document.facet_values(facet)) & set(values) for facet, values in request.excluded.items()):
        return False
    wanted = {facet: set(values) for facet, values in request.filters.items() if values}
    if request.kinds:
        wanted["kind"] = wanted.get("kind", set(VALUES["kind"])) & set(request.kinds)
    if request.trl:
        levels = {str(level) for level in range(request.trl[0], request.trl[1] + 1)}
        wanted["trl"] = wanted.get("trl", levels) & levels
    return all(set(document.facet_values(facet)) & values for facet, values in wanted.items() if facet != but)


def is_inside(point: Point | None, bounds: tuple[float, float, float, float]) -> bool:
    if point is None:
        return False
    x, y = mercator(point.longitude, point.latitude)
    west, north, east, south = bounds
    in_width = west <= x <= east if west <= east else x >= west or x <= east
    return in_width and north <= y <= south


def counted(documents: Sequence[SearchDocument], facet: str) -> tuple[tuple[str, int], ...]:
    counts = Counter(value for document in documents for value in document.facet_values(facet))
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


@settings(max_examples=60, deadline=None)
@given(contents, st.lists(requests, min_size=1, max_size=6), st.data())
def test_search_equals_brute_force(
    made: list[Content], asked: list[SearchRequest], data: st.DataObject
) -> None:
    documents = [
        SearchDocument(
            f"k{n}",
            kind,
            LocalText(zh=f"标题{n}"),
            summary=LocalText(zh="，".join(words)),
            facets=facets,
            audience=audience,
            published_at=date,
            valid_until=date,
            demonstration=demonstration,
            point=point,
        )
        for n, (kind, words, facets, audience, date, demonstration, point) in enumerate(made)
    ]
    with tempfile.TemporaryDirectory() as folder:
        index = SearchIndex.create(Path(folder))
        # Some come first in another state: what was replaced must not be found by it.
        first = data.draw(st.integers(0, len(documents)))
        index.apply(
            [
                SearchDocument(document.key, "need", LocalText(zh="检测电池"), audience=AUDIENCE)
                for document in documents[:first]
            ]
        )
        index.apply(documents)
        reader = index.refresh()
        for request in asked:
            page = search(reader, request)
            expected = [document for document in documents if passes(document, request)]
            assert page.total == len(expected)
            rows = matching_rows(reader, request).tolist()
            assert sorted(reader.source(row)["key"] for row in rows) == sorted(d.key for d in expected)
            assert len(page.hits) == min(request.limit, len(expected))
            by_key = {document.key: document for document in expected}
            found = [by_key[hit.key] for hit in page.hits]
            assert len({hit.key for hit in page.hits}) == len(page.hits)
            assert [hit.kind for hit in page.hits] == [document.kind for document in found]
            for facet in COUNTED_FACETS:
                others = [document for document in documents if passes(document, request, but=facet)]
                assert page.facets[facet] == counted(others, facet)
            if request.sort == "newest":
                best = sorted(
                    (-1 if d.published_at is None else d.published_at for d in expected), reverse=True
                )
                assert [-1 if d.published_at is None else d.published_at for d in found] == best[: len(found)]
            if request.sort == "deadline":
                assert [deadline_order(d, request.now) for d in found] == sorted(
                    deadline_order(d, request.now) for d in expected
                )[: len(found)]


def deadline_order(document: SearchDocument, now: int) -> tuple[int, int]:
    if document.valid_until is None:
        return 1, 0
    return (0, document.valid_until) if document.valid_until >= now else (2, document.valid_until)


def test_pages_follow_each_other_without_gap_or_repeat(tmp_path: Path) -> None:
    index = SearchIndex.create(tmp_path)
    index.apply(
        SearchDocument(
            f"k{n}", "offer", LocalText(zh=f"检测 {n % 7}"), audience=("public",), published_at=n % 5
        )
        for n in range(97)
    )
    reader = index.refresh()
    for text in ("", "检测"):
        for sort in ("relevance", "newest", "title", "deadline"):
            keys = [
                hit.key
                for offset in range(0, 110, 10)
                for hit in search(reader, SearchRequest(text, sort=sort, offset=offset, limit=10)).hits
            ]
            assert (len(keys), len(set(keys))) == (97, 97)


def test_hits_that_the_index_counts_are_those_that_are_read_one_by_one(tmp_path: Path) -> None:
    source = Random(7)

    def some(values: Sequence[str]) -> tuple[str, ...]:
        return tuple(source.sample(values, source.randint(0, 2)))

    documents = [
        SearchDocument(
            f"k{n}",
            source.choice(VALUES["kind"]),
            LocalText(zh=f"标题{n}"),
            summary=LocalText(
                zh="，".join((*source.choices(WORDS, k=3), "检测", "单晶硅" if n in (7, 150) else "轴承"))
            ),
            facets={facet: some(VALUES[facet]) for facet in FACETS},
            audience=some(AUDIENCE),
        )
        for n in range(400)
    ]
    index = SearchIndex.create(tmp_path)
    for start in range(0, 400, 100):  # several segments
        index.apply(documents[start : start + 100])
    counting = index.refresh()
    # The same state, for hits of one score stand in its order; but nothing that the other counted.
    reading = copy(counting)
    reading._counts = Recent(9)
    reading._matches = Recent(9)
    # What stands in every document is not read whole.
    assert search(counting, SearchRequest("检测"), few=12).total > 12
    assert not counting._matches._values
    for _ in range(150):
        request = SearchRequest(
            # The last ones are in few documents or none, with others in many.
            text=source.choice((*WORDS, "检测 电池", "检测 单晶硅", "gear valve 单晶硅", "valve 石墨")),
            audience=some(AUDIENCE),
            kinds=source.choice(((), ("offer",))),
            filters={facet: some(VALUES[facet]) for facet in source.sample(FACETS, source.randint(0, 2))},
            excluded={facet: some(VALUES[facet]) for facet in source.sample(FACETS, source.randint(0, 1))},
            trl=source.choice((None, (1, 5))),
            offset=source.choice((0, 10, 40)),
            limit=source.choice((0, 10)),
        )
        assert search(counting, request, few=12) == search(reading, request, few=1000)
