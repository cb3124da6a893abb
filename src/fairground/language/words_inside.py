"""Every word of a list inside a text, overlapping ones too, found in one compiled pass over the characters."""

from collections.abc import Sequence

import numba
import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Codes = NDArray[np.uint32]
Hashes = NDArray[np.uint64]

_FREE = -1
_SEED = np.uint64(0xCBF29CE484222325)  # FNV-1a, 64 bits
_PRIME = np.uint64(0x100000001B3)
_MIXED = np.uint64(20)  # the low bits of the hash of a short word tell little
_HEAD = 2  # characters by which it is decided how far to look


class WordsInside:
    """A list of words, to be found inside texts.

    A hash leads to a word, and its characters are compared: no two words are taken for one another.
    """

    def __init__(self, words: Sequence[str]) -> None:
        """Index distinct words; each is found under its place in the list. Cost: O(characters)."""
        self._codes = _codes("".join(words))
        lengths = np.fromiter(map(len, words), np.int64, len(words))
        self._starts = np.concatenate(([0], np.cumsum(lengths)))
        size = 1 << max(4, (4 * len(words)).bit_length())
        self._slots = np.full(size, _FREE, np.int64)
        self._head_slots = np.full(size, _FREE, np.int64)
        self._longest = np.zeros(size, np.int64)
        _index(self._codes, self._starts, self._slots, self._head_slots, self._longest)

    def spans(self, text: str) -> tuple[Ints, Ints, Ints]:
        """Return begin, end and place of every word inside `text`, by begin and then by end; int64[n_found] each."""
        codes = _codes(text)
        room = 4 * len(codes) + 16
        while True:
            found = np.empty((3, room), np.int64)
            n_found = _find(
                codes, self._codes, self._starts, self._slots, self._head_slots, self._longest, found
            )
            if n_found <= room:
                return found[0, :n_found], found[1, :n_found], found[2, :n_found]
            room = n_found


def _codes(text: str) -> Codes:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


@numba.njit(cache=True, nogil=True)
def _slot_of(
    codes: Codes,
    begin: int,
    end: int,
    mixed: np.uint64,
    words: Codes,
    starts: Ints,
    slots: Ints,
    at_most: int,
) -> int:
    """Return the slot of the word whose first `at_most` characters are `codes[begin:end]`, or the free one for it."""
    mask = len(slots) - 1
    slot = int(mixed ^ (mixed >> _MIXED)) & mask
    while slots[slot] != _FREE:
        first = starts[slots[slot]]
        if min(starts[slots[slot] + 1] - first, at_most) == end - begin:
            same = True
            for place in range(end - begin):
                if words[first + place] != codes[begin + place]:
                    same = False
                    break
            if same:
                return slot
        slot = (slot + 1) & mask
    return slot


@numba.njit(cache=True, nogil=True)
def _index(words: Codes, starts: Ints, slots: Ints, head_slots: Ints, longest: Ints) -> None:
    for number in range(len(starts) - 1):
        begin, end = starts[number], starts[number + 1]
        mixed = _SEED
        for place in range(begin, end):
            mixed = (mixed ^ np.uint64(words[place])) * _PRIME
            if place == begin + _HEAD - 1:
                slot = _slot_of(words, begin, place + 1, mixed, words, starts, head_slots, _HEAD)
                if head_slots[slot] == _FREE:
                    head_slots[slot] = number
                longest[slot] = max(longest[slot], end - begin)
        slots[_slot_of(words, begin, end, mixed, words, starts, slots, end - begin + 1)] = number


@numba.njit(cache=True, nogil=True)
def _find(
    codes: Codes, words: Codes, starts: Ints, slots: Ints, head_slots: Ints, longest: Ints, found: Ints
) -> int:
    """Write what is found as far as there is room; return how much there is."""
    n_found = 0
    for begin in range(len(codes)):
        mixed = _SEED
        reach = begin + 1
        end = begin
        while end < reach and end < len(codes):
            mixed = (mixed ^ np.uint64(codes[end])) * _PRIME
            end += 1
            slot = _slot_of(codes, begin, end, mixed, words, starts, slots, end - begin + 1)
            if slots[slot] != _FREE:
                if n_found < found.shape[1]:
                    found[0, n_found], found[1, n_found], found[2, n_found] = begin, end, slots[slot]
                n_found += 1
            if end == begin + 1 and end < len(codes):
                following = (mixed ^ np.uint64(codes[end])) * _PRIME
                head = _slot_of(codes, begin, begin + _HEAD, following, words, starts, head_slots, _HEAD)
                if head_slots[head] != _FREE:
                    reach = begin + longest[head]
    return n_found
