"""Search across the two languages: Chinese texts by English ones and the other way round.

Both sides meet in English stems: an English text has its own, a Chinese text the weighted ones of its gloss.
Three views of the stems are compared by cosine: the whole stem, and its first five and four letters, because
*immune*, *immunity* and *immunology* are one word in Chinese and three stems in English. From each text a
part of its likeness to a reference population (our technical terms) is taken off, so that a text that is like
everything does not crowd out the one that fits.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from fairground.language.dictionary import (
    Dictionary,
    Floats,
    Ints,
    english_stems,
    shipped_dictionary,
    shipped_terms,
)

Language = Literal["zh", "en"]

# Letters kept of a stem (0: all) and the share of the view in the score.
_VIEWS = ((0, 0.5), (5, 0.25), (4, 0.25))
# Weights in a bag count less than proportionally: a gloss fans out, an English text repeats.
_POWER: Mapping[Language, float] = {"zh": 0.35, "en": 0.5}
_HUB_SHARE = 0.35
_HUB_NEIGHBOURS = 10
_BLOCK_CELLS = 1_000_000  # most scores held at a time
_PAUSE_TEXTS = 64  # read between two pauses


class _Bag(NamedTuple):
    """The stems of a text: numbers of the dictionary's with their weights, and those it does not have."""

    numbers: Ints
    weights: Floats
    unknown: Mapping[str, float]


@lru_cache(maxsize=4096)  # the same texts come again beside one list and another
def _bag(text: str, language: Language, dictionary: Dictionary) -> _Bag:
    if language == "zh":
        return _Bag(*dictionary.spoken(text))
    counts = Counter(english_stems(text))
    number_of = dictionary.stem_numbers
    known = [(number_of[stem], count) for stem, count in counts.items() if stem in number_of]
    numbers, weights = np.array(known, np.int64).reshape(-1, 2).T.copy()
    unknown = {stem: float(count) for stem, count in counts.items() if stem not in number_of}
    return _Bag(numbers, weights.astype(np.float64), unknown)


@lru_cache(maxsize=4)
def _reference_bags(language: Language, dictionary: Dictionary) -> tuple[_Bag, ...]:
    """The reference population as queries in `language`."""
    if language == "zh":
        texts = [term for term, _ in shipped_terms()]
    else:
        texts = list(dict.fromkeys(english for _, several in shipped_terms() for english in several))
    return tuple(_bag(text, language, dictionary) for text in texts)


class _Heads(NamedTuple):
    """The stems of a dictionary cut to their first letters."""

    letters: int  # 0: whole
    of_stem: Ints  # int64[n_stem]
    numbers: Mapping[str, int]

    def cut(self, stem: str) -> str:
        return stem[: self.letters] if self.letters else stem


@lru_cache(maxsize=8)
def _heads(letters: int, dictionary: Dictionary) -> _Heads:
    if not letters:
        return _Heads(0, np.arange(len(dictionary.stems)), dictionary.stem_numbers)
    numbers: dict[str, int] = {}
    of_stem = [numbers.setdefault(stem[:letters], len(numbers)) for stem in dictionary.stems]
    return _Heads(letters, np.array(of_stem, np.int64), numbers)


class _Rows(NamedTuple):
    """Texts as sparse rows, or the other way round features as rows of texts."""

    start: Ints
    ids: NDArray[np.int32]
    values: Floats


class _Put(NamedTuple):
    """Queries as unit rows over the dictionary's heads of one view, and what else they say: row, head, value."""

    rows: _Rows
    others: tuple[tuple[int, str, float], ...]

    def __len__(self) -> int:
        return len(self.rows.start) - 1


Put = tuple[_Put, ...]  # queries in every view
_Other = tuple[int, str, float]


def _cut_bags(bags: Sequence[_Bag], heads: _Heads) -> tuple[sparse.csr_array, list[_Other]]:
    """Cut the stems of bags: weights float64[n_bag, n_head], and the heads that the dictionary does not have."""
    others: dict[tuple[int, str], float] = {}
    rows, columns, values = list[int](), list[int](), list[float]()
    for place, bag in enumerate(bags):
        for stem, weight in bag.unknown.items():
            head = heads.cut(stem)
            number = heads.numbers.get(head)
            if number is None:
                others[place, head] = others.get((place, head), 0.0) + weight
            else:
                rows.append(place)
                columns.append(number)
                values.append(weight)
    sizes = [len(bag.numbers) for bag in bags]
    row = np.concatenate([np.repeat(np.arange(len(bags)), sizes), np.array(rows, np.int64)])
    stems = np.concatenate([np.zeros(0, np.int64), *(bag.numbers for bag in bags)])
    column = np.concatenate([heads.of_stem[stems], np.array(columns, np.int64)])
    value = np.concatenate([np.zeros(0), *(bag.weights for bag in bags), np.array(values)])
    # Made of coordinates it sums what was cut to the same head.
    weights = sparse.csr_array((value, (row, column)), shape=(len(bags), len(heads.numbers)))
    return weights, [(place, head, weight) for (place, head), weight in others.items()]


@dataclass(frozen=True)
class _View:
    """The indexed texts as unit rows over the features of one view, with the rarity of each feature.

    Features are the dictionary's heads, then `more`: those that only indexed texts have. `by_feature` is `rows` the
    other way round.
    """

    heads: _Heads
    more: Mapping[str, int]
    rarity: Floats
    unseen: float
    rows: _Rows
    by_feature: _Rows

    def put(self, bags: Sequence[_Bag], power: float) -> _Put:
        """Bags of queries as unit rows; what no indexed text has still counts towards the length."""
        weights, others = _cut_bags(bags, self.heads)
        values = weights.data**power * self.rarity[weights.indices]
        terms = [(place, head, weight**power * self._rarity_of(head)) for place, head, weight in others]
        owner = np.repeat(np.arange(len(bags)), np.diff(weights.indptr))
        squares = np.bincount(owner, values**2, len(bags))
        for place, _, term in terms:
            squares[place] += term * term
        length = np.sqrt(np.maximum(squares, np.finfo(np.float64).tiny))
        rows = _Rows(
            weights.indptr.astype(np.int64), weights.indices.astype(np.int32), values / length[owner]
        )
        return _Put(rows, tuple((place, head, term / length[place]) for place, head, term in terms))

    def _rarity_of(self, head: str) -> float:
        number = self.more.get(head)
        return self.unseen if number is None else float(self.rarity[number])

    def others_of(self, put: _Put) -> _Rows | None:
        """Return what queries say beyond the dictionary, over this view's features; None where it has none of it."""
        found = [
            (place, number, term)
            for place, head, term in put.others
            if (number := self.more.get(head)) is not None
        ]
        if not found:
            return None
        rows, columns, terms = zip(*found, strict=True)
        return _rows_of(sparse.csr_array((terms, (rows, columns)), shape=(len(put), len(self.rarity))))


def _view(bags: Sequence[_Bag], heads: _Heads, power: float, like: _View | None = None) -> _View:
    """Index bags; with `like` by the rarity that an indexed list gave its features, those it lacks being unseen."""
    weights, others = _cut_bags(bags, heads)
    known: Mapping[str, int] = like.more if like else {}
    more: dict[str, int] = {}
    n_known = len(heads.numbers) + len(known)
    columns = [
        known[head] if head in known else more.setdefault(head, n_known + len(more)) for _, head, _ in others
    ]
    n_features = n_known + len(more)
    both = sparse.coo_array(weights)
    weights = sparse.csr_array(
        (
            np.concatenate([both.data, [weight for _, _, weight in others]]),
            (
                np.concatenate([both.row, np.array([place for place, _, _ in others], np.int64)]),
                np.concatenate([both.col, np.array(columns, np.int64)]),
            ),
        ),
        shape=(len(bags), n_features),
    )
    if like is None:
        # A gloss that only half means a stem counts half towards the stem's document frequency.
        frequency = np.bincount(weights.indices, np.minimum(weights.data, 1.0), n_features)
        rarity = np.log((len(bags) + 1) / (frequency + 0.5))
        unseen = math.log(2.0 * (len(bags) + 1))
    else:
        unseen = like.unseen
        rarity = np.concatenate([like.rarity, np.full(len(more), unseen)])
    weights.data = weights.data**power * rarity[weights.indices]
    owner = np.repeat(np.arange(len(bags)), np.diff(weights.indptr))
    length = np.sqrt(np.bincount(owner, weights.data**2, len(bags)))
    weights.data /= np.maximum(length, np.finfo(np.float64).tiny)[owner]
    return _View(heads, {**known, **more}, rarity, unseen, _rows_of(weights), _rows_of(weights.T))


def _rows_of(values: sparse.sparray) -> _Rows:
    rows = sparse.csr_array(values)
    return _Rows(rows.indptr.astype(np.int64), rows.indices.astype(np.int32), rows.data)


@numba.njit(cache=True, nogil=True)
def _add_products(rows: _Rows, by_feature: _Rows, share: float, first: int, products: Floats) -> None:
    """Add `share` times the products of rows `first` … with all texts; features behind the last one are passed over."""
    n_features = len(by_feature.start) - 1
    for row in range(products.shape[0]):
        for place in range(rows.start[first + row], rows.start[first + row + 1]):
            feature = rows.ids[place]
            if feature < n_features:
                value = share * rows.values[place]
                for text in range(by_feature.start[feature], by_feature.start[feature + 1]):
                    products[row, by_feature.ids[text]] += value * by_feature.values[text]


class CrossLanguageIndex:
    """Texts of one language, to be searched by texts of the other.

    The score of a text depends on the indexed texts and on the one query, never on other queries, so a list
    of one need is served as well as a list of a thousand.
    """

    def __init__(
        self,
        texts: Sequence[str],
        language: Language,
        dictionary: Dictionary,
        like: "CrossLanguageIndex | None" = None,
        pause: Callable[[], object] = bool,
    ) -> None:
        self._language: Language = language
        self._query_language: Language = "en" if language == "zh" else "zh"
        self._dictionary = dictionary
        self._size = len(texts)
        self._pause = pause
        bags = self._bags(texts, language)
        olds = like._views if like else [None] * len(_VIEWS)
        views = []
        for (letters, _), old in zip(_VIEWS, olds, strict=True):
            pause()
            views.append(_view(bags, _heads(letters, dictionary), _POWER[language], old))
        self._views: tuple[_View, ...] = tuple(views)
        self._reference: tuple[_Rows, ...] = like._reference if like else self._reference_terms()
        self._hubness = self._likeness_to_terms()

    @classmethod
    def build(
        cls,
        texts: Sequence[str],
        language: Language,
        dictionary: Dictionary | None = None,
        pause: Callable[[], object] = bool,
    ) -> "CrossLanguageIndex":
        """Index texts.

        Parameters
        ----------
        texts : the texts, all of one language; an empty text is never found
        language : 'zh' | 'en', of `texts`; queries come in the other one
        dictionary : the shipped one where None
        pause : called now and then between the steps, and when queries are put
        """
        return cls(texts, language, dictionary or shipped_dictionary(), pause=pause)

    def beside(self, texts: Sequence[str]) -> "CrossLanguageIndex":
        """Index a few texts that came later, weighed as if they stood in this list: the scores of both compare."""
        return CrossLanguageIndex(texts, self._language, self._dictionary, like=self)

    def _bags(self, texts: Sequence[str], language: Language) -> list[_Bag]:
        bags = []
        for place, text in enumerate(texts, start=1):
            bags.append(_bag(text, language, self._dictionary))
            if place % _PAUSE_TEXTS == 0:
                self._pause()
        return bags

    def __len__(self) -> int:
        return self._size

    def scores(self, queries: Sequence[str]) -> Floats:
        """Score every text for each query in the other language.

        Parameters
        ----------
        queries : texts in the language that was not indexed

        Returns
        -------
        float64[n_query, n_text] in [-0.35, 1], higher is better; -inf where the two share nothing
        """
        return self.scores_of(self.put(queries))

    def put(self, queries: Sequence[str]) -> Put:
        """Prepare queries for `scores_of`, of this index or of one that was made `beside` it."""
        bags = self._bags(queries, self._query_language)
        return tuple(view.put(bags, _POWER[self._query_language]) for view in self._views)

    def scores_of(self, put: Put, first: int = 0, last: int | None = None) -> Floats:
        """As `scores`, for queries `first` … `last` - 1 of those that this index or its like has `put`."""
        cosine = np.zeros(((len(put[0]) if last is None else last) - first, self._size))
        for (_, share), view, queries in zip(_VIEWS, self._views, put, strict=True):
            _add_products(queries.rows, view.by_feature, share, first, cosine)
            others = view.others_of(queries)
            if others is not None:
                _add_products(others, view.by_feature, share, first, cosine)
        return np.where(cosine > 0.0, cosine - _HUB_SHARE * self._hubness, -np.inf)

    def search(self, queries: Sequence[str], k: int = 10) -> tuple[Ints, Floats]:
        """Find the best texts for each query in the other language.

        Parameters
        ----------
        queries : texts in the language that was not indexed
        k : int ≥ 1

        Returns
        -------
        positions : int64[n_query, k], best first, equal scores by position; -1 where no further text shares
            anything with the query
        scores : float64[n_query, k] in [-0.35, 1], higher is better; -inf where the position is -1
        """
        positions = np.full((len(queries), k), -1, dtype=np.int64)
        scores = np.full((len(queries), k), -np.inf)
        for block in self._blocks(len(queries), self._size):
            score = self.scores(queries[block])
            order = np.argsort(-score, axis=1, kind="stable")[:, :k]
            best = np.take_along_axis(score, order, axis=1)
            positions[block, : order.shape[1]] = np.where(np.isfinite(best), order, -1)
            scores[block, : order.shape[1]] = best
        return positions, scores

    @staticmethod
    def _blocks(rows: int, cells: int) -> Iterator[slice]:
        """Runs of rows of so many cells that fit in memory together."""
        step = max(1, _BLOCK_CELLS // max(1, cells))
        return (slice(begin, begin + step) for begin in range(0, rows, step))

    def _reference_terms(self) -> tuple[_Rows, ...]:
        """The reference population as queries of each view: feature → terms."""
        reference = _reference_bags(self._query_language, self._dictionary)
        found = []
        for view in self._views:
            self._pause()
            put = view.put(reference, _POWER[self._query_language])
            shape = (len(put), len(view.rarity))
            terms = sparse.csr_array((put.rows.values, put.rows.ids, put.rows.start), shape=shape)
            others = view.others_of(put)
            if others is not None:
                terms = terms + sparse.csr_array((others.values, others.ids, others.start), shape=shape)
            found.append(_rows_of(terms.T))
        return tuple(found)

    def _likeness_to_terms(self) -> Floats:
        """Mean cosine of each text to the terms nearest to it, float64[n_text] in [0, 1]."""
        n_terms = len(_reference_bags(self._query_language, self._dictionary))
        mean = np.zeros(self._size)
        for block in self._blocks(self._size, n_terms):
            self._pause()
            cosines = np.zeros((min(block.stop, self._size) - block.start, n_terms))
            for (_, share), view, terms in zip(_VIEWS, self._views, self._reference, strict=True):
                _add_products(view.rows, terms, share, block.start, cosines)
            cosines.partition(n_terms - _HUB_NEIGHBOURS, axis=1)
            mean[block] = cosines[:, -_HUB_NEIGHBOURS:].mean(axis=1)
        return mean
