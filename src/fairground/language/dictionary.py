"""Chinese–English dictionary: what a Chinese text says in English stems.

A plain gloss speaks for one segmentation of a text and gives every sense of a word the same say. Here
every dictionary word inside the text speaks, long ones loudest, and each with learned probabilities: 机 says
*machine* and hardly *opportunity*. The table is made by `benchmarks/train/dictionary.py`; its sources and
its own licence stand in `data/zh_en_lexicon.LICENSE.md`. `cross_language` searches with it.
"""

import re
from bisect import insort
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from typing import IO

import numba
import numpy as np
from numpy.typing import NDArray

from fairground.language.normalise import fold
from fairground.language.tokens import surface_forms
from fairground.language.words_inside import WordsInside

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_OTHER_RUN = re.compile("[^\\W_\u3400-\u9fff\U00020000-\U0003134f々〇]+")  # letters and digits, not Chinese
# A Latin word inside a Chinese text stands for about one Chinese word, which is two characters.
_LATIN_CHARACTERS = 2.0
# Words that share characters take parts of them that grow with this power of their length. On short names
# 0, 0.5 and 1 measure alike; on longer texts a term must not drown in the words inside it.
_LENGTH_PULL = 0.5


@dataclass(frozen=True, eq=False)  # compared by identity: two tables are never compared cell by cell
class Dictionary:
    """A table of Chinese words with probabilities of English stems.

    `numbers` : simplified word → its number, in the order of the other tables.
    `stems` : the English stems, in alphabetical order.
    `start` : int64[n_word + 1]; word i owns the entries `start[i]:start[i + 1]`, at least one.
    `stem_ids`, `weights` : int64[n_entry] and float64[n_entry]; the weights of one word sum to 1.
    `usage` : float64[n_word] ≥ 0, logarithm of how often the word is met; orders words that mean the same.
    """

    numbers: Mapping[str, int]
    stems: tuple[str, ...]
    start: Ints
    stem_ids: Ints
    weights: Floats
    usage: Floats

    @classmethod
    def read(cls, stream: IO[bytes]) -> "Dictionary":
        """Read a table as `benchmarks/train/dictionary.py` writes it."""
        with np.load(stream) as table:
            words = _strings(table["words"])
            stems = tuple(_strings(table["stems"]))
            counts = table["counts"].astype(np.int64)
            stem_ids = table["stem_ids"].astype(np.int64)
            weights = table["weights"].astype(np.float64)
            usage = table["usage"].astype(np.float64)
        start = np.concatenate(([0], np.cumsum(counts)))
        weights /= np.repeat(np.add.reduceat(weights, start[:-1]), counts)
        return cls({word: i for i, word in enumerate(words)}, stems, start, stem_ids, weights, usage)

    @cached_property
    def _words(self) -> tuple[str, ...]:
        return tuple(self.numbers)

    @cached_property
    def _words_inside(self) -> WordsInside:
        return WordsInside(self._words)

    @cached_property
    def stem_numbers(self) -> dict[str, int]:
        """Stem → its number."""
        return {stem: i for i, stem in enumerate(self.stems)}

    @cached_property
    def _by_stem(self) -> tuple[Ints, Ints]:
        """The entries ordered by stem, and where each stem's begin."""
        order = np.argsort(self.stem_ids, kind="stable")
        return order, np.searchsorted(self.stem_ids[order], np.arange(len(self.stems) + 1))

    def translations(self, word: str) -> tuple[tuple[str, float], ...]:
        """See the function `translations`."""
        number = self.numbers.get(fold(word).lower())
        if number is None:
            return ()
        own = slice(self.start[number], self.start[number + 1])
        return tuple(
            (self.stems[stem], weight)
            for stem, weight in zip(self.stem_ids[own].tolist(), self.weights[own].tolist(), strict=True)
        )

    def translations_en(self, stem: str, limit: int = 20) -> tuple[tuple[str, float], ...]:
        """See the function `translations_en`."""
        number = self.stem_numbers.get(stem)
        if number is None:
            return ()
        order, first = self._by_stem
        entries = order[first[number] : first[number + 1]]
        owners = np.searchsorted(self.start, entries, side="right") - 1
        weights = self.weights[entries] * (1.0 + self.usage[owners])
        found = sorted(
            ((self._words[i], w) for i, w in zip(owners.tolist(), weights.tolist(), strict=True)),
            key=lambda pair: (-pair[1], len(pair[0]), pair[0]),
        )[:limit]
        total = sum(weight for _, weight in found)
        return tuple((word, weight / total) for word, weight in found)

    def gloss(self, text: str, least: float = 0.0) -> list[tuple[str, float]]:
        """See the function `gloss`."""
        numbers, sums, unknown = self.spoken(text)
        # Stem numbers follow the alphabet, so a stable sort leaves equal weights in its order.
        order = np.argsort(-sums, kind="stable")[: np.count_nonzero(sums >= least)]
        heard = [
            (self.stems[i], w) for i, w in zip(numbers[order].tolist(), sums[order].tolist(), strict=True)
        ]
        for stem, weight in unknown.items():
            if weight >= least:
                insort(heard, (stem, weight), key=lambda pair: (-pair[1], pair[0]))
        return heard

    def spoken(self, text: str) -> tuple[Ints, Floats, dict[str, float]]:
        """What `gloss` says, by number.

        Returns
        -------
        numbers, weights : int64[n_stem], rising, and float64[n_stem] > 0, of the stems this table has
        unknown : stem → weight of Latin words it does not have
        """
        folded = fold(text).lower()
        known: list[int] = []
        unknown: dict[str, float] = {}
        for stem in english_stems(folded):
            number = self.stem_numbers.get(stem)
            if number is None:
                unknown[stem] = unknown.get(stem, 0.0) + _LATIN_CHARACTERS
            else:
                known.append(number)
        spans = self._words_inside.spans(folded)
        latin = np.array(known, np.int64)
        return (*_heard(*spans, self.start, self.stem_ids, self.weights, latin), unknown)


@numba.njit(cache=True, nogil=True)
def _heard(
    begins: Ints, ends: Ints, words: Ints, start: Ints, stem_ids: Ints, weights: Floats, latin: Ints
) -> tuple[Ints, Floats]:
    """Sum by stem what the dictionary words inside a text say, and its Latin words; the stems rise."""
    n_entries = len(latin)
    for word in words:
        n_entries += start[word + 1] - start[word]
    size = 16
    while size < 2 * n_entries:
        size *= 2
    stems, sums = np.full(size, -1, np.int64), np.zeros(size)
    reach = ends.max() + 1 if len(ends) else 1
    cover = np.zeros(reach)
    for place in range(len(words)):
        pull = (ends[place] - begins[place]) ** _LENGTH_PULL
        cover[begins[place]] += pull
        cover[ends[place]] -= pull
    # What one unit of pull takes of the characters up to each place.
    until = np.zeros(reach + 1)
    covered = 0.0
    for place in range(reach):
        covered += cover[place]
        # Rounding leaves a trace of the words that ended where none covers the character.
        until[place + 1] = until[place] + (1.0 / covered if covered > 0.5 else 0.0)
    for place in range(len(words)):
        pull = (ends[place] - begins[place]) ** _LENGTH_PULL
        share = pull * (until[ends[place]] - until[begins[place]])
        for entry in range(start[words[place]], start[words[place] + 1]):
            _add(stems, sums, stem_ids[entry], share * weights[entry])
    for stem in latin:
        _add(stems, sums, stem, _LATIN_CHARACTERS)
    there = np.flatnonzero(stems >= 0)
    there = there[np.argsort(stems[there])]
    return stems[there], sums[there]


@numba.njit(cache=True, nogil=True)
def _add(stems: Ints, sums: Floats, stem: int, weight: float) -> None:
    """Add to a stem's sum in an open-addressing table that is at most half full."""
    mask = len(stems) - 1
    slot = (stem * 40503) & mask
    while stems[slot] >= 0 and stems[slot] != stem:
        slot = (slot + 1) & mask
    stems[slot] = stem
    sums[slot] += weight


def _strings(packed: NDArray[np.uint8]) -> list[str]:
    return packed.tobytes().decode("utf-8").split("\n")


@cache
def shipped_dictionary() -> Dictionary:
    """The dictionary that comes with the package, read on first use."""
    with files("fairground.language").joinpath("data/zh_en_lexicon.npz").open("rb") as stream:
        return Dictionary.read(stream)


@cache
def shipped_terms() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Our own technical terms, each Chinese term with its English renderings, in the order of the file."""
    text = files("fairground.language").joinpath("data/terms_zh_en.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return tuple((term, tuple(part.strip() for part in english.split(";"))) for term, english in rows)


@lru_cache(maxsize=1 << 16)
def _stems_of_run(run: str) -> tuple[str, ...]:
    return tuple(stem for stem, _ in surface_forms(run))


def english_stems(text: str) -> list[str]:
    """Stems of the Latin words of a text in their order, as `tokens` makes them; Chinese is left out."""
    return [stem for run in _OTHER_RUN.findall(text) for stem in _stems_of_run(run)]


def translations(word: str) -> tuple[tuple[str, float], ...]:
    """English stems of a Chinese word.

    Parameters
    ----------
    word : a Chinese word or term, simplified or traditional

    Returns
    -------
    Pairs (stem, probability), most probable first, probabilities summing to 1; empty where the word is not
    in the dictionary (for a longer text: `gloss`).
    """
    return shipped_dictionary().translations(word)


def translations_en(stem: str, limit: int = 20) -> tuple[tuple[str, float], ...]:
    """Chinese words for an English stem.

    Parameters
    ----------
    stem : an English stem as `english_stems` gives it
    limit : int ≥ 1, most words returned

    Returns
    -------
    Pairs (simplified word, probability), most probable first, probabilities over the returned words summing
    to 1; empty where no word of the dictionary means the stem.
    """
    return shipped_dictionary().translations_en(stem, limit)


def gloss(text: str, least: float = 0.0) -> list[tuple[str, float]]:
    """Weighted English stems of a Chinese text.

    Every dictionary word inside the text speaks, also those that overlap: each Chinese character hands out
    a weight of 1 among the words that cover it, long words taking more, and each word hands its weight to its
    stems by probability. A Latin word inside the text weighs as much as two characters.

    Parameters
    ----------
    text : Chinese, simplified or traditional, also mixed with Latin words
    least : float ≥ 0, in characters; stems that weigh less are left out

    Returns
    -------
    Pairs (stem, weight), heaviest first, then by stem. With `least` 0 the weights sum to the number of
    Chinese characters the dictionary covers plus two for each Latin word that is not a stop word.

    Cost: O(characters); measured in docs/measurements/.
    """
    return shipped_dictionary().gloss(text, least)
