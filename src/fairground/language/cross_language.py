"""Search across the two languages: Chinese texts by English ones and the other way round.

Both sides meet in English stems: an English text has its own, a Chinese text the weighted ones of its gloss.
Three views of the stems are compared by cosine: the whole stem, and its first five and four letters, because
*immune*, *immunity* and *immunology* are one word in Chinese and three stems in English. From each text a
part of its likeness to a reference population (our technical terms) is taken off, so that a text that is like
everything does not crowd out the one that fits.
"""

import math
from collections import ChainMap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
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
Bag = Mapping[str, float]

# Letters kept of a stem (0: all) and the share of the view in the score.
_VIEWS = ((0, 0.5), (5, 0.25), (4, 0.25))
# Weights in a bag count less than proportionally: a gloss fans out, an English text repeats.
_POWER: Mapping[Language, float] = {"zh": 0.35, "en": 0.5}
_HUB_SHARE = 0.35
_HUB_NEIGHBOURS = 10
_BLOCK_CELLS = 4_000_000  # most scores held at a time


@lru_cache(maxsize=4096)  # the same texts come again beside one list and another
def _bag(text: str, language: Language, dictionary: Dictionary) -> Bag:
    if language == "zh":
        return dict(dictionary.gloss(text))
    bag: dict[str, float] = {}
    for stem in english_stems(text):
        bag[stem] = bag.get(stem, 0.0) + 1.0
    return bag


@lru_cache(maxsize=4)
def _reference_bags(language: Language, dictionary: Dictionary) -> tuple[Bag, ...]:
    """The reference population as queries in `language`."""
    if language == "zh":
        texts = [term for term, _ in shipped_terms()]
    else:
        texts = list(dict.fromkeys(english for _, several in shipped_terms() for english in several))
    return tuple(_bag(text, language, dictionary) for text in texts)


def _cut(bag: Bag, letters: int) -> Bag:
    """The bag with each stem cut to its first letters; 0 leaves them whole."""
    if not letters:
        return bag
    heads: dict[str, float] = {}
    for stem, weight in bag.items():
        head = stem[:letters]
        heads[head] = heads.get(head, 0.0) + weight
    return heads


@dataclass(frozen=True)
class _View:
    """The indexed texts as unit rows over the features of one view, with the rarity of each feature."""

    letters: int
    features: Mapping[str, int]
    rarity: Floats
    rows: sparse.csr_array

    def query_rows(self, bags: Sequence[Bag], power: float) -> sparse.csr_array:
        """Unit rows of query bags; what no indexed text has still counts towards the length."""
        unseen = math.log(2.0 * (self.rows.shape[0] + 1))
        row: list[int] = []
        column: list[int] = []
        value: list[float] = []
        for i, bag in enumerate(bags):
            squares = 0.0
            begin = len(value)
            for feature, weight in _cut(bag, self.letters).items():
                number = self.features.get(feature)
                term = weight**power * (unseen if number is None else float(self.rarity[number]))
                squares += term * term
                if number is not None:
                    row.append(i)
                    column.append(number)
                    value.append(term)
            value[begin:] = [term / math.sqrt(squares) for term in value[begin:]]
        return sparse.csr_array((value, (row, column)), shape=(len(bags), self.rows.shape[1]))


def _view(bags: Sequence[Bag], letters: int, power: float, like: _View | None = None) -> _View:
    """Index bags; with `like` by the rarity that an indexed list gave its features, those it lacks being unseen."""
    features: dict[str, int] = {}
    # Those of the other list come first; copying them for a few texts would cost more than the texts.
    known: Mapping[str, int] = like.features if like else {}
    row: list[int] = []
    column: list[int] = []
    value: list[float] = []
    for i, bag in enumerate(bags):
        for feature, weight in _cut(bag, letters).items():
            row.append(i)
            number = known.get(feature)
            column.append(
                features.setdefault(feature, len(known) + len(features)) if number is None else number
            )
            value.append(weight)
    n_features = len(known) + len(features)
    rows = sparse.csr_array((value, (row, column)), shape=(len(bags), n_features), dtype=np.float64)
    # A gloss that only half means a stem counts half towards the stem's document frequency.
    if like is None:
        frequency = np.bincount(rows.indices, np.minimum(rows.data, 1.0), n_features)
        rarity = np.log((len(bags) + 1) / (frequency + 0.5))
    else:
        unseen = math.log(2.0 * (like.rows.shape[0] + 1))
        rarity = np.concatenate([like.rarity, np.full(len(features), unseen)])
    rows.data = rows.data**power * rarity[rows.indices]
    owner = np.repeat(np.arange(len(bags)), np.diff(rows.indptr))
    length = np.sqrt(np.bincount(owner, rows.data**2, len(bags)))
    rows.data /= np.maximum(length, np.finfo(np.float64).tiny)[owner]
    return _View(letters, ChainMap(features, known) if like else features, rarity, rows)  # type: ignore[arg-type]


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
    ) -> None:
        self._language: Language = language
        self._query_language: Language = "en" if language == "zh" else "zh"
        self._dictionary = dictionary
        self._size = len(texts)
        bags = [_bag(text, language, dictionary) for text in texts]
        olds = [view for _, view in like._views] if like else [None] * len(_VIEWS)
        self._views: tuple[tuple[float, _View], ...] = tuple(
            (share, _view(bags, letters, _POWER[language], old))
            for (letters, share), old in zip(_VIEWS, olds, strict=True)
        )
        self._reference: tuple[sparse.csr_array, ...] = like._reference if like else self._reference_rows()
        self._hubness = self._likeness_to_terms()

    @classmethod
    def build(
        cls, texts: Sequence[str], language: Language, dictionary: Dictionary | None = None
    ) -> "CrossLanguageIndex":
        """Index texts.

        Parameters
        ----------
        texts : the texts, all of one language; an empty text is never found
        language : 'zh' | 'en', of `texts`; queries come in the other one
        dictionary : the shipped one where None
        """
        return cls(texts, language, dictionary or shipped_dictionary())

    def beside(self, texts: Sequence[str]) -> "CrossLanguageIndex":
        """Index a few texts that came later, weighed as if they stood in this list: the scores of both compare."""
        return CrossLanguageIndex(texts, self._language, self._dictionary, like=self)

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

    def put(self, queries: Sequence[str]) -> tuple[sparse.csr_array, ...]:
        """Prepare queries for `scores_of`, of this index or of one that was made `beside` it."""
        bags = [_bag(query, self._query_language, self._dictionary) for query in queries]
        power = _POWER[self._query_language]
        return tuple(view.query_rows(bags, power) for _, view in self._views)

    def scores_of(self, put: tuple[sparse.csr_array, ...]) -> Floats:
        """As `scores`; what only a text beside the index that `put` them says is passed over."""
        cosine = np.zeros((put[0].shape[0], self._size))
        for (share, view), rows in zip(self._views, put, strict=True):
            cosine += share * (rows @ view.rows[:, : rows.shape[1]].T).toarray()
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
        for block in self._blocks(len(queries)):
            score = self.scores(queries[block])
            order = np.argsort(-score, axis=1, kind="stable")[:, :k]
            best = np.take_along_axis(score, order, axis=1)
            positions[block, : order.shape[1]] = np.where(np.isfinite(best), order, -1)
            scores[block, : order.shape[1]] = best
        return positions, scores

    def _blocks(self, queries: int) -> Iterator[slice]:
        """Runs of queries whose scores fit in memory together."""
        step = max(1, _BLOCK_CELLS // max(1, self._size))
        return (slice(begin, begin + step) for begin in range(0, queries, step))

    def _reference_rows(self) -> tuple[sparse.csr_array, ...]:
        """The reference population as unit rows of each view."""
        reference = _reference_bags(self._query_language, self._dictionary)
        power = _POWER[self._query_language]
        return tuple(view.query_rows(reference, power) for _, view in self._views)

    def _likeness_to_terms(self) -> Floats:
        """Mean cosine of each text to the terms nearest to it, float64[n_text] in [0, 1]."""
        n_terms = self._reference[0].shape[0]
        # Features that came after the reference was put stand behind those it knows.
        known = [
            (share, terms, view.rows[:, : terms.shape[1]].T)
            for (share, view), terms in zip(self._views, self._reference, strict=True)
        ]
        nearest = np.zeros((_HUB_NEIGHBOURS, self._size))
        for block in self._blocks(n_terms):
            cosines = np.zeros((min(block.stop, n_terms) - block.start, self._size))
            for share, terms, texts in known:
                cosines += share * (terms[block] @ texts).toarray()
            both = np.concatenate((nearest, cosines))
            nearest = np.partition(both, len(both) - _HUB_NEIGHBOURS, axis=0)[-_HUB_NEIGHBOURS:]
        mean: Floats = np.asarray(nearest.mean(axis=0), dtype=np.float64)
        return mean
