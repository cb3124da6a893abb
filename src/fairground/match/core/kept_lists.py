"""Matching one record against a hub of any size: by a sample of the hub that is kept, and candidates found.

A whole list tells three things about a pair: how rare its words are, on what scale an asker's signals lie, and
which texts suit everybody. A sample of 1,500 tells them nearly as well, and a smaller hub is its own sample. So a
sample of each kind is indexed once; one record is then measured against the sample and against a few hundred
candidates at once, by the same engine as a full run, and each good candidate is asked for its own side.

Nothing here is timed or drawn by lot: the same sample, candidates and texts give the same pairs.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

import numba
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from fairground.language.tokens import TokenStream, Vocabulary
from fairground.language.vectors import StaticVectors
from fairground.match.core.candidates import FIXED_SUM, MEASURED, Candidates, best_places, corrected
from fairground.match.core.engine import Fit
from fairground.match.core.population import Population, Standing
from fairground.match.core.ranking import (
    DEPTH,
    ENOUGH_ASKERS,
    FEW_ASKING_OFFERS,
    GROUP_AT_LEAST,
    MeasuredPairs,
    RankedList,
    is_chinese,
    ranked,
)
from fairground.match.core.reference import reference_needs
from fairground.match.core.signals import Asking, Floats, SignalIndex, Streams, TextSpace
from fairground.match.core.texts import FieldTexts
from fairground.match.core.weights import Weights

SAMPLE = 1_500  # texts of a kind that stand for all of it
_ASKERS = 500  # of them, asked about the texts of the other side: who suits everybody
_POOL = 400
_ANSWERING = 24  # candidates that are asked for their own side
_AT_ONCE = 64  # texts of a sample between two pauses
_STREAMS_KEPT = 6_000
_STANDINGS_KEPT = 20_000


@dataclass(frozen=True, slots=True)
class Entry:
    """A record as ranking reads it."""

    key: str
    texts: FieldTexts


@dataclass(frozen=True, slots=True)
class Partner:
    """A candidate that came through, with what each side thinks; `back` is None where it does not consider us."""

    key: str
    forth: Fit
    back: Fit | None


class _GrowingVectors(StaticVectors):
    """Static vectors whose table for one vocabulary is kept and grows with it."""

    def __init__(self, vectors: StaticVectors) -> None:
        super().__init__(vectors.words, vectors.matrix)
        object.__setattr__(self, "_table", np.zeros((1 << 16, vectors.matrix.shape[1]), np.float32))
        object.__setattr__(self, "_filled", 0)

    def table_for(self, vocabulary: Vocabulary) -> Floats:
        filled: int = self._filled  # type: ignore[attr-defined]
        table: Floats = self._table  # type: ignore[attr-defined]
        if len(vocabulary) > len(table):
            larger = np.zeros((2 * len(vocabulary), table.shape[1]), np.float32)
            larger[:filled] = table[:filled]
            table = larger
            object.__setattr__(self, "_table", table)
        if len(vocabulary) > filled:
            new = Vocabulary(vocabulary.tokens[filled:])
            table[filled : len(vocabulary)] = super().table_for(new)
            object.__setattr__(self, "_filled", len(vocabulary))
        return table[: len(vocabulary)]


@dataclass
class _Shelf:
    """The sample of one kind as a searched list. Texts without a key stand there for the scale alone."""

    keys: list[str]
    texts: list[FieldTexts]
    languages: NDArray[np.str_]
    lengths: Floats
    index: SignalIndex
    groups: NDArray[np.int64]
    place: dict[str, int]


@dataclass
class _Askers:
    """A population that asks a shelf: its puttings and scales, and what it says of the shelf's texts."""

    asking: Asking
    middle: Floats  # float32[n_signal, n_asker, n_group]
    spread: Floats
    standing: Standing
    later: OrderedDict[bytes, NDArray[np.float32]] = field(default_factory=OrderedDict)


class KeptLists:
    """Samples of a hub's needs, offers and platforms, ready to be asked about any record."""

    def __init__(
        self,
        samples: Mapping[str, Sequence[Entry]],
        totals: Mapping[str, int],
        *,
        vectors: StaticVectors,
        weights: Weights,
        pause: Callable[[], object] = bool,
    ) -> None:
        """Take the samples; they are indexed when they are first needed, or by `warm`.

        Parameters
        ----------
        samples : by kind, at most `SAMPLE` entries each, evenly from all there are
        totals : by kind, how many there are in all
        pause : called between the steps of preparing samples, a few times a second: it may sleep, or raise to stop
        """
        self._pause = pause
        self._weights = weights
        self._totals = dict(totals)
        self._samples = {kind: list(entries) for kind, entries in samples.items()}
        # Read as two languages from the start: the next record may be in the other one.
        self._space = TextSpace(_GrowingVectors(vectors), bridged=True)
        self._streams: OrderedDict[FieldTexts, Streams] = OrderedDict()
        self._shelves: dict[tuple[str, bool], _Shelf] = {}
        self._askers: dict[tuple[str, str, bool], _Askers] = {}
        self._gone: dict[str, set[str]] = {kind: set() for kind in samples}
        self.changes = 0

    def is_whole(self, kind: str) -> bool:
        """Tell whether the sample of a kind is all of it, so that nothing has to be searched for."""
        return self._totals[kind] <= SAMPLE

    def has(self, kind: str) -> bool:
        """Tell whether there is anything of a kind to be measured against."""
        return bool(self._samples[kind])

    def keys(self, kind: str) -> frozenset[str]:
        """Return the keys of a kind's sample whose words are still those of now."""
        return frozenset(entry.key for entry in self._samples[kind]) - self._gone[kind]

    def forget(self, kind: str, key: str) -> None:
        """Let a record that changed or went no longer be found in the sample: it comes as a candidate, if at all."""
        self.changes += 1
        self._gone[kind].add(key)

    def warm(self, markets: Sequence[tuple[str, str]]) -> None:
        """Prepare what every question needs: a shelf of each side and what the other side says of it."""
        for asking, answering in markets:
            if self._samples[asking] and self._samples[answering]:
                self._population(asking, answering, False)
                self._population(answering, asking, True)

    def partners(
        self,
        own: Entry,
        kind: str,
        other: str,
        candidates: Sequence[Entry],
        *,
        asks: bool,
        rivals: Callable[[Sequence[str]], Sequence[Entry]],
    ) -> list[Partner]:
        """Measure one record against candidates of another kind, and the best of them against it.

        Parameters
        ----------
        own : the record, with its words of now
        kind, other : its kind and theirs
        candidates : records of the other kind, with their words of now; those of the sample are there already
        asks : True where `own` is the side that asks (a need), False where it answers
        rivals : for keys of candidates, records of `own`'s kind that those candidates fit best so far: who `own` has
            to be better than

        Returns
        -------
        At most `_ANSWERING` partners, the best for `own` first.
        """
        forth = self._ranked([own], kind, other, candidates, back=not asks)
        keys, texts = forth.keys, forth.texts
        best = [
            (keys[text], texts[text], place)
            for place, text in enumerate(forth.found.texts[0].tolist())
            if text >= 0 and keys[text]
        ][:_ANSWERING]
        if not best:
            return []
        answering = [Entry(key, said) for key, said, _ in best]
        beside = [own, *(entry for entry in rivals([key for key, _, _ in best]) if entry.key != own.key)]
        back = self._ranked(answering, other, kind, beside, back=asks)
        return [
            Partner(key, forth.fit(0, place), back.fit_of(row, own.key))
            for row, (key, _, place) in enumerate(best)
        ]

    # One direction

    def _ranked(
        self, askers: Sequence[Entry], kind: str, other: str, more: Sequence[Entry], *, back: bool
    ) -> "_Ranking":
        shelf = self._shelf(other, back)
        population = self._population(kind, other, back)
        # What came later stands beside the sample; what the sample has under the same words is not put twice.
        gone = self._gone[other]
        extra = [entry for entry in more if entry.key not in shelf.place or entry.key in gone]
        asking_streams = self._read([entry.texts for entry in askers])
        extra_streams = self._read([entry.texts for entry in extra])
        index = SignalIndex(self._space, extra_streams, like=shelf.index) if extra else None
        asking = shelf.index.ask(asking_streams)
        signals = [asking.signals(0, len(askers))]
        groups, standing = shelf.groups, population.standing
        if index is not None:
            signals.append(asking.beside(index).signals(0, len(askers)))
            groups = np.concatenate([shelf.groups, self._groups_of(shelf, extra)])
            later = self._standing_of(population, shelf, extra, index)
            standing = Standing(
                *(np.concatenate(both, axis=1) for both in zip(population.standing, later, strict=True))
            )
        raw = np.concatenate(signals, axis=2)
        middle, spread = _scales(raw, shelf.groups)
        measured = _brought(raw, groups, middle, spread)
        keys = [*shelf.keys, *(entry.key for entry in extra)]
        eligible = np.array([bool(key) for key in keys])
        for key in gone & shelf.place.keys():
            eligible[shelf.place[key]] = False
        found = _candidates(measured, middle[:, :, 0], spread[:, :, 0], standing, eligible)
        languages, lengths = shelf.languages, shelf.lengths
        if extra:
            languages = np.concatenate([languages, np.array(extra_streams.languages)])
            lengths = np.concatenate([lengths, _lengths(extra_streams)])
        ranking = self._rank(found, asking_streams, languages, lengths, askers, kind, back)
        return _Ranking(keys, [*shelf.texts, *(entry.texts for entry in extra)], ranking)

    def _rank(
        self,
        found: Candidates,
        asking: Streams,
        languages: NDArray[np.str_],
        lengths: Floats,
        askers: Sequence[Entry],
        kind: str,
        back: bool,
    ) -> RankedList:
        side = "offers" if back else "needs"
        listens = not back or self._totals[kind] >= FEW_ASKING_OFFERS
        theirs = languages[np.maximum(found.texts, 0)]
        own = np.array(asking.languages)[:, None]
        crossing = (own != theirs) & (own != "mixed") & (theirs != "mixed")
        measured = MeasuredPairs(
            found, _lengths(asking), lengths, listens, self._has_few(kind, back), crossing
        )
        taught = side if listens else f"{side}_alone"
        names = ["untaught" if is_chinese(entry.texts) else taught for entry in askers]
        return ranked(measured, [self._weights.rankers[name] for name in names], self._weights, side)

    def _has_few(self, kind: str, back: bool) -> bool:
        return not back and self._totals[kind] < ENOUGH_ASKERS

    # What is kept

    def _padded(self, kind: str, back: bool) -> bool:
        """Tell whether reference needs stand among the searched: where few are asked by the answering side."""
        return back and self._totals[kind] < ENOUGH_ASKERS

    def _shelf(self, kind: str, back: bool) -> _Shelf:
        name = (kind, self._padded(kind, back))
        if name not in self._shelves:
            entries = list(self._samples[kind])
            if name[1]:
                entries += [Entry("", text) for text in _reference()[: max(0, ENOUGH_ASKERS - len(entries))]]
            texts = [entry.texts for entry in entries]
            streams = self._read_slowly(texts)
            keys = [entry.key for entry in entries]
            self._shelves[name] = _Shelf(
                keys,
                texts,
                np.array(streams.languages),
                _lengths(streams),
                SignalIndex(self._space, streams, pause=self._pause),
                _groups(texts),
                {key: place for place, key in enumerate(keys) if key},
            )
        return self._shelves[name]

    def _population(self, kind: str, other: str, back: bool) -> _Askers:
        """Return what the askers of one kind say of a shelf of another."""
        name = (kind, other, back)
        if name not in self._askers:
            entries = self._samples[kind]
            texts = [entry.texts for entry in entries[:: max(1, -(-len(entries) // _ASKERS))]]
            if self._has_few(kind, back):
                texts += _reference()[: max(0, ENOUGH_ASKERS - self._totals[kind])]
            shelf = self._shelf(other, back)
            asking = shelf.index.ask(self._read_slowly(texts)).cross_once()
            population = Population(len(MEASURED), shelf.index.n_texts)
            scales = []
            for first in range(0, len(texts), _AT_ONCE):
                self._pause()
                raw = asking.signals(first, min(first + _AT_ONCE, len(texts)))
                scales.append(_scales(raw, shelf.groups))
                population.observe(_brought(raw, shelf.groups, *scales[-1]))
            middle, spread = (np.concatenate(part, axis=1) for part in zip(*scales, strict=True))
            self._askers[name] = _Askers(asking, middle, spread, population.standing())
        return self._askers[name]

    def _standing_of(
        self, population: _Askers, shelf: _Shelf, entries: Sequence[Entry], index: SignalIndex
    ) -> Standing:
        """Return how texts beside the shelf stand with the population; kept, for the same texts come again."""
        later = population.later
        names = [_digest(entry.texts) for entry in entries]
        missing = [place for place, name in enumerate(names) if name not in later]
        if missing:
            raw = population.asking.beside(index).signals(0, population.asking.n_texts)[:, :, missing]
            groups = self._groups_of(shelf, [entries[place] for place in missing])
            told = Population(len(MEASURED), len(missing))
            told.observe(_brought(raw, groups, population.middle, population.spread))
            numbers = np.stack(told.standing())
            for column, place in enumerate(missing):
                later[names[place]] = numbers[:, :, column].copy()
        found = np.stack([later[name] for name in names], axis=2)
        while len(later) > _STANDINGS_KEPT:
            later.popitem(last=False)
        return Standing(*found)

    @staticmethod
    def _groups_of(shelf: _Shelf, entries: Sequence[Entry]) -> NDArray[np.int64]:
        if shelf.groups.max(initial=0) == 0:
            return np.zeros(len(entries), np.int64)
        return np.array([is_chinese(entry.texts) for entry in entries], np.int64)

    def _read_slowly(self, texts: Sequence[FieldTexts]) -> Streams:
        """As `_read`, with pauses, for the many texts of a sample."""
        parts = []
        for first in range(0, len(texts), _AT_ONCE):
            self._pause()
            parts.append(self._read(texts[first : first + _AT_ONCE]))
        return joined_streams(parts)

    def _read(self, texts: Sequence[FieldTexts]) -> Streams:
        """Read texts into the shared vocabulary; what was read before is kept."""
        missing = list(dict.fromkeys(text for text in texts if text not in self._streams))
        if missing:
            self._streams.update(zip(missing, split_streams(self._space.read(missing)), strict=True))
        found = [self._streams[text] for text in texts]
        while len(self._streams) > _STREAMS_KEPT:
            self._streams.popitem(last=False)
        return joined_streams(found)


@dataclass(frozen=True)
class _Ranking:
    """What one direction found: for each asker its candidates, best first."""

    keys: list[str]
    texts: list[FieldTexts]
    found: RankedList

    def fit(self, row: int, place: int) -> Fit:
        logit = float(np.clip(self.found.logits[row, place], -60, 60))
        return Fit(1 / (1 + float(np.exp(-logit))), self.found.measured[row, place])

    def fit_of(self, row: int, key: str) -> Fit | None:
        for place, text in enumerate(self.found.texts[row].tolist()):
            if text >= 0 and self.keys[text] == key:
                return self.fit(row, place)
        return None


def _reference() -> list[FieldTexts]:
    """Return the reference needs of both languages, turn about."""
    return [text for pair in zip(reference_needs("en"), reference_needs("zh"), strict=True) for text in pair]


def _groups(texts: Sequence[FieldTexts]) -> NDArray[np.int64]:
    groups = np.array([is_chinese(text) for text in texts], np.int64)
    large = min(groups.sum(), len(groups) - groups.sum()) >= GROUP_AT_LEAST
    return groups if large else np.zeros(len(texts), np.int64)


def _digest(texts: FieldTexts) -> bytes:
    return blake2b(f"{texts.title}\0{texts.body}".encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _lengths(streams: Streams) -> Floats:
    return (np.diff(streams.title.offsets) + np.diff(streams.body.offsets)).astype(np.float32)


def _candidates(
    measured: Floats, middle: Floats, spread: Floats, standing: Standing, eligible: NDArray[np.bool_]
) -> Candidates:
    """Keep the best of each asker, as `candidates.find_candidates` does."""
    n_askers = measured.shape[1]
    kept = min(_POOL, int(eligible.sum()))
    texts = np.full((n_askers, max(kept, 1)), -1, np.int32)
    pool = np.zeros((n_askers, max(kept, 1), len(MEASURED)), np.float32)
    for asker in range(n_askers):
        together = np.where(eligible, measured[-1, asker], -np.inf)
        chosen = best_places(together, kept)[:kept]
        texts[asker, : len(chosen)] = chosen
        pool[asker, : len(chosen)] = measured[:, asker, chosen].T
    texts, pool = corrected(texts, pool, standing, DEPTH)
    pad = np.zeros((1, n_askers), np.float32)
    spread = np.where(np.isinf(spread), np.float32(1), spread)
    return Candidates(
        texts,
        pool,
        np.concatenate([middle, pad]).T.copy(),
        np.concatenate([spread, pad + 1]).T.copy(),
        standing,
    )


def _scales(raw: Floats, groups: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Return mean and deviation float32[n_signal, n_asker, n_group] of each asker's signals over a list."""
    n_groups = int(groups.max(initial=0)) + 1
    middle = np.zeros((*raw.shape[:2], n_groups), np.float32)
    spread = np.ones((*raw.shape[:2], n_groups), np.float32)
    _measure_scales(raw, groups, np.bincount(groups, minlength=n_groups), middle, spread)
    return middle, spread


@numba.njit(cache=True, nogil=True)
def _measure_scales(
    raw: Floats, groups: NDArray[np.int64], sizes: NDArray[np.int64], middle: Floats, spread: Floats
) -> None:
    n_signals, n_askers, n_texts = raw.shape[0], raw.shape[1], len(groups)
    for signal in range(n_signals):
        for asker in range(n_askers):
            sums, squares = np.zeros(len(sizes)), np.zeros(len(sizes))
            for text in range(n_texts):
                sums[groups[text]] += raw[signal, asker, text]
            for group in range(len(sizes)):
                if sizes[group] > 0:
                    sums[group] /= sizes[group]
            for text in range(n_texts):
                squares[groups[text]] += (raw[signal, asker, text] - sums[groups[text]]) ** 2
            for group in range(len(sizes)):
                if sizes[group] > 0:
                    middle[signal, asker, group] = sums[group]
                    deviation = squares[group] / sizes[group]
                    # A row of equal values tells nothing: whatever comes stays at its mean.
                    spread[signal, asker, group] = np.sqrt(deviation) if deviation > 1e-12 else np.inf


def _brought(raw: Floats, groups: NDArray[np.int64], middle: Floats, spread: Floats) -> Floats:
    """Return the signals in deviations of each asker, float32[len(MEASURED), n_asker, n_text], their sum last."""
    measured = np.empty((len(MEASURED), *raw.shape[1:]), np.float32)
    _bring(raw, groups, middle, spread, measured)
    np.einsum("s,sqn->qn", FIXED_SUM, measured[:-1], out=measured[-1])
    return measured


@numba.njit(cache=True, nogil=True)
def _bring(raw: Floats, groups: NDArray[np.int64], middle: Floats, spread: Floats, measured: Floats) -> None:
    n_signals, n_askers, n_texts = raw.shape
    for signal in range(n_signals):
        for asker in range(n_askers):
            for text in range(n_texts):
                group = groups[text]
                value = raw[signal, asker, text] - middle[signal, asker, group]
                measured[signal, asker, text] = value / spread[signal, asker, group]


def split_streams(streams: Streams) -> list[Streams]:
    """Return the texts of one reading each by itself."""

    def tokens(stream: TokenStream, place: int) -> TokenStream:
        ids = stream.text_ids(place).copy()
        return TokenStream(ids, np.array([0, len(ids)], np.int64))

    def row(rows: sparse.csr_array | None, place: int) -> sparse.csr_array | None:
        if rows is None:
            return None
        first, last = rows.indptr[place], rows.indptr[place + 1]
        return sparse.csr_array(
            (rows.data[first:last].copy(), rows.indices[first:last].copy(), np.array([0, last - first])),
            shape=(1, rows.shape[1]),
        )

    return [
        Streams(
            title=tokens(streams.title, place),
            body=tokens(streams.body, place),
            title_grams=tokens(streams.title_grams, place),
            body_grams=tokens(streams.body_grams, place),
            opening_grams=tokens(streams.opening_grams, place),
            title_bridge=row(streams.title_bridge, place),
            body_bridge=row(streams.body_bridge, place),
            languages=streams.languages[place : place + 1],
            printed=streams.printed[place : place + 1],
        )
        for place in range(len(streams))
    ]


def joined_streams(parts: Sequence[Streams]) -> Streams:
    """Return the texts of several readings as one."""
    return Streams(
        title=_joined_tokens([part.title for part in parts]),
        body=_joined_tokens([part.body for part in parts]),
        title_grams=_joined_tokens([part.title_grams for part in parts]),
        body_grams=_joined_tokens([part.body_grams for part in parts]),
        opening_grams=_joined_tokens([part.opening_grams for part in parts]),
        title_bridge=_stacked([part.title_bridge for part in parts]),
        body_bridge=_stacked([part.body_bridge for part in parts]),
        languages=tuple(language for part in parts for language in part.languages),
        printed=tuple(pair for part in parts for pair in part.printed),
    )


def _joined_tokens(streams: Sequence[TokenStream]) -> TokenStream:
    lengths = np.concatenate([np.diff(stream.offsets) for stream in streams] or [np.zeros(0, np.int64)])
    ids = np.concatenate([np.zeros(0, np.int32), *(stream.ids for stream in streams)])
    return TokenStream(ids, np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64))


def _stacked(rows: Sequence[sparse.csr_array | None]) -> sparse.csr_array:
    some = [row for row in rows if row is not None]
    width = max((row.shape[1] for row in some), default=0)
    lengths = [np.diff(row.indptr) for row in some]
    return sparse.csr_array(
        (
            np.concatenate([np.zeros(0, np.float32), *(row.data for row in some)]),
            np.concatenate([np.zeros(0, np.int32), *(row.indices for row in some)]),
            np.concatenate([[0], np.cumsum(np.concatenate([np.zeros(0, np.int64), *lengths]))]),
        ),
        shape=(sum(row.shape[0] for row in some), width),
    )
