"""Texts of a list that say nearly the same, found exactly and without comparing every two.

A text is the set of its words and of its pairs of neighbouring words, where every Chinese character is a
word; likeness is the Jaccard index of two such sets. Two sets that are alike enough must share one of their
rarest few members, so only texts that do are compared (prefix filtering: Chaudhuri, Ganti and Kaushik, A
Primitive Operator for Similarity Joins in Data Cleaning, ICDE 2006; Xiao et al., Efficient Similarity Joins
for Near Duplicate Detection, WWW 2008). Nothing is random.
"""

import hashlib
import math
from collections.abc import Sequence
from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from fairground.language.token_pairs import PairVocabulary, pairs
from fairground.language.tokens import Vocabulary, tokenise

_MOST_PARTNERS = 20  # a list of one template filled in 100,000 times would have five billion pairs
_ROUNDING = 1e-9  # a threshold such as 0.8 has no exact binary form


class _Sets(NamedTuple):
    """Sets of integers, each sorted with the rarest member first (rank 0 is the rarest of all)."""

    members: NDArray[np.int32]
    offsets: NDArray[np.int64]


def find_near_duplicates(texts: Sequence[str], *, threshold: float = 0.8) -> list[tuple[int, int, float]]:
    """Find the pairs of texts that are nearly the same.

    Parameters
    ----------
    texts : the texts; letter case, punctuation, full-width and traditional forms make no difference, and
        texts without a letter or digit are like no other
    threshold : in (0, 1], the smallest likeness that counts

    Returns
    -------
    (i, j, likeness) with i < j, sorted; likeness in [threshold, 1]. A text that repeats an earlier one word
    for word is paired with the first such text only, with likeness 1, and stands for nothing else. A text
    with more than 20 partners of its length or shorter is paired with 20 of them.

    Raises
    ------
    ValueError : threshold outside (0, 1]

    Cost: O(words) and a short look at each pair that shares a rare word; docs/measurements/scale.md.
    """
    if not 0 < threshold <= 1:
        raise ValueError(f"threshold must lie in (0, 1], not {threshold}")
    sets = _shingle_sets(texts)
    found, originals = _repeats(sets)
    sizes = np.diff(sets.offsets)[originals]
    by_size = originals[np.argsort(sizes, kind="stable")]
    lefts, rights, likenesses = _join(sets, by_size, threshold, int(sets.members.max(initial=-1)) + 1)
    for left, right, likeness in zip(lefts.tolist(), rights.tolist(), likenesses.tolist(), strict=True):
        found.append((min(left, right), max(left, right), likeness))
    return sorted(found)


def _shingle_sets(texts: Sequence[str]) -> _Sets:
    words = Vocabulary()
    known_pairs = PairVocabulary()
    stream = tokenise(texts, words, grow=True, channel="printed")
    neighbours = pairs(stream, known_pairs, grow=True)
    offsets = stream.offsets + neighbours.offsets
    members = np.empty(offsets[-1], np.int32)
    _merge(stream.ids, stream.offsets, neighbours.ids, neighbours.offsets, len(words), members)
    counts = np.bincount(members, minlength=len(words) + len(known_pairs))
    rank_after = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.bincount(counts))])
    _rarest_first(members, offsets, counts, rank_after)
    return _Sets(members[: offsets[-1]].copy(), offsets)


@numba.njit(cache=True, nogil=True)
def _merge(
    words: NDArray[np.int32],
    word_offsets: NDArray[np.int64],
    neighbours: NDArray[np.int32],
    neighbour_offsets: NDArray[np.int64],
    n_words: int,
    members: NDArray[np.int32],
) -> None:
    """Put each text's words and pairs into one list; pairs are numbered on from `n_words`."""
    written = 0
    for text in range(len(word_offsets) - 1):
        for place in range(word_offsets[text], word_offsets[text + 1]):
            members[written] = words[place]
            written += 1
        for place in range(neighbour_offsets[text], neighbour_offsets[text + 1]):
            members[written] = n_words + neighbours[place]
            written += 1


@numba.njit(cache=True, nogil=True)
def _rarest_first(
    members: NDArray[np.int32],
    offsets: NDArray[np.int64],
    counts: NDArray[np.int64],
    rank_after: NDArray[np.int64],
) -> None:
    """Number members by rarity, sort each text's and drop repeats, all in place, by counting.

    `counts` are how often each member occurs, `rank_after[c]` how many members occur less than c times.
    """
    rank_of = np.empty(len(counts), np.int32)
    begins = np.zeros(len(counts) + 1, np.int64)
    for member in range(len(counts)):
        rank = rank_after[counts[member]]
        rank_after[counts[member]] += 1
        rank_of[member] = rank
        begins[rank + 1] = counts[member]
    for rank in range(len(counts)):
        begins[rank + 1] += begins[rank]
    owners = np.empty(len(members), np.int32)
    filled = begins[:-1].copy()
    for text in range(len(offsets) - 1):
        for place in range(offsets[text], offsets[text + 1]):
            rank = rank_of[members[place]]
            owners[filled[rank]] = text
            filled[rank] += 1
    ends = offsets[:-1].copy()
    for rank in range(len(counts)):
        for place in range(begins[rank], begins[rank + 1]):
            text = owners[place]
            if ends[text] == offsets[text] or members[ends[text] - 1] != rank:
                members[ends[text]] = rank
                ends[text] += 1
    written = 0
    for text in range(len(ends)):
        begin = offsets[text]
        offsets[text] = written
        for place in range(begin, ends[text]):
            members[written] = members[place]
            written += 1
    offsets[-1] = written


def _repeats(sets: _Sets) -> tuple[list[tuple[int, int, float]], NDArray[np.int64]]:
    """Pair sets that repeat an earlier one with it; return these pairs and the sets that repeat none."""
    first_with: dict[bytes, int] = {}
    repeats: list[tuple[int, int, float]] = []
    originals: list[int] = []
    for text in range(len(sets.offsets) - 1):
        members = sets.members[sets.offsets[text] : sets.offsets[text + 1]]
        if len(members) == 0:
            continue
        first = first_with.setdefault(hashlib.blake2b(members.tobytes(), digest_size=16).digest(), text)
        if first == text:
            originals.append(text)
        else:
            repeats.append((first, text, 1.0))
    return repeats, np.array(originals, np.int64)


@numba.njit(cache=True, nogil=True)
def _prefix_length(size: int, threshold: float) -> int:
    """Return how many of a set's rarest members a set alike enough must share one of."""
    return size - math.ceil(threshold * size - _ROUNDING) + 1


@numba.njit(cache=True, nogil=True)
def _shared(left: NDArray[np.int32], right: NDArray[np.int32], wanted: int) -> int:
    """Count the members two sorted sets share; give up, with 0, once `wanted` is out of reach."""
    i = j = shared = 0
    while i < len(left) and j < len(right):
        if left[i] == right[j]:
            shared += 1
            i += 1
            j += 1
        else:
            if left[i] < right[j]:
                i += 1
            else:
                j += 1
            if shared + min(len(left) - i, len(right) - j) < wanted:
                return 0
    return shared


@numba.njit(cache=True, nogil=True)
def _lists_of_prefixes(
    sets: _Sets, by_size: NDArray[np.int64], threshold: float, n_members: int
) -> NDArray[np.int64]:
    """Return where the list of texts of each member begins, each text counted under its prefix."""
    begins = np.zeros(n_members + 1, np.int64)
    for text in by_size:
        begin = sets.offsets[text]
        for place in range(begin, begin + _prefix_length(sets.offsets[text + 1] - begin, threshold)):
            begins[sets.members[place] + 1] += 1
    for member in range(n_members):
        begins[member + 1] += begins[member]
    return begins


@numba.njit(cache=True, nogil=True)
def _join(
    sets: _Sets, by_size: NDArray[np.int64], threshold: float, n_members: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Compare each text, smallest set first, with those before it that share a member of both prefixes."""
    begins = _lists_of_prefixes(sets, by_size, threshold, n_members)
    ends = begins[:-1].copy()
    listed = np.empty(begins[-1], np.int32)
    seen_by = np.full(len(sets.offsets), -1, np.int64)
    lefts = np.empty(1024, np.int64)
    rights = np.empty(1024, np.int64)
    likenesses = np.empty(1024, np.float64)
    n_found = 0
    for text in by_size:
        begin, end = sets.offsets[text], sets.offsets[text + 1]
        own = sets.members[begin:end]
        shortest = threshold * len(own) - _ROUNDING
        most = n_found + _MOST_PARTNERS
        if most > len(lefts):
            lefts = np.concatenate((lefts, lefts))
            rights = np.concatenate((rights, rights))
            likenesses = np.concatenate((likenesses, likenesses))
        for place in range(_prefix_length(len(own), threshold)):
            member = own[place]
            for entry in range(begins[member], ends[member]):
                other = listed[entry]
                other_begin, other_end = sets.offsets[other], sets.offsets[other + 1]
                if other_end - other_begin < shortest:
                    begins[member] = entry + 1  # later texts are longer still: never look at it again
                    continue
                if seen_by[other] == text or n_found == most:
                    continue
                seen_by[other] = text
                sizes = len(own) + other_end - other_begin
                wanted = math.ceil(threshold / (1 + threshold) * sizes - _ROUNDING)
                shared = _shared(own, sets.members[other_begin:other_end], wanted)
                if shared >= wanted:
                    lefts[n_found], rights[n_found] = other, text
                    likenesses[n_found] = shared / (sizes - shared)
                    n_found += 1
            if n_found == most:
                break
        for place in range(_prefix_length(len(own), threshold)):
            member = own[place]
            listed[ends[member]] = text
            ends[member] += 1
    return lefts[:n_found], rights[:n_found], likenesses[:n_found]
