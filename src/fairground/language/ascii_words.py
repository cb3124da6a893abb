"""The words of ASCII text, each turned into its token once and found again by a hash of its bytes.

Most of a large English list is words met before. They are numbered in one compiled pass over the bytes,
without making a string of any of them; only a word met for the first time is stemmed in Python.
"""

from collections.abc import Callable, Sequence

import numba
import numpy as np
from numpy.typing import NDArray

DROPPED = -1  # the id of a word that is no token
_UNDECIDED = -2  # the id of a word not met before, or unknown when it was
_SMALLEST_TABLE = 1 << 12
_FREE = np.uint64(0)

# Lower-cases letters, keeps digits, and turns every other byte into 0.
_FOLD = np.array(
    [
        byte + 32 if 65 <= byte <= 90 else byte if 48 <= byte <= 57 or 97 <= byte <= 122 else 0
        for byte in range(256)
    ],
    np.uint8,
)


class AsciiWords:
    """Remembers the token of every word met.

    Words are told apart by a 63-bit hash: that any two of a million words share one has a chance of 1 in
    18 million, and they would then count as the same word.
    """

    def __init__(self, token_of: Callable[[str], str]) -> None:
        """`token_of` gives the token of a lower-case word, '' for a word to be dropped."""
        self._token_of = token_of
        self._keys = np.zeros(_SMALLEST_TABLE, np.uint64)
        self._numbers = np.zeros(_SMALLEST_TABLE, np.int32)
        self._n_words = 0
        self._ids = np.zeros(0, np.int32)  # by word number
        self._tokens: dict[int, str] = {}  # of undecided words, by word number

    def ids_of(
        self, texts: Sequence[str], id_of_token: Callable[[str], int]
    ) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Return the token ids of ASCII texts, DROPPED ones among them, and where each text ends.

        `id_of_token` is asked once a call for each distinct word whose token has no id yet, in the order the
        words are first met.
        """
        content = np.frombuffer(("\n".join(texts) + "\n").encode("ascii"), np.uint8)
        text_ends = np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)) + 1) - 1
        numbers = np.empty(len(content) // 2 + 1, np.int32)
        new_spans = np.empty((len(content) // 2 + 1, 2), np.int64)
        ends = np.empty(len(texts), np.int64)
        known_before = self._n_words
        text = written = 0
        while text < len(texts):
            text, written, self._n_words = _number_words(
                content,
                text_ends,
                self._keys,
                self._numbers,
                self._n_words,
                text,
                written,
                numbers,
                ends,
                new_spans[self._n_words - known_before :],
            )
            if text < len(texts):
                self._double()
        for number, (begin, end) in enumerate(
            new_spans[: self._n_words - known_before].tolist(), known_before
        ):
            self._tokens[number] = self._token_of(content[begin:end].tobytes().decode("ascii").lower())
        return self._decided(numbers[:written], id_of_token), ends

    def _decided(self, numbers: NDArray[np.int32], id_of_token: Callable[[str], int]) -> NDArray[np.int32]:
        if len(self._ids) < self._n_words:
            more = max(len(self._ids), self._n_words - len(self._ids))
            self._ids = np.concatenate([self._ids, np.full(more, _UNDECIDED, np.int32)])
        ids = self._ids[numbers]
        undecided = np.flatnonzero(ids == _UNDECIDED)
        if len(undecided) == 0:
            return ids
        distinct, first = np.unique(numbers[undecided], return_index=True)
        for number in distinct[np.argsort(first)].tolist():
            token = self._tokens[number]
            token_id = id_of_token(token) if token else DROPPED
            if token_id >= 0 or not token:
                self._ids[number] = token_id
                del self._tokens[number]
        ids = self._ids[numbers]
        ids[ids == _UNDECIDED] = DROPPED  # unknown for now; asked again when met again
        return ids

    def _double(self) -> None:
        keys, numbers = np.zeros(2 * len(self._keys), np.uint64), np.zeros(2 * len(self._keys), np.int32)
        _rehash(self._keys, self._numbers, keys, numbers)
        self._keys, self._numbers = keys, numbers


@numba.njit(cache=True, nogil=True)
def _slot(keys: NDArray[np.uint64], key: np.uint64) -> int:
    """Return the slot that holds `key`, or the free one where it belongs."""
    mask = len(keys) - 1
    slot = int((key * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(24)) & mask
    while keys[slot] != _FREE and keys[slot] != key:
        slot = (slot + 1) & mask
    return slot


@numba.njit(cache=True, nogil=True)
def _rehash(
    old_keys: NDArray[np.uint64],
    old_numbers: NDArray[np.int32],
    keys: NDArray[np.uint64],
    numbers: NDArray[np.int32],
) -> None:
    for old in range(len(old_keys)):
        if old_keys[old] != _FREE:
            slot = _slot(keys, old_keys[old])
            keys[slot] = old_keys[old]
            numbers[slot] = old_numbers[old]


@numba.njit(cache=True, nogil=True)
def _number_words(
    content: NDArray[np.uint8],
    text_ends: NDArray[np.int64],
    keys: NDArray[np.uint64],
    numbers: NDArray[np.int32],
    n_words: int,
    first_text: int,
    written: int,
    word_numbers: NDArray[np.int32],
    ends: NDArray[np.int64],
    new_spans: NDArray[np.int64],
) -> tuple[int, int, int]:
    """Number the words of texts from `first_text` on, until the table could become more than half full.

    Returns the first text not done, the words written so far and the distinct words known.
    """
    n_new = 0
    for text in range(first_text, len(text_ends)):
        place = text_ends[text - 1] + 1 if text > 0 else 0
        end = text_ends[text]
        if n_words + (end - place) // 2 + 1 > len(keys) // 2:
            return text, written, n_words
        while place < end:
            if _FOLD[content[place]] == 0:
                place += 1
                continue
            begin = place
            key = np.uint64(0xCBF29CE484222325)  # FNV-1a: offset basis and prime
            while place < end and _FOLD[content[place]] != 0:
                key = (key ^ np.uint64(_FOLD[content[place]])) * np.uint64(0x100000001B3)
                place += 1
            key |= np.uint64(1)  # never 0, which marks a free slot
            slot = _slot(keys, key)
            if keys[slot] == _FREE:
                keys[slot] = key
                numbers[slot] = n_words
                new_spans[n_new, 0], new_spans[n_new, 1] = begin, place
                n_words += 1
                n_new += 1
            word_numbers[written] = numbers[slot]
            written += 1
        ends[text] = written
    return len(text_ends), written, n_words
