"""Chinese–English dictionary: what a Chinese text says in English stems, and a search across the two languages.

A plain dictionary gloss finds the English name of a Chinese term among 2,900 in 85 of 100 cases. What lifts it:
every dictionary word inside the text counts, not one segmentation of it; each word carries learned probabilities,
so that 机 says *machine* and hardly *opportunity*; and English word families (*immune*, *immunology*) meet through
their first letters. The table comes from `benchmarks/train/dictionary.py`; sources and licence stand beside it in
`data/zh_en_lexicon.LICENSE.md`. Nothing here needs a network.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import opencc
import Stemmer
from scipy import sparse

Language = Literal["zh", "en"]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

STOP_WORDS = frozenset(
    "a an and are as at be been being by can could did do does for from had has have he her his how i if in into is"
    " it its may me more most my no nor not of off on one onto or other our out over own per she should so some such"
    " than that the their them then there these they this those through to too under up very was we were what when"
    " where which while who whom why will with would you your".split()
)
_LATIN = re.compile(r"[a-z0-9]+")
# A Latin word inside a Chinese text stands for about one Chinese word, which is two characters.
_LATIN_CHARACTERS = 2.0
# How strongly a long word takes the characters it shares with shorter ones: its pull is length ** (this - 1).
_LENGTH_POWER = 1.5
# Repeated and fanned-out stems count less than proportionally.
_QUERY_POWER = 0.35
_DOCUMENT_POWER = 0.5
# Word-family channels: number of leading letters (0 = the whole stem) and share of the squared score.
_CHANNELS = ((0, 0.5), (5, 0.25), (4, 0.25))
_CHUNK = 512


@cache
def _simplifier() -> Any:
    return opencc.OpenCC("t2s")


@cache
def _stemmer() -> Any:
    return Stemmer.Stemmer("english")


def english_stems(text: str) -> list[str]:
    """Lower-case letter and digit runs of `text`, stop words left out, stemmed by Snowball English."""
    words = [word for word in _LATIN.findall(text.lower()) if word not in STOP_WORDS]
    stems: list[str] = _stemmer().stemWords(words)
    return stems


@dataclass(frozen=True)
class _Lexicon:
    """The shipped table: word number `i` owns `stem_ids[start[i]:start[i + 1]]` with probabilities `weights`."""

    words: Mapping[str, int]
    stems: tuple[str, ...]
    start: Ints
    stem_ids: Ints
    weights: Floats
    longest: Mapping[str, int]


def _strings(packed: npt.NDArray[np.uint8]) -> list[str]:
    return packed.tobytes().decode("utf-8").split("\n")


@cache
def _lexicon() -> _Lexicon:
    resource = files("fairground.language").joinpath("data/zh_en_lexicon.npz")
    with resource.open("rb") as stream, np.load(stream) as table:
        words = _strings(table["words"])
        stems = tuple(_strings(table["stems"]))
        counts = table["counts"].astype(np.int64)
        stem_ids = table["stem_ids"].astype(np.int64)
        weights = table["weights"].astype(np.float64)
    start = np.concatenate(([0], np.cumsum(counts)))
    weights /= np.repeat(np.add.reduceat(weights, start[:-1]), counts)
    longest: dict[str, int] = {}
    for word in words:
        if len(word) > longest.get(word[0], 0):
            longest[word[0]] = len(word)
    return _Lexicon({word: i for i, word in enumerate(words)}, stems, start, stem_ids, weights, longest)


@cache
def _reverse() -> tuple[Mapping[str, int], Ints, Ints]:
    """Stem numbers, and the table's entries ordered by stem with the first entry of each."""
    lexicon = _lexicon()
    order = np.argsort(lexicon.stem_ids, kind="stable")
    first = np.searchsorted(lexicon.stem_ids[order], np.arange(len(lexicon.stems) + 1))
    return {stem: i for i, stem in enumerate(lexicon.stems)}, order, first


def simplify(text: str) -> str:
    """Traditional characters of `text` as simplified ones; other text as it is."""
    simplified: str = _simplifier().convert(text)
    return simplified


def translations(word: str) -> tuple[tuple[str, float], ...]:
    """English stems of a Chinese word.

    Parameters
    ----------
    word : a Chinese word or term, simplified or traditional

    Returns
    -------
    Pairs (stem, probability), most probable first, probabilities summing to 1; empty if the word is not in the
    dictionary (a longer text: see `gloss`).
    """
    lexicon = _lexicon()
    number = lexicon.words.get(simplify(word))
    if number is None:
        return ()
    part = slice(lexicon.start[number], lexicon.start[number + 1])
    return tuple(
        (lexicon.stems[i], float(p)) for i, p in zip(lexicon.stem_ids[part], lexicon.weights[part], strict=True)
    )


def translations_en(stem: str, limit: int = 20) -> tuple[tuple[str, float], ...]:
    """Chinese words for an English stem.

    Parameters
    ----------
    stem : an English stem as `english_stems` gives it
    limit : int, most words returned, 1 or more

    Returns
    -------
    Pairs (simplified word, probability), most probable first, short words before long ones at equal probability,
    probabilities over the returned words summing to 1; empty if no word of the dictionary means the stem.
    """
    numbers, order, first = _reverse()
    number = numbers.get(stem)
    if number is None:
        return ()
    lexicon = _lexicon()
    entries = order[first[number] : first[number + 1]]
    owners = np.searchsorted(lexicon.start, entries, side="right") - 1
    names = _word_list()
    found = sorted(
        ((names[owner], float(lexicon.weights[entry])) for owner, entry in zip(owners, entries, strict=True)),
        key=lambda pair: (-pair[1], len(pair[0]), pair[0]),
    )[:limit]
    total = sum(weight for _, weight in found)
    return tuple((word, weight / total) for word, weight in found)


@cache
def _word_list() -> tuple[str, ...]:
    return tuple(_lexicon().words)


def _spans(text: str, lexicon: _Lexicon) -> tuple[list[int], list[int], list[int]]:
    """Begin, end and number of every dictionary word inside simplified `text`."""
    begins: list[int] = []
    ends: list[int] = []
    numbers: list[int] = []
    words, longest = lexicon.words, lexicon.longest
    size = len(text)
    for begin, character in enumerate(text):
        reach = longest.get(character)
        if reach is None:
            continue
        for end in range(begin + 1, min(begin + reach, size) + 1):
            number = words.get(text[begin:end])
            if number is not None:
                begins.append(begin)
                ends.append(end)
                numbers.append(number)
    return begins, ends, numbers


def _gloss_ids(text: str, lexicon: _Lexicon) -> tuple[Ints, Floats]:
    """Stem numbers (with repeats) and weights of all dictionary words inside simplified `text`."""
    spans = _spans(text, lexicon)
    begin, end, number = (np.array(part, dtype=np.int64) for part in spans)
    if not number.size:
        return np.empty(0, np.int64), np.empty(0, np.float64)
    pull = (end - begin) ** (_LENGTH_POWER - 1.0)
    change = np.bincount(begin, pull, len(text) + 1) - np.bincount(end, pull, len(text) + 1)
    cover = np.cumsum(change)[:-1]
    covered = np.zeros(len(text) + 1)
    np.cumsum(np.divide(1.0, cover, out=np.zeros_like(cover), where=cover > 1e-9), out=covered[1:])
    share = pull * (covered[end] - covered[begin])
    low, high = lexicon.start[number], lexicon.start[number + 1]
    sizes = high - low
    entry = np.repeat(low - np.concatenate(([0], np.cumsum(sizes)[:-1])), sizes) + np.arange(sizes.sum())
    return lexicon.stem_ids[entry], np.repeat(share, sizes) * lexicon.weights[entry]


def gloss(text: str, least: float = 0.0) -> list[tuple[str, float]]:
    """Weighted English stems of a Chinese text.

    Every dictionary word inside the text speaks, also those that overlap; each Chinese character hands out a
    weight of 1 among the words that cover it, long words taking more, and each word hands its weight to its stems
    by probability. Latin words inside the text are stemmed and weigh as much as two characters.

    Parameters
    ----------
    text : Chinese, simplified or traditional, possibly mixed with Latin words; English alone is only stemmed
    least : stems of less weight (in characters, 0 or more) are left out

    Returns
    -------
    Pairs (stem, weight), heaviest first, then by stem; with `least` 0 the weights sum to the number of characters
    covered by the dictionary plus two for each Latin word that is not a stop word.
    """
    lexicon = _lexicon()
    simplified = simplify(text)
    stem_ids, weights = _gloss_ids(simplified, lexicon)
    heard: dict[str, float] = {}
    if stem_ids.size:
        unique, where = np.unique(stem_ids, return_inverse=True)
        sums = np.bincount(where, weights)
        keep = sums >= least
        heard = {
            lexicon.stems[i]: w for i, w in zip(unique[keep].tolist(), sums[keep].tolist(), strict=True)
        }
    for stem in english_stems(simplified):
        heard[stem] = heard.get(stem, 0.0) + _LATIN_CHARACTERS
    return sorted(heard.items(), key=lambda pair: (-pair[1], pair[0]))


def _counted(texts: Iterable[str], language: Language) -> list[dict[str, float]]:
    if language == "zh":
        return [dict(gloss(text)) for text in texts]
    bags: list[dict[str, float]] = []
    for text in texts:
        bag: dict[str, float] = {}
        for stem in english_stems(text):
            bag[stem] = bag.get(stem, 0.0) + 1.0
        bags.append(bag)
    return bags


def _families(bag: Mapping[str, float], letters: int) -> dict[str, float]:
    """The bag with its stems cut to their first letters; 0 letters leaves them whole."""
    if not letters:
        return dict(bag)
    families: dict[str, float] = {}
    for stem, weight in bag.items():
        head = stem[:letters]
        families[head] = families.get(head, 0.0) + weight
    return families


@dataclass(frozen=True)
class _Channel:
    """One view of the indexed texts: its features, their rarity, and the unit-length rows."""

    letters: int
    power: float
    query_power: float
    numbers: Mapping[str, int]
    rarity: Floats
    rows: sparse.csr_array

    def vectors(self, bags: Sequence[Mapping[str, float]]) -> sparse.csr_array:
        """Unit rows of query bags; what the index has never seen still counts towards the length."""
        unseen = math.log(2.0 * (self.rows.shape[0] + 1))
        row: list[int] = []
        column: list[int] = []
        value: list[float] = []
        for i, bag in enumerate(bags):
            square = 0.0
            begin = len(value)
            for feature, weight in _families(bag, self.letters).items():
                number = self.numbers.get(feature)
                v = weight**self.query_power * (unseen if number is None else float(self.rarity[number]))
                square += v * v
                if number is not None:
                    row.append(i)
                    column.append(number)
                    value.append(v)
            value[begin:] = [v / math.sqrt(square) for v in value[begin:]]
        return sparse.csr_array((value, (row, column)), shape=(len(bags), len(self.numbers)))


def _channel(bags: Sequence[Mapping[str, float]], letters: int, language: Language) -> _Channel:
    numbers: dict[str, int] = {}
    row: list[int] = []
    column: list[int] = []
    value: list[float] = []
    for i, bag in enumerate(bags):
        for feature, weight in _families(bag, letters).items():
            row.append(i)
            column.append(numbers.setdefault(feature, len(numbers)))
            value.append(weight)
    rows = sparse.csr_array((value, (row, column)), shape=(len(bags), len(numbers)))
    frequency = np.bincount(rows.indices, np.minimum(rows.data, 1.0), len(numbers))
    rarity = np.log((len(bags) + 1) / (frequency + 0.5))
    power, query_power = (_QUERY_POWER, _DOCUMENT_POWER) if language == "zh" else (_DOCUMENT_POWER, _QUERY_POWER)
    rows.data = rows.data**power * rarity[rows.indices]
    length = np.sqrt(np.bincount(np.repeat(np.arange(len(bags)), np.diff(rows.indptr)), rows.data**2, len(bags)))
    rows.data /= np.repeat(np.maximum(length, 1e-12), np.diff(rows.indptr))
    return _Channel(letters, power, query_power, numbers, rarity, rows)


class CrossLanguageIndex:
    """Texts of one language, searched by texts of the other.

    Scores lie in [0, 1] and depend on the indexed texts and the one query only, never on other queries, so a list
    of one need is served as well as a list of a thousand.
    """

    def __init__(self, language: Language, size: int, channels: Sequence[tuple[float, _Channel]]) -> None:
        self.language = language
        self.size = size
        self._channels = tuple(channels)

    @classmethod
    def build(cls, texts: Sequence[str], language: Language) -> CrossLanguageIndex:
        """Index `texts`, all of `language` ("zh" or "en"); cost grows with their total length."""
        bags = _counted(texts, language)
        return cls(
            language, len(texts), [(share, _channel(bags, letters, language)) for letters, share in _CHANNELS]
        )

    def scores(self, queries: Sequence[str]) -> Floats:
        """Score of every indexed text for each query in the other language, float64[n_query, n_text]."""
        bags = _counted(queries, "en" if self.language == "zh" else "zh")
        total = np.zeros((len(queries), self.size))
        for share, channel in self._channels:
            total += share * (channel.vectors(bags) @ channel.rows.T).toarray()
        return total

    def search(self, queries: Sequence[str], k: int = 10) -> tuple[Ints, Floats]:
        """Best texts for each query in the other language.

        Parameters
        ----------
        queries : texts in the language that was not indexed
        k : int, 1 or more

        Returns
        -------
        positions : int64[n_query, k], best first, equal scores by position; -1 where nothing (more) is shared
        scores : float64[n_query, k] in [0, 1]; 0 where the position is -1
        """
        positions = np.full((len(queries), k), -1, dtype=np.int64)
        best = np.zeros((len(queries), k))
        for begin in range(0, len(queries), _CHUNK):
            block = self.scores(queries[begin : begin + _CHUNK])
            order = np.argsort(-block, axis=1, kind="stable")[:, :k]
            values = np.take_along_axis(block, order, axis=1)
            found = order.shape[1]
            positions[begin : begin + len(block), :found] = np.where(values > 0, order, -1)
            best[begin : begin + len(block), :found] = values
        return positions, best
