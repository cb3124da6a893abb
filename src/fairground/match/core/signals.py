"""How alike two texts are, measured in several ways: words, phrases and meaning, field by field.

One list is *searched*, the other *asks*. Each asking text is put three times: its title, its opening and the
whole. Every signal is one number per (asking, searched) pair; `ranking` normalises and weighs them.

Source: BM25 after Robertson and Zaragoza, "The Probabilistic Relevance Framework" (2009), with the idf that
never falls below zero; cosine of (1 + ln tf) · idf after Salton and Buckley (1988).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from fairground.language.bridge import bridge_counts
from fairground.language.cross_language import CrossLanguageIndex, Language, Put
from fairground.language.detect import language_of
from fairground.language.encoders import Encoder
from fairground.language.han_grams import han_grams
from fairground.language.token_pairs import PairVocabulary, pairs
from fairground.language.tokens import TokenStream, Vocabulary, tokenise
from fairground.language.vectors import StaticVectors
from fairground.match.core.texts import FieldTexts

Floats = NDArray[np.float32]


PUTTINGS = ("title", "opening", "whole")
KINDS = ("words", "cosine", "phrases", "meaning")
TITLE_SIGNALS = ("words.titles", "meaning.titles")  # the asking title against the searched title alone
SIGNALS = (*(f"{kind}.{putting}" for putting in PUTTINGS for kind in KINDS), *TITLE_SIGNALS)

_OPENING_TOKENS = 80
_OPENING_GRAMS = 120  # of each length
_OPENING_CHARACTERS = 800  # of a Chinese text, or of one in the other language
_TITLE_WEIGHT = 3.0  # a word of a searched title counts as three of the body
_K1, _B = 1.2, 0.75
_COMMON_SHARE = 1 / 3  # a word in more of the searched texts than this tells them apart too little to pay for
_COMMON_FROM = 2_000
_NEURAL_SHARE = 0.65  # of the meaning, where a neural encoder is plugged in


@dataclass(frozen=True)
class Streams:
    """A list of texts as tokens: words and Chinese character runs of title and body, and their bridge words.

    `encoded_title`, `encoded_whole` : float32[n_text, n_dim], where a neural encoder is plugged in.
    Where the lists are of two languages: `title_bridge`, `body_bridge` : float32[n_text, n_word], the English stems
    Chinese stands for; `languages` : 'zh' | 'en' | 'mixed' of each text; `printed` : its title and its opening.
    """

    title: TokenStream
    body: TokenStream
    title_grams: TokenStream
    body_grams: TokenStream
    opening_grams: TokenStream
    title_bridge: sparse.csr_array | None = None
    body_bridge: sparse.csr_array | None = None
    encoded_title: Floats | None = None
    encoded_whole: Floats | None = None
    languages: tuple[str, ...] = ()
    printed: tuple[tuple[str, str], ...] = ()

    def __len__(self) -> int:
        return len(self.title)


class TextSpace:
    """The vocabularies all lists share. Every list is read before an index is made or asked."""

    def __init__(self, vectors: StaticVectors, *, bridged: bool, encoder: Encoder | None = None) -> None:
        self.words = Vocabulary()
        self.grams = PairVocabulary()
        self.vectors = vectors
        self.bridged = bridged
        self._encoder = encoder

    def read(self, texts: Sequence[FieldTexts]) -> Streams:
        """Turn texts into tokens, giving new words an id."""
        titles, bodies = [text.title for text in texts], [text.body for text in texts]
        return Streams(
            title=tokenise(titles, self.words, grow=True),
            body=tokenise(bodies, self.words, grow=True),
            title_grams=self._grams(titles),
            body_grams=self._grams(bodies),
            opening_grams=self._grams([body[:_OPENING_CHARACTERS] for body in bodies], _OPENING_GRAMS),
            title_bridge=bridge_counts(titles, self.words) if self.bridged else None,
            body_bridge=bridge_counts(bodies, self.words) if self.bridged else None,
            encoded_title=self._encoded(titles),
            encoded_whole=self._encoded(
                [". ".join(part for part in (text.title, text.body) if part) for text in texts]
            ),
            languages=tuple(_language(text) for text in texts) if self.bridged else (),
            printed=tuple(_printed(text) for text in texts) if self.bridged else (),
        )

    def _encoded(self, texts: Sequence[str]) -> Floats | None:
        return self._encoder.encode(texts) if self._encoder is not None else None

    def _grams(self, texts: Sequence[str], at_most: int | None = None) -> TokenStream:
        """Runs of one, two and three Chinese characters, which meet where the segmenter cut two texts differently.

        Of each length the first `at_most` of a text.
        """
        nothing = TokenStream(np.zeros(0, np.int32), np.zeros(len(texts) + 1, np.int64))
        grams = nothing
        for stream in han_grams(texts, self.grams):
            grams = joined(grams, stream, at_most)
        return grams


def _language(text: FieldTexts) -> str:
    found = language_of(text.body or text.title)
    return found if found in ("zh", "en") else "mixed"


def _printed(text: FieldTexts) -> tuple[str, str]:
    return text.title or text.body[:_OPENING_CHARACTERS], f"{text.title}\n{text.body[:_OPENING_CHARACTERS]}"


def counts_of(stream: TokenStream, n_terms: int) -> sparse.csr_array:
    """Return float32[n_text, n_terms]: how often each token stands in each text."""
    ones = np.ones(len(stream.ids), np.float32)
    # Copies: summing sorts in place, and the order of the tokens is still needed.
    counts = sparse.csr_array((ones, stream.ids.copy(), stream.offsets.copy()), shape=(len(stream), n_terms))
    counts.sum_duplicates()
    return counts


def joined(first: TokenStream, second: TokenStream, at_most: int | None = None) -> TokenStream:
    """Return each text's tokens of `first` followed by its first `at_most` tokens of `second`."""
    n_second = np.diff(second.offsets) if at_most is None else np.minimum(np.diff(second.offsets), at_most)
    offsets = np.concatenate(([0], np.cumsum(np.diff(first.offsets) + n_second)))
    ids = np.empty(int(offsets[-1]), np.int32)
    _join(first.ids, first.offsets, second.ids, second.offsets, n_second, offsets, ids)
    return TokenStream(ids, offsets)


class _Postings(NamedTuple):
    """Term → searched texts, with the weight of each posting for the word and the cosine signal."""

    start: NDArray[np.int64]
    texts: NDArray[np.int32]
    words: Floats
    cosine: Floats


class _Putting(NamedTuple):
    """One putting of every asking text; a NaN-free zero row where a text says nothing."""

    start: NDArray[np.int64]
    terms: NDArray[np.int32]
    words: Floats
    cosine: Floats
    phrase_start: NDArray[np.int64]
    phrases: NDArray[np.int32]  # 2 × a pair, 2 × a gram + 1: columns of an index move when pairs are added
    phrase_weights: Floats
    vectors: Floats


class _Scale(NamedTuple):
    """What a list says about its terms: how rare each is, and how long a text of it is."""

    idf: Floats
    unseen: np.float32  # the idf of a term that no text of the list has
    mean_length: float

    def idf_of(self, n_terms: int) -> Floats:
        """Return float32[n_terms], also for terms that came after the list."""
        more = n_terms - len(self.idf)
        return self.idf if more <= 0 else np.concatenate([self.idf, np.full(more, self.unseen, np.float32)])


class SignalIndex:
    """The searched list, ready to be asked. Every answer is the same whatever else is asked.

    With `like` its texts stand beside those of another list and are weighed by that one's scale, so that the signals
    of both compare: for a few texts that came after a list was indexed. Words may come after the list as well.
    """

    def __init__(
        self,
        space: TextSpace,
        searched: Streams,
        *,
        like: "SignalIndex | None" = None,
        pause: Callable[[], object] = bool,
    ) -> None:
        """Index texts; `pause` is called now and then between the steps."""
        self.n_texts = len(searched)
        self._space = space
        title = self._bridged(counts_of(searched.title, len(space.words)), searched.title_bridge)
        body = self._bridged(counts_of(searched.body, len(space.words)), searched.body_bridge)
        both = sparse.csr_array(title * np.float32(_TITLE_WEIGHT) + body)
        self._scale: _Scale = like._scale if like else _scale(both)
        self._words = _postings(both, self._scale)
        self._vectors = _beside(space.vectors.embed_counts(both, space.words), searched.encoded_whole)
        pause()
        self._pairs: PairVocabulary = like._pairs if like else PairVocabulary()
        title_pairs = pairs(searched.title, self._pairs, grow=True)
        body_pairs = pairs(searched.body, self._pairs, grow=True)
        phrases = sparse.csr_array(
            self._phrase_counts(title_pairs, searched.title_grams) * np.float32(_TITLE_WEIGHT)
            + self._phrase_counts(body_pairs, searched.body_grams)
        )
        pause()
        self._n_pairs, self._n_grams = len(self._pairs), len(space.grams)
        self._phrase_scale: _Scale = _scale(phrases) if like is None else like._phrase_scale_for(self)
        self._phrases = _postings(phrases, self._phrase_scale)
        pause()
        self._has_two_fields: bool = like._has_two_fields if like else bool(title.nnz and body.nnz)
        if self._has_two_fields:
            self._title_scale: _Scale = like._title_scale if like else _scale(title)
            self._titles = _postings(title, self._title_scale)
            title_vectors = space.vectors.embed_counts(title, space.words)
            self._title_vectors = _beside(title_vectors, searched.encoded_title)
        self._crossings: tuple[_Crossing, ...] = _crossings(
            searched, like._crossings if like else None, pause
        )

    def _phrase_scale_for(self, other: "SignalIndex") -> _Scale:
        """Return the scale of phrases in the columns of an index that knows more pairs and grams."""
        scale = self._phrase_scale
        pairs_idf = _Scale(scale.idf[: self._n_pairs], scale.unseen, 0).idf_of(other._n_pairs)
        grams_idf = _Scale(scale.idf[self._n_pairs :], scale.unseen, 0).idf_of(other._n_grams)
        return _Scale(np.concatenate([pairs_idf, grams_idf]), scale.unseen, scale.mean_length)

    def ask(self, asking: Streams) -> "Asking":
        """Prepare asking texts, in all their puttings."""
        words = {"title": asking.title}
        grams = {"title": asking.title_grams}
        if len(asking.body.ids):
            for putting, at_most in (("opening", _OPENING_TOKENS), ("whole", None)):
                words[putting] = joined(asking.title, asking.body, at_most)
            grams["opening"] = joined(asking.title_grams, asking.opening_grams)
            grams["whole"] = joined(asking.title_grams, asking.body_grams)
        prepared = {}
        for putting in words:
            counts = self._bridged(counts_of(words[putting], len(self._space.words)), asking.title_bridge)
            if putting != "title":
                counts = self._bridged(counts, asking.body_bridge)
            phrases = self._phrase_counts(pairs(words[putting], self._pairs, grow=False), grams[putting])
            encoded = asking.encoded_title if putting == "title" else asking.encoded_whole
            prepared[putting] = self._put(counts, phrases, encoded)
        return Asking(self, prepared, asking)

    def _bridged(self, counts: sparse.csr_array, bridge: sparse.csr_array | None) -> sparse.csr_array:
        if bridge is None:
            return counts
        widened = sparse.csr_array((bridge.data, bridge.indices, bridge.indptr), shape=counts.shape)
        return sparse.csr_array(counts + widened)

    def _phrase_counts(self, word_pairs: TokenStream, grams: TokenStream) -> sparse.csr_array:
        both = [counts_of(word_pairs, len(self._pairs)), counts_of(grams, len(self._space.grams))]
        return sparse.csr_array(sparse.hstack(both, format="csr", dtype=np.float32))

    def _put(self, counts: sparse.csr_array, phrases: sparse.csr_array, encoded: Floats | None) -> _Putting:
        cosine = _damped(counts.data) * self._scale.idf_of(counts.shape[1])[counts.indices]
        row = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
        length = np.sqrt(np.bincount(row, cosine.astype(np.float64) ** 2, counts.shape[0]))
        return _Putting(
            counts.indptr.astype(np.int64),
            counts.indices.astype(np.int32),
            counts.data.astype(np.float32),
            (cosine / np.maximum(length, 1e-9)[row]).astype(np.float32),
            phrases.indptr.astype(np.int64),
            _named(phrases.indices, len(self._pairs)),
            _damped(phrases.data),
            _beside(self._space.vectors.embed_counts(counts, self._space.words), encoded),
        )


class Asking:
    """Asking texts prepared for one index."""

    def __init__(self, index: SignalIndex, puttings: dict[str, _Putting], asking: Streams) -> None:
        self._index = index
        self._puttings = puttings
        self._asking = asking
        self._phrase_columns = {
            name: _columns(put.phrases, index._n_pairs, index._n_grams) for name, put in puttings.items()
        }
        self._crossed: dict[str, tuple[Put, Put]] = {}
        self.n_texts = len(asking)

    def beside(self, index: SignalIndex) -> "Asking":
        """Put the same texts to an index that was made like this one's."""
        asking = Asking(index, self._puttings, self._asking)
        asking._crossed = self._crossed
        return asking

    def cross_once(self) -> "Asking":
        """Cut the texts for the other language now and for good: for texts that are put `beside` again and again."""
        for crossing in self._index._crossings:
            rows = [n for n in range(self.n_texts) if self._asking.languages[n] == crossing.asked_in]
            if rows:
                titles, openings = zip(*(self._asking.printed[n] for n in rows), strict=True)
                self._crossed[crossing.asked_in] = crossing.reader.put(titles), crossing.reader.put(openings)
        return self

    def signals(self, first: int, last: int) -> Floats:
        """Return float32[len(SIGNALS), last - first, n_searched] for asking texts first … last - 1.

        A text without a body puts its title three times.
        """
        index = self._index
        found = np.zeros((len(SIGNALS), last - first, index.n_texts), np.float32)
        for number, name in enumerate(PUTTINGS):
            block = found[number * len(KINDS) : (number + 1) * len(KINDS)]
            if name not in self._puttings:
                block[:] = found[: len(KINDS)]
                continue
            put = self._puttings[name]
            words = index._words
            _add_words(first, last, put.start, put.terms, put.words, put.cosine, *words, block[0], block[1])
            phrases = index._phrases
            _add_phrases(
                first, last, put.phrase_start, self._phrase_columns[name], put.phrase_weights,
                phrases.start, phrases.texts, phrases.words, block[2],
            )  # fmt: skip
            np.matmul(put.vectors[first:last], index._vectors.T, out=block[3])
        title = self._puttings["title"]
        if index._has_two_fields:
            titles = index._titles
            _add_phrases(
                first, last, title.start, title.terms, title.words,
                titles.start, titles.texts, titles.words, found[-2],
            )  # fmt: skip
            np.matmul(title.vectors[first:last], index._title_vectors.T, out=found[-1])
        else:
            found[-2], found[-1] = found[0], found[3]
        self._cross(first, last, found)
        return found

    def _cross(self, first: int, last: int, found: Floats) -> None:
        """Where asker and text are of two languages, let the cosine be the one that reads the dictionary."""
        for crossing in self._index._crossings:
            rows = [n for n in range(first, last) if self._asking.languages[n] == crossing.asked_in]
            if not rows:
                continue
            if crossing.asked_in in self._crossed:
                # Texts were put in their order: those before `first` in the same language stand before them.
                begin = sum(self._asking.languages[n] == crossing.asked_in for n in range(first))
                by_title, by_opening = (
                    np.maximum(crossing.reader.scores_of(put, begin, begin + len(rows)), 0)
                    for put in self._crossed[crossing.asked_in]
                )
            else:
                titles, openings = zip(*(self._asking.printed[n] for n in rows), strict=True)
                by_title = np.maximum(crossing.reader.scores(titles), 0)
                by_opening = (
                    by_title if titles == openings else np.maximum(crossing.reader.scores(openings), 0)
                )
            places = np.ix_(np.array(rows) - first, crossing.texts)
            for putting, scores in zip(PUTTINGS, (by_title, by_opening, by_opening), strict=True):
                found[SIGNALS.index(f"cosine.{putting}")][places] = scores


class _Crossing(NamedTuple):
    """The searched texts of one language, for askers of the other."""

    asked_in: str
    texts: NDArray[np.int64]
    reader: CrossLanguageIndex


def _crossings(
    searched: Streams, like: "tuple[_Crossing, ...] | None", pause: Callable[[], object]
) -> tuple[_Crossing, ...]:
    found = []
    if like is not None:
        for crossing in like:
            language = "zh" if crossing.asked_in == "en" else "en"
            texts = [n for n, one in enumerate(searched.languages) if one == language]
            if texts:
                beside = crossing.reader.beside([searched.printed[n][1] for n in texts])
                found.append(_Crossing(crossing.asked_in, np.array(texts), beside))
        return tuple(found)
    pairs_of_languages: tuple[tuple[Language, str], ...] = (("zh", "en"), ("en", "zh"))
    for language, other in pairs_of_languages:
        texts = [n for n, one in enumerate(searched.languages) if one == language]
        if texts:
            index = CrossLanguageIndex.build([searched.printed[n][1] for n in texts], language, pause=pause)
            found.append(_Crossing(other, np.array(texts), index))
    return tuple(found)


def _beside(static: Floats, encoded: Floats | None) -> Floats:
    """Put a neural vector beside the static one, so that their product is the weighted mean of both cosines."""
    if encoded is None:
        return static
    parts = [static * np.float32((1 - _NEURAL_SHARE) ** 0.5), encoded * np.float32(_NEURAL_SHARE**0.5)]
    return np.concatenate(parts, axis=1)


def _damped(counts: Floats) -> Floats:
    """Return 1 + ln tf, and tf itself below 1, where a fractional bridge word stands."""
    damped: Floats = np.where(counts > 1, 1 + np.log(np.maximum(counts, 1)), counts).astype(np.float32)
    return damped


def _named(columns: NDArray[np.int32], n_pairs: int) -> NDArray[np.int32]:
    """Return what stands for each column of a phrase table whoever reads it, see `_Putting`."""
    named: NDArray[np.int32] = np.where(columns < n_pairs, 2 * columns, 2 * (columns - n_pairs) + 1)
    return named.astype(np.int32)


def _columns(named: NDArray[np.int32], n_pairs: int, n_grams: int) -> NDArray[np.int32]:
    """Return the column of each phrase in a table with so many pairs and grams; one past the last where it has none."""
    number, is_gram = named >> 1, (named & 1).astype(bool)
    known = np.where(is_gram, number < n_grams, number < n_pairs)
    columns: NDArray[np.int32] = np.where(
        known, np.where(is_gram, number + n_pairs, number), n_pairs + n_grams
    )
    return columns.astype(np.int32)


def _scale(counts: sparse.csr_array) -> _Scale:
    n_texts = counts.shape[0]
    frequency = np.bincount(counts.indices, minlength=counts.shape[1])
    idf: Floats = np.log(1 + (n_texts - frequency + 0.5) / (frequency + 0.5)).astype(np.float32)
    if n_texts >= _COMMON_FROM:
        idf[frequency > _COMMON_SHARE * n_texts] = 0
    lengths = np.asarray(counts.sum(axis=1)).ravel()
    return _Scale(idf, np.float32(np.log(1 + (n_texts + 0.5) / 0.5)), float(lengths.mean() or 1.0))


def _postings(counts: sparse.csr_array, scale: _Scale) -> _Postings:
    """Turn counts of searched texts into weighted postings, terms without weight left out."""
    idf = scale.idf_of(counts.shape[1])
    lengths = np.asarray(counts.sum(axis=1)).ravel()
    mean = scale.mean_length
    row = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    weight = idf[counts.indices]
    saturation = _K1 * (1 - _B + _B * lengths / mean)
    words = weight * counts.data * (_K1 + 1) / (counts.data + saturation[row])
    cosine = _damped(counts.data) * weight
    length = np.sqrt(np.bincount(row, cosine.astype(np.float64) ** 2, counts.shape[0]))
    cosine = cosine / np.maximum(length, 1e-9)[row]
    kept = weight > 0
    order = np.argsort(counts.indices[kept], kind="stable")
    term_counts = np.bincount(counts.indices[kept], minlength=counts.shape[1])
    return _Postings(
        np.concatenate(([0], np.cumsum(term_counts))).astype(np.int64),
        row[kept][order].astype(np.int32),
        words[kept][order].astype(np.float32),
        cosine[kept][order].astype(np.float32),
    )


@numba.njit(cache=True, nogil=True)
def _join(
    first: NDArray[np.int32],
    first_offsets: NDArray[np.int64],
    second: NDArray[np.int32],
    second_offsets: NDArray[np.int64],
    n_second: NDArray[np.int64],
    offsets: NDArray[np.int64],
    ids: NDArray[np.int32],
) -> None:
    for text in range(len(offsets) - 1):
        written = offsets[text]
        for position in range(first_offsets[text], first_offsets[text + 1]):
            ids[written] = first[position]
            written += 1
        for position in range(second_offsets[text], second_offsets[text] + n_second[text]):
            ids[written] = second[position]
            written += 1


@numba.njit(cache=True, nogil=True)
def _add_words(
    first: int,
    last: int,
    start: NDArray[np.int64],
    terms: NDArray[np.int32],
    asked_words: Floats,
    asked_cosine: Floats,
    posting_start: NDArray[np.int64],
    posting_texts: NDArray[np.int32],
    posting_words: Floats,
    posting_cosine: Floats,
    words: Floats,
    cosine: Floats,
) -> None:
    for asking in range(first, last):
        row_words, row_cosine = words[asking - first], cosine[asking - first]
        for position in range(start[asking], start[asking + 1]):
            term, by_words, by_cosine = terms[position], asked_words[position], asked_cosine[position]
            if term + 1 >= len(posting_start):
                continue  # a word that came after the index
            for posting in range(posting_start[term], posting_start[term + 1]):
                text = posting_texts[posting]
                row_words[text] += by_words * posting_words[posting]
                row_cosine[text] += by_cosine * posting_cosine[posting]


@numba.njit(cache=True, nogil=True)
def _add_phrases(
    first: int,
    last: int,
    start: NDArray[np.int64],
    terms: NDArray[np.int32],
    weights: Floats,
    posting_start: NDArray[np.int64],
    posting_texts: NDArray[np.int32],
    posting_weights: Floats,
    found: Floats,
) -> None:
    for asking in range(first, last):
        row = found[asking - first]
        for position in range(start[asking], start[asking + 1]):
            term, weight = terms[position], weights[position]
            if term + 1 >= len(posting_start):
                continue
            for posting in range(posting_start[term], posting_start[term + 1]):
                row[posting_texts[posting]] += weight * posting_weights[posting]
