"""The search index in a folder: who writes, who reads.

A commit of tantivy is one rename, and so is the switch to a rebuilt generation: a process killed at any moment
leaves the state before or after. Readers hold the files they opened and are never in a writer's way.
"""

import gc
import hashlib
import multiprocessing
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from functools import lru_cache, partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import tantivy

from fairground.language.normalise import fold
from fairground.places.core.coordinates import mercator
from fairground.publish.core.search.analysis import analyse
from fairground.publish.core.search.columns import MERCATOR_STEPS
from fairground.publish.core.search.documents import FACETS, PLACEMENTS, Point, SearchDocument
from fairground.publish.core.search.errors import IndexBusyError, SearchIndexError
from fairground.publish.core.search.generations import (
    HOLDS_CURSOR,
    HOLDS_RECORD,
    TITLE_PARTS,
    Generations,
    make_schema,
)
from fairground.publish.core.search.locking import sole_writer
from fairground.publish.core.search.reader import SearchReader, SetValues

_AT_ONCE = 500
_HEAP_APPLY = 64_000_000
_HEAP_REBUILD = 512_000_000
# Documents are trees of many small parts that go by themselves: looking for cycles among them took a fifth of the time
# of making them.
_RARE_COLLECTION = (200_000, 20, 100)
_POLL_S = 1.0
_TITLE_BYTES = 7  # a part of a title's sort key; seven bytes stay below the sign bit

Part = Callable[[], Iterable[SearchDocument]]


class Contents(NamedTuple):
    """What the index holds of one document."""

    version: int
    digest: str


class SearchIndex:
    """A search index in a folder. May be used from many threads; one object a process is enough."""

    def __init__(self, folder: Path) -> None:
        """Name the folder; nothing is read yet, so that a missing or outdated index can be rebuilt."""
        self._generations = Generations(Path(folder))
        self._set_values: SetValues = {}
        self._reader: SearchReader | None = None
        self._stamp: tuple[str | None, int] | None = None
        self._polled_at = 0.0
        self._loading = threading.Lock()

    @classmethod
    def open(cls, folder: Path) -> "SearchIndex":
        """Open an index that is there; raises `IndexMissingError` or `IndexOutdatedError`."""
        index = cls(folder)
        index._generations.checked()
        return index

    @classmethod
    def create(cls, folder: Path) -> "SearchIndex":
        """Open the index in `folder`, making an empty one where there is none; raises `IndexOutdatedError`."""
        index = cls(folder)
        if index._generations.live() is None:
            index.rebuild(())
        index._generations.checked()
        return index

    @property
    def folder(self) -> Path:
        """The folder the index lies in."""
        return self._generations.folder

    # Reading

    def reader(self) -> SearchReader:
        """Return the newest loaded state; what others commit is seen about a second later.

        A changed index is loaded beside the requests, which go on with the state before.
        Raises `IndexMissingError`, `IndexOutdatedError`.
        """
        reader = self._reader
        if reader is None:
            return self.refresh()
        if time.monotonic() - self._polled_at >= _POLL_S:
            self._polled_at = time.monotonic()
            if self._read_stamp() != self._stamp and not self._loading.locked():
                threading.Thread(
                    target=self._refresh_beside, name="search-index-refresh", daemon=True
                ).start()
        return reader

    def refresh(self) -> SearchReader:
        """Load what is committed now, and return it."""
        with self._loading:
            stamp = self._read_stamp()
            if self._reader is None or stamp != self._stamp:
                self._reader = self._load()
                self._stamp = stamp
            self._polled_at = time.monotonic()
            return self._reader

    def _refresh_beside(self) -> None:
        try:
            self.refresh()
        except SearchIndexError:
            # Replaced by an index this program cannot read: the state in memory stays, and `refresh` would say why.
            return

    def _read_stamp(self) -> tuple[str | None, int]:
        name = self._generations.live()
        try:
            changed = 0 if name is None else (self._generations.path(name) / "meta.json").stat().st_mtime_ns
        except FileNotFoundError:
            changed = 0
        return name, changed

    def _load(self) -> SearchReader:
        attempts = 5
        for attempt in range(attempts):
            name = self._generations.checked()
            try:
                index = tantivy.Index.open(str(self._generations.path(name)))
                index.config_reader("manual")
                index.reload()
                return SearchReader(index, name, self._set_values)
            except (ValueError, OSError):
                # A rebuild elsewhere may have removed the generation since its name was read; else it is broken.
                if attempt == attempts - 1 or self._generations.live() == name:
                    raise
        raise AssertionError("unreachable")

    def contents(self) -> dict[str, Contents]:
        """Return what the index holds: key → version and digest of the document as it was indexed.

        The digest is computed from what is stored, so that equal digests prove equal documents.
        """
        return {
            key: Contents(version, hashlib.blake2b(source, digest_size=8).hexdigest())
            for key, version, source in self.refresh().stored()
        }

    # Writing

    @contextmanager
    def writer(self) -> Iterator["IndexWriter"]:
        """Hold the right to write; raises `IndexBusyError` at once where somebody else holds it."""
        with sole_writer(self.folder):
            name = self._generations.checked()
            self._generations.remove_others(name)
            index = tantivy.Index.open(str(self._generations.path(name)))
            writer = IndexWriter(index, _HEAP_APPLY, threads=1)
            try:
                yield writer
            finally:
                writer.close()

    def apply(
        self, upserts: Iterable[SearchDocument], deletes: Iterable[str] = (), *, cursor: str | None = None
    ) -> None:
        """Write one change by itself, see `IndexWriter.apply`; for many keep a `writer` open."""
        with self.writer() as writer:
            writer.apply(upserts, deletes, cursor=cursor)

    def rebuild(
        self, documents: Iterable[SearchDocument], *, cursor: str | None = None, processes: int = 1
    ) -> int:
        """Make the index anew beside the old one, then switch; return the number of documents.

        Parameters
        ----------
        documents : read once, each key once
        cursor : the caller's own words for how far the change log is in `documents`, for `SearchReader.cursor`
        processes : int ≥ 1, how many cut texts; with more than 1 the calling program must bear being imported
            anew (`if __name__ == "__main__"`)

        Raises
        ------
        IndexBusyError : somebody else is writing
        ValueError : two documents have the same key; the old index stays
        """
        return self._rebuild(_prepared(documents, processes), cursor)

    def rebuild_from(
        self,
        parts: Iterable[Part],
        *,
        cursor: str | None = None,
        processes: int = 1,
        set_up: Callable[[], object] | None = None,
    ) -> int:
        """Make the index anew like `rebuild`, each part read and cut where there is a processor for it.

        Parameters
        ----------
        parts : calls that return documents, each key once in all; with more than one process they are pickled
        set_up : called once in each new process, before the first part
        """
        return self._rebuild(_prepared_parts(parts, processes, set_up), cursor)

    def _rebuild(self, documents: Iterable["Prepared"], cursor: str | None) -> int:
        self.folder.mkdir(parents=True, exist_ok=True)
        with sole_writer(self.folder):
            self._generations.remove_others(self._generations.live())
            name = self._generations.new()
            index = tantivy.Index(make_schema(), path=str(self._generations.path(name)))
            writer = IndexWriter(index, _HEAP_REBUILD, threads=1)
            before = gc.get_threshold()
            gc.set_threshold(*_RARE_COLLECTION)
            try:
                count = writer.fill(documents, cursor=cursor)
            finally:
                gc.set_threshold(*before)
                writer.close()
            self._generations.switch(name)
        return count


class IndexWriter:
    """Writes into one generation; got from `SearchIndex.writer`."""

    def __init__(self, index: tantivy.Index, heap_bytes: int, *, threads: int) -> None:
        self._schema = index.schema
        try:
            self._writer = index.writer(heap_bytes, threads)
        except ValueError as error:
            raise IndexBusyError(
                f"无法写入搜索索引：{error}。请稍后再试。\n"
                f"The search index cannot be written: {error}. Try again later."
            ) from error
        # A killed writer leaves files that tantivy would not overwrite: it counts its commits on from the last
        # one that was finished, and comes to the same names.
        self._writer.garbage_collect_files()
        index.reload()
        hits = (
            index.searcher()
            .search(tantivy.Query.all_query(), 1, False, order_by_field="sequence", order=tantivy.Order.Desc)
            .hits
        )
        self._next_sequence = hits[0][0] + 1 if hits else 0

    def apply(
        self, upserts: Iterable[SearchDocument], deletes: Iterable[str] = (), *, cursor: str | None = None
    ) -> None:
        """Remove `deletes`, put in `upserts` in place of what has their keys, and commit: all or nothing.

        A second call with the same changes is harmless. A key in both is put in; of two documents with one
        key the last counts. `cursor` is committed with them: how far the change log is in the index.
        """
        newest = {document.key: document for document in upserts}
        try:
            for key in (*deletes, *newest):
                self._writer.delete_documents_by_term("key", key)
            self._add(_prepared(newest.values(), 1))
            self._set_cursor(cursor)
        except BaseException:
            self._writer.rollback()
            raise
        self._writer.commit()

    def fill(self, documents: Iterable["Prepared"], *, cursor: str | None = None) -> int:
        """Put documents into an empty generation and commit; raises ValueError where a key comes twice."""
        count = self._add(_each_key_once(documents))
        self._set_cursor(cursor)
        self._writer.commit()
        return count

    def close(self) -> None:
        """Wait for tantivy's own tidying and give up the right to write."""
        self._writer.wait_merging_threads()

    def _set_cursor(self, cursor: str | None) -> None:
        if cursor is not None:
            # By a text: the binding does not find a number it is asked to delete by.
            self._writer.delete_documents_by_term("holds", HOLDS_CURSOR)
            self._writer.add_document(
                tantivy.Document.from_dict(
                    {"holds": HOLDS_CURSOR, "cursor": cursor, "sequence": -1}, self._schema
                )
            )

    def _add(self, documents: Iterable["Prepared"]) -> int:
        first = self._next_sequence
        for document in documents:
            self._writer.add_document(_as_tantivy(document, self._next_sequence))
            self._next_sequence += 1
        return self._next_sequence - first


class Prepared(NamedTuple):
    """A document as it goes into the index: plain texts and numbers, cheap to send from one process to another."""

    key: str
    source: bytes
    texts: list[tuple[str, str]]
    integers: list[tuple[str, int]]


def _prepared(documents: Iterable[SearchDocument], processes: int) -> Iterator[Prepared]:
    """Yield each document with its tokens, in order."""
    if processes == 1:
        return map(_prepare, documents)
    iterator = iter(documents)
    batches: Iterator[list[SearchDocument]] = iter(lambda: list(islice(iterator, _AT_ONCE)), [])
    parts: Iterator[Part] = (partial(list, batch) for batch in batches)
    return _prepared_parts(parts, processes, None)


def _prepared_parts(
    parts: Iterable[Part], processes: int, set_up: Callable[[], object] | None
) -> Iterator[Prepared]:
    if processes == 1:
        for part in parts:
            yield from map(_prepare, part())
        return
    # 'spawn': a forked copy of a process with threads may hang.
    with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"), _begin, (set_up,)) as pool:
        coming = iter(parts)
        waiting: deque[Future[list[Prepared]]] = deque()
        while True:
            waiting.extend(
                pool.submit(_prepare_part, part) for part in islice(coming, 3 * processes - len(waiting))
            )
            if not waiting:
                return
            yield from waiting.popleft().result()


def _begin(set_up: Callable[[], object] | None) -> None:
    if set_up is not None:
        set_up()
    gc.freeze()
    gc.set_threshold(*_RARE_COLLECTION)


def _prepare_part(part: Part) -> list[Prepared]:
    return [_prepare(document) for document in part()]


def _each_key_once(documents: Iterable[Prepared]) -> Iterator[Prepared]:
    seen: set[str] = set()
    for document in documents:
        if document.key in seen:
            raise ValueError(f"two documents have the key {document.key!r}")
        seen.add(document.key)
        yield document


def _prepare(document: SearchDocument) -> Prepared:
    texts = [
        ("key", document.key),
        ("holds", HOLDS_RECORD),
        *((name, text) for name, text in analyse(document).items() if text),
        *(("audience", term) for term in document.audience),
    ]
    integers = [
        ("version", document.version),
        *((f"set_{facet}", set_code(document.facet_values(facet))) for facet in FACETS),
        ("set_audience", set_code(tuple(sorted(set(document.audience))))),
        ("published_at", -1 if document.published_at is None else document.published_at),
        ("changed_at", document.changed_at),
        ("valid_until", -1 if document.valid_until is None else document.valid_until),
        ("amount_low", -1 if document.amount_low is None else document.amount_low),
        ("amount_high", -1 if document.amount_high is None else document.amount_high),
        ("demonstration", int(document.demonstration)),
        *zip(("x", "y", "placement"), _place(document.point), strict=True),
    ]
    for language in ("zh", "en"):
        for part, value in enumerate(title_key(document.title.in_language(language))):
            integers.append((f"title_{language}_{part}", value))
    return Prepared(document.key, document.source.encode("utf-8", "surrogatepass"), texts, integers)


def _place(point: Point | None) -> tuple[int, int, int]:
    """Return steps in the mercator square and how near the point is known: 1 its region's, 2 its zone's, 3 its own."""
    if point is None:
        return -1, -1, 0
    x, y = mercator(point.longitude, point.latitude)
    return int(x * MERCATOR_STEPS), int(y * MERCATOR_STEPS), PLACEMENTS.index(point.placement) + 1


def _as_tantivy(document: Prepared, sequence: int) -> tantivy.Document:
    made = tantivy.Document()
    made.add_bytes("source", document.source)
    made.add_integer("sequence", sequence)
    for name, text in document.texts:
        made.add_text(name, text)
    for name, value in document.integers:
        made.add_integer(name, value)
    return made


@lru_cache(maxsize=1 << 14)
def set_code(values: tuple[str, ...]) -> int:
    """Return a number ≥ 0 that stands for a sorted set of values; 0 for the empty one.

    Two sets share a number with a chance of about one in 10^18 a pair.
    """
    if not values:
        return 0
    packed = "\x00".join(values).encode("utf-8", "surrogatepass")
    return (int.from_bytes(hashlib.blake2b(packed, digest_size=8).digest(), "big") >> 1) or 1


def title_key(title: str) -> tuple[int, ...]:
    """Return numbers that order titles: letters by the alphabet, then Chinese by the order of GB 18030.

    That order is by pinyin for the 3,755 most frequent characters. It looks at the first 21 bytes, which are
    10 Chinese characters or 21 letters.
    """
    packed = fold(title).lower().strip().encode("gb18030", "replace")[: TITLE_PARTS * _TITLE_BYTES]
    packed = packed.ljust(TITLE_PARTS * _TITLE_BYTES, b"\x00")
    return tuple(
        int.from_bytes(packed[start : start + _TITLE_BYTES], "big")
        for start in range(0, TITLE_PARTS * _TITLE_BYTES, _TITLE_BYTES)
    )
