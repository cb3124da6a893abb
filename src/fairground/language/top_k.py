"""The best k texts for many queries over weighted postings, exactly, and the score of any pair.

Search adds up a block of texts at a time and leaves out the most frequent terms of a query as long as what
they could add together stays small beside the k-th best score so far; only texts that could still reach it
are looked up in them (after Turtle and Flood, Query Evaluation: Strategies and Optimizations, 1995).
Every score handed out is summed again in one fixed order, so answers are exact and ties are stable.
"""

from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from fairground.language.postings import Postings, value_of

# The share of the k-th best score that left-out terms may add up to. Larger leaves out more postings but
# looks up more texts; measured at 1,000,000 offers, see docs/measurements/scale.md.
_LEFT_OUT_SHARE = 0.3
_SLACK = 1e-5  # running scores are 32-bit sums in changing order: allow for their rounding
_GROUP = 64  # running scores looked through at once


class Queries(NamedTuple):
    """Queries with distinct terms, the most frequent term of a query first.

    Query i owns `terms[offsets[i]:offsets[i + 1]]` and as many weights ≥ 0.
    """

    terms: NDArray[np.int32]
    weights: NDArray[np.float32]
    offsets: NDArray[np.int64]


@numba.njit(cache=True, nogil=True)
def _exact_score(postings: Postings, queries: Queries, query: int, block: int, local: int) -> np.float32:
    """Sum one pair in the query's fixed order, in 64 bits, so that equal texts score equally."""
    total = 0.0
    for place in range(queries.offsets[query], queries.offsets[query + 1]):
        total += np.float64(queries.weights[place]) * value_of(postings, block, queries.terms[place], local)
    return np.float32(total)


@numba.njit(cache=True, nogil=True)
def score_pairs(
    postings: Postings, queries: Queries, query_ids: NDArray[np.int64], doc_ids: NDArray[np.int64]
) -> NDArray[np.float32]:
    """Score pairs of a query and a text: float32[n_pair]."""
    scores = np.empty(len(query_ids), np.float32)
    for pair in range(len(query_ids)):
        block, local = doc_ids[pair] // postings.block_size, doc_ids[pair] % postings.block_size
        scores[pair] = _exact_score(postings, queries, query_ids[pair], block, local)
    return scores


@numba.njit(cache=True, nogil=True)
def contributions(postings: Postings, terms: NDArray[np.int32], doc_id: int) -> NDArray[np.float32]:
    """Return the impact of each term in one text, 0 for terms it or the index lacks."""
    added = np.zeros(len(terms), np.float32)
    for place in range(len(terms)):
        if 0 <= terms[place] < postings.starts.shape[1] - 1:
            added[place] = value_of(
                postings, doc_id // postings.block_size, terms[place], doc_id % postings.block_size
            )
    return added


@numba.njit(cache=True, nogil=True)
def dense_scores(postings: Postings, queries: Queries, n_docs: int) -> NDArray[np.float32]:
    """Score every text for the first of `queries`: float32[n_docs]."""
    totals = np.zeros(n_docs, np.float64)
    for block in range(len(postings.starts)):
        base, first_doc = postings.first[block], block * postings.block_size
        for place in range(queries.offsets[0], queries.offsets[1]):
            term, weight = queries.terms[place], np.float64(queries.weights[place])
            for posting in range(
                base + postings.starts[block, term], base + postings.starts[block, term + 1]
            ):
                totals[first_doc + postings.docs[posting]] += weight * postings.values[posting]
    return totals.astype(np.float32)


@numba.njit(cache=True, nogil=True)
def search_top_k(
    postings: Postings,
    bounds: NDArray[np.float32],
    queries: Queries,
    first_query: int,
    last_query: int,
    n_docs: int,
    doc_ids: NDArray[np.int32],
    scores: NDArray[np.float32],
) -> None:
    """Fill the rows of queries `first_query` up to `last_query`, which hold id -1 and score 0 before.

    `bounds` are float32[n_terms], the largest value of each term. Blocks are the outer loop: what one query
    has drawn into the cache, the next finds there.
    """
    reach = _reach(bounds, queries)
    running = np.zeros(postings.block_size, np.float32)
    hopeful = np.empty(postings.block_size, np.int32)
    estimates = np.zeros(scores.shape[1], np.float32)
    for block in range(len(postings.starts)):
        n_local = min(postings.block_size, n_docs - block * postings.block_size)
        for query in range(first_query, last_query):
            first, last = queries.offsets[query], queries.offsets[query + 1]
            for place in range(len(estimates)):
                estimates[place] = scores[query, place]  # already a heap
            added = first  # terms from this place on are added up, those before are looked up
            while added < last and reach[added] <= _LEFT_OUT_SHARE * estimates[0]:
                added += 1
            _add_up(postings, queries, added, last, block, running)
            n_hopeful = _collect(
                postings, queries, reach, first, added, block, n_local, running, estimates, hopeful
            )
            enough = estimates[0] * np.float32(1 - _SLACK)
            for place in range(n_hopeful):
                local = hopeful[place]
                if running[local] >= enough:
                    score = _exact_score(postings, queries, query, block, local)
                    doc = np.int32(block * postings.block_size + local)
                    if score > scores[query, 0]:
                        _sift(doc_ids[query], scores[query], scores.shape[1], doc, score)
            for local in range(n_local):
                running[local] = np.float32(0)
    for query in range(first_query, last_query):
        _sort_heap(doc_ids[query], scores[query])


@numba.njit(cache=True, nogil=True)
def _reach(bounds: NDArray[np.float32], queries: Queries) -> NDArray[np.float64]:
    """Return, for each place, the most that this term and the more frequent ones before it can add."""
    reach = np.empty(len(queries.terms), np.float64)
    for query in range(len(queries.offsets) - 1):
        total = 0.0
        for place in range(queries.offsets[query], queries.offsets[query + 1]):
            total += np.float64(queries.weights[place]) * bounds[queries.terms[place]]
            reach[place] = total
    return reach


@numba.njit(cache=True, nogil=True)
def _add_up(
    postings: Postings, queries: Queries, first: int, last: int, block: int, running: NDArray[np.float32]
) -> None:
    for place in range(first, last):
        term, weight = queries.terms[place], queries.weights[place]
        start = postings.first[block] + postings.starts[block, term]
        end = postings.first[block] + postings.starts[block, term + 1]
        docs, values = postings.docs[start:end], postings.values[start:end]
        for posting in range(len(docs)):
            running[docs[posting]] += weight * values[posting]


@numba.njit(cache=True, nogil=True)
def _collect(
    postings: Postings,
    queries: Queries,
    reach: NDArray[np.float64],
    first: int,
    added: int,
    block: int,
    n_local: int,
    running: NDArray[np.float32],
    estimates: NDArray[np.float32],
    hopeful: NDArray[np.int32],
) -> int:
    """List the texts of a block that may be among the best, and complete their running scores.

    `estimates` is the heap of the best scores known so far, and is kept up to date, so that few texts are
    listed in vain. Returns how many are listed.
    """
    left_out = np.float32(reach[added - 1] if added > first else 0.0)
    n_hopeful = 0
    for group in range(0, n_local, _GROUP):
        threshold = (estimates[0] - left_out) * np.float32(1 - _SLACK)
        hits = 0
        for local in range(group, group + _GROUP):
            hits += running[local] > threshold
        if hits == 0:
            continue
        for local in range(group, group + _GROUP):
            if running[local] > threshold:
                enough = estimates[0] * np.float32(1 - _SLACK)
                total = _completed(
                    postings, queries, reach, first, added, block, local, running[local], enough
                )
                if total > 0 and total >= enough:
                    running[local] = total
                    hopeful[n_hopeful] = local
                    n_hopeful += 1
                    if total > estimates[0]:
                        _sift_score(estimates, total)
    return n_hopeful


@numba.njit(cache=True, nogil=True)
def _completed(
    postings: Postings,
    queries: Queries,
    reach: NDArray[np.float64],
    first: int,
    added: int,
    block: int,
    local: int,
    total: np.float32,
    enough: np.float32,
) -> np.float32:
    """Look a text up in the left-out terms, rarest first; 0 as soon as it cannot score `enough`."""
    for place in range(added - 1, first - 1, -1):
        if total + reach[place] < enough:
            return np.float32(0)
        total += queries.weights[place] * value_of(postings, block, queries.terms[place], local)
    return total


@numba.njit(cache=True, nogil=True)
def _sift_score(heap: NDArray[np.float32], score: np.float32) -> None:
    """Put a score in the place of the lowest of a heap."""
    place = 0
    while True:
        child = 2 * place + 1
        if child + 1 < len(heap) and heap[child + 1] < heap[child]:
            child += 1
        if child >= len(heap) or heap[child] >= score:
            break
        heap[place] = heap[child]
        place = child
    heap[place] = score


@numba.njit(cache=True, nogil=True)
def _is_worse(score: np.float32, doc: np.int32, other_score: np.float32, other_doc: np.int32) -> bool:
    return bool(score < other_score or (score == other_score and doc > other_doc))


@numba.njit(cache=True, nogil=True)
def _sift(
    docs: NDArray[np.int32], scores: NDArray[np.float32], size: int, doc: np.int32, score: np.float32
) -> None:
    """Put a text in the place of the worst of a heap's first `size`; an empty place scores 0."""
    place = 0
    while True:
        child = 2 * place + 1
        if child + 1 < size and _is_worse(scores[child + 1], docs[child + 1], scores[child], docs[child]):
            child += 1
        if child >= size or not _is_worse(scores[child], docs[child], score, doc):
            break
        docs[place], scores[place] = docs[child], scores[child]
        place = child
    docs[place], scores[place] = doc, score


@numba.njit(cache=True, nogil=True)
def _sort_heap(docs: NDArray[np.int32], scores: NDArray[np.float32]) -> None:
    """Sort a heap in place, best first, by moving its worst to the end again and again."""
    for size in range(len(docs) - 1, 0, -1):
        worst_doc, worst_score = docs[0], scores[0]
        doc, score = docs[size], scores[size]
        _sift(docs, scores, size, doc, score)
        docs[size], scores[size] = worst_doc, worst_score
