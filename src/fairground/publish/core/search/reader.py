"""One state of the index in memory: columns for counting, and tantivy for finding words."""

import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Generic, TypeVar

import numpy as np
import tantivy
from numpy.typing import NDArray

from fairground.publish.core.search.columns import Columns, Mask, Rows, SetColumn
from fairground.publish.core.search.documents import FACETS
from fairground.publish.core.search.generations import HOLDS_CURSOR, HOLDS_RECORD, NUMBERS, TITLE_PARTS
from fairground.publish.core.search.spelling import public_words

SetValues = dict[tuple[str, int], tuple[str, ...]]  # facet and set code → the values of the set
FacetCounts = Mapping[str, tuple[tuple[str, int], ...]]

# Values are read in pieces: tantivy's binding keeps Python's lock while it copies, and requests want it.
_READ_AT_ONCE = 20_000
BEST_READ = 100
_MATCHES_KEPT = 48
_AUDIENCES_KEPT = 256
_COUNTS_KEPT = 256

Value = TypeVar("Value")


class Recent(Generic[Value]):
    """The last values made, by key; may be used from many threads."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._values: OrderedDict[Hashable, Value] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """Return the value of `key`, made now if it is not among the last ones."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
        value = make()
        with self._lock:
            self._values[key] = value
            while len(self._values) > self._size:
                self._values.popitem(last=False)
        return value


class Matches:
    """What a query finds: rows, best first, and float32 scores beside them. `count`: how many there are in all."""

    def __init__(self, rows: Rows, scores: NDArray[np.float32], count: int) -> None:
        self.rows = rows
        self.scores = scores
        self.count = count

    @property
    def is_whole(self) -> bool:
        """Whether all rows are here, not only the best ones."""
        return len(self.rows) == self.count


class SearchReader:
    """One committed state. It never changes; ask `SearchIndex.reader` for a newer one."""

    def __init__(self, index: tantivy.Index, generation: str, set_values: SetValues) -> None:
        self.generation = generation
        self.schema = index.schema
        self.searcher = index.searcher()
        self._addresses = self._all_addresses()
        self.columns = self._read_columns(set_values)
        self._matches: Recent[Matches] = Recent(_MATCHES_KEPT)
        self._best_matches: Recent[Matches] = Recent(_COUNTS_KEPT)
        self._audiences: Recent[Mask] = Recent(_AUDIENCES_KEPT)
        self._counts: Recent[FacetCounts] = Recent(_COUNTS_KEPT)
        self._orders: Recent[NDArray[np.int64]] = Recent(8)

    def __len__(self) -> int:
        return len(self._addresses)

    @cached_property
    def cursor(self) -> str | None:
        """How far the change log is in this state, in the words of the writer; None where no writer said."""
        hits = self.searcher.search(tantivy.Query.term_query(self.schema, "holds", HOLDS_CURSOR), 1).hits
        return str(self._stored(hits[0][1], "cursor")) if hits else None

    @cached_property
    def public_words(self) -> dict[str, int]:
        """The Latin words of public documents, see `spelling.public_words`; read at first use."""
        return public_words(self.searcher)

    def matches(self, key: Hashable, make_query: Callable[[], tantivy.Query]) -> Matches:
        """Return all that a query finds among all documents, whoever may see them; `key` stands for the query."""
        return self._matches.get(key, lambda: self._find(make_query(), len(self)))

    def best_matches(self, key: Hashable, make_query: Callable[[], tantivy.Query]) -> Matches:
        """Return the same, but of more than `BEST_READ` only the best: each row that is read costs time."""
        return self._best_matches.get(key, lambda: self._find(make_query(), BEST_READ))

    def _find(self, query: tantivy.Query, most: int) -> Matches:
        found: Any = self.searcher.search(query, max(1, most), True)
        hits = found.hits
        addresses = [address for _, address in hits]
        scores = np.array([score for score, _ in hits], np.float32)
        sequences = self._numbers_of("sequence", addresses)
        return Matches(self.columns.row_of[sequences], scores, found.count)

    def best_rows(self, query: tantivy.Query, most: int) -> tuple[list[tuple[int, float]], int]:
        """Return rows and scores of the best hits, at most `most`, and how many hits there are."""
        found: Any = self.searcher.search(query, max(1, most), True)
        hits = found.hits[:most]
        sequences = self._numbers_of("sequence", [address for _, address in hits])
        rows: list[int] = self.columns.row_of[sequences].tolist()
        return [(row, float(score)) for row, (score, _) in zip(rows, hits, strict=True)], int(found.count)

    def find_best(self, query: tantivy.Query, limit: int) -> Rows:
        """Return the best rows of a query, at most `limit`."""
        addresses = [address for _, address in self.searcher.search(query, limit, False).hits]
        sequences = self._numbers_of("sequence", addresses)
        rows: Rows = self.columns.row_of[sequences]
        return rows

    def counts(self, key: Hashable, count: Callable[[], FacetCounts]) -> FacetCounts:
        """Return the counts of a request without its page and order, for which `key` stands."""
        return self._counts.get(key, count)

    def visible_to(self, audience: Collection[str]) -> Mask:
        """Return bool[n_row]: which rows an asker with these audience terms may see."""
        terms = frozenset(audience)
        return self._audiences.get(terms, lambda: self.columns.audience.meeting(terms))

    def source(self, row: int) -> dict[str, Any]:
        """Return what is stored of a row, as `SearchDocument.source` has it."""
        stored = bytes(self._stored(self._addresses[row], "source"))
        parsed: dict[str, Any] = json.loads(stored.decode("utf-8", "surrogatepass"))
        return parsed

    def stored(self) -> Iterator[tuple[str, int, bytes]]:
        """Yield key, version and source of every row."""
        for address in self._addresses:
            stored = self.searcher.doc(address).to_dict()
            yield stored["key"][0], stored["version"][0], bytes(stored["source"][0])

    def _stored(self, address: tantivy.DocAddress, name: str) -> Any:
        return self.searcher.doc(address).get_first(name)

    def order_by_date(self, name: str, *, newest_first: bool) -> NDArray[np.int64]:
        """Return int64[n_row], the place of each row by a date; rows without a date come last."""

        def make() -> NDArray[np.int64]:
            dates = self.columns.numbers[name]
            known = np.where(dates < 0, np.iinfo(np.int64).max, -dates if newest_first else dates)
            return _places(np.argsort(known, kind="stable"))

        return self._orders.get((name, newest_first), make)

    def order_by_title(self, language: str) -> NDArray[np.int64]:
        """Return int64[n_row], the place of each row by its title for readers of a language."""

        def make() -> NDArray[np.int64]:
            parts = [self._read_numbers(f"title_{language}_{part}") for part in range(TITLE_PARTS)]
            return _places(np.lexsort(parts[::-1]))

        return self._orders.get(("title", language), make)

    def _all_addresses(self) -> list[tantivy.DocAddress]:
        query = tantivy.Query.term_query(self.schema, "holds", HOLDS_RECORD)
        hits = self.searcher.search(query, max(1, self.searcher.num_docs), False).hits
        return [address for _, address in hits]

    def _read_numbers(self, name: str) -> NDArray[np.int64]:
        column = np.empty(len(self._addresses), np.int64)
        for start in range(0, len(column), _READ_AT_ONCE):
            part = self._addresses[start : start + _READ_AT_ONCE]
            column[start : start + len(part)] = self._numbers_of(name, part)
        return column

    def _numbers_of(self, name: str, addresses: list[tantivy.DocAddress]) -> NDArray[np.int64]:
        values: Any = self.searcher.fast_field_values(name, addresses)
        return np.array(values, np.int64)

    def _read_columns(self, set_values: SetValues) -> Columns:
        def values_of(facet: str) -> Callable[[int, int], tuple[str, ...]]:
            def read(code: int, row: int) -> tuple[str, ...]:
                if code and (facet, code) not in set_values:
                    source = self.source(row)
                    values = source["audience"] if facet == "audience" else source["facets"][facet]
                    set_values[facet, code] = tuple(values)
                return set_values[facet, code] if code else ()

            return read

        sequences = self._read_numbers("sequence")
        row_of = np.full(int(sequences.max(initial=-1)) + 1, -1, np.int64)
        row_of[sequences] = np.arange(len(sequences))
        sets = {
            facet: SetColumn.from_codes(self._read_numbers(f"set_{facet}"), values_of(facet))
            for facet in (*FACETS, "audience")
        }
        audience = sets.pop("audience")
        return Columns(row_of, sets, audience, {name: self._read_numbers(name) for name in NUMBERS})


def _places(order: NDArray[np.int64]) -> NDArray[np.int64]:
    places = np.empty(len(order), np.int64)
    places[order] = np.arange(len(order))
    return places


def first_rows(rows: Rows, places: NDArray[np.int64], offset: int, limit: int) -> Sequence[int]:
    """Return the rows at `offset` and after, at most `limit`, ordered by their places; O(rows)."""
    end = offset + limit
    own = places[rows]
    if len(rows) > end > 0:
        nearest = np.argpartition(own, end - 1)[:end]
        rows, own = rows[nearest], own[nearest]
    ordered: list[int] = rows[np.argsort(own)][offset:end].tolist()
    return ordered
