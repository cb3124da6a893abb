"""Adjacent tokens as tokens of their own: the phrase channel.

A pair is keyed by its two ids, not by its text, so a phrase channel of a million offers is made without
building a string for any pair.
"""

import numba
import numpy as np
from numpy.typing import NDArray

from fairground.language.tokens import TokenStream

EMPTY = -1  # no key is negative
_SMALLEST_TABLE = 1 << 10


class PairVocabulary:
    """Pair of token ids ↔ pair id, or any other key in 63 bits. Ids count up from 0 in the order pairs are first met.

    An open-addressing hash table in two arrays; it is never more than half full.
    """

    def __init__(self) -> None:
        self._keys = np.full(_SMALLEST_TABLE, EMPTY, np.int64)
        self._ids = np.zeros(_SMALLEST_TABLE, np.int32)
        self._n_pairs = 0

    def __len__(self) -> int:
        return self._n_pairs

    def ids_of(self, keys: NDArray[np.int64]) -> NDArray[np.int32]:
        """Return the ids of keys ≥ 0, giving new ones the next ids."""
        ids = np.empty(len(keys), np.int32)
        done = 0
        while done < len(keys):
            done, self._n_pairs = _number_keys(keys, self._keys, self._ids, self._n_pairs, done, ids)
            if done < len(keys):
                self._double()
        return ids

    def _double(self) -> None:
        keys = np.full(2 * len(self._keys), EMPTY, np.int64)
        ids = np.zeros(len(keys), np.int32)
        _rehash(self._keys, self._ids, keys, ids)
        self._keys, self._ids = keys, ids


def pairs(stream: TokenStream, vocabulary: PairVocabulary, *, grow: bool) -> TokenStream:
    """Turn each two neighbouring tokens of a text into one pair token.

    Parameters
    ----------
    stream : tokens of n texts; pairs never span two texts
    vocabulary : the pairs known so far, keyed by ids of the vocabulary `stream` was made with
    grow : True gives new pairs an id; False drops them and leaves the vocabulary as it is

    Returns
    -------
    TokenStream of n texts; a text of m tokens has at most m - 1 pairs

    Cost: O(tokens).
    """
    pair_ids = np.empty(len(stream.ids), np.int32)
    offsets = np.zeros(len(stream.offsets), np.int64)
    text = written = 0
    while text < len(stream):
        text, written, vocabulary._n_pairs = _pair_texts(
            stream.ids,
            stream.offsets,
            vocabulary._keys,
            vocabulary._ids,
            vocabulary._n_pairs,
            grow,
            text,
            written,
            pair_ids,
            offsets,
        )
        if text < len(stream):
            vocabulary._double()
    return TokenStream(pair_ids[:written].copy(), offsets)


@numba.njit(cache=True, nogil=True)
def slot_of(keys: NDArray[np.int64], key: np.int64) -> int:
    """Return the slot that holds `key`, or the empty one where it belongs."""
    mask = len(keys) - 1
    mixed = np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)
    slot = int(mixed >> np.uint64(20)) & mask
    while keys[slot] != EMPTY and keys[slot] != key:
        slot = (slot + 1) & mask
    return slot


@numba.njit(cache=True, nogil=True)
def _number_keys(
    new: NDArray[np.int64],
    keys: NDArray[np.int64],
    ids: NDArray[np.int32],
    n_known: int,
    first: int,
    found: NDArray[np.int32],
) -> tuple[int, int]:
    """Number keys from `first` on until the table could become more than half full; return how far, and the known."""
    for place in range(first, len(new)):
        if 2 * (n_known + 1) > len(keys):
            return place, n_known
        slot = slot_of(keys, new[place])
        if keys[slot] == EMPTY:
            keys[slot] = new[place]
            ids[slot] = n_known
            n_known += 1
        found[place] = ids[slot]
    return len(new), n_known


@numba.njit(cache=True, nogil=True)
def _rehash(
    old_keys: NDArray[np.int64], old_ids: NDArray[np.int32], keys: NDArray[np.int64], ids: NDArray[np.int32]
) -> None:
    for old in range(len(old_keys)):
        if old_keys[old] != EMPTY:
            slot = slot_of(keys, old_keys[old])
            keys[slot] = old_keys[old]
            ids[slot] = old_ids[old]


@numba.njit(cache=True, nogil=True)
def _pair_texts(
    tokens: NDArray[np.int32],
    offsets: NDArray[np.int64],
    keys: NDArray[np.int64],
    ids: NDArray[np.int32],
    n_pairs: int,
    grow: bool,
    first_text: int,
    written: int,
    pair_ids: NDArray[np.int32],
    pair_offsets: NDArray[np.int64],
) -> tuple[int, int, int]:
    """Pair up texts from `first_text` on, until the table could become more than half full.

    Returns the first text not done, the pairs written so far and the pairs known.
    """
    for text in range(first_text, len(offsets) - 1):
        begin, end = offsets[text], offsets[text + 1]
        if grow and 2 * (n_pairs + end - begin) > len(keys):
            return text, written, n_pairs
        for position in range(begin, end - 1):
            key = np.int64(tokens[position]) << 32 | np.int64(tokens[position + 1])
            slot = slot_of(keys, key)
            if keys[slot] == EMPTY:
                if not grow:
                    continue
                keys[slot] = key
                ids[slot] = n_pairs
                n_pairs += 1
            pair_ids[written] = ids[slot]
            written += 1
        pair_offsets[text + 1] = written
    return len(offsets) - 1, written, n_pairs
