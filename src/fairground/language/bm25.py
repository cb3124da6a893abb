"""Exact BM25 over a list of texts: the best k for many queries, and the score of any pair.

The variant is the one of Lucene: idf = ln(1 + (N - df + 0.5) / (df + 0.5)) and
tf / (tf + k1 (1 - b + b · length / mean length)), without the constant factor k1 + 1.
Source: Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond (2009); Kamphuis et
al., Which BM25 Do You Mean? (ECIR 2020), row 'Lucene (accurate)'.

Search adds up a block of texts at a time and leaves out the most frequent terms of a query as long as what
they could add together stays small beside the k-th best score so far; only texts that could still reach it
are looked up in them (after Turtle and Flood, Query Evaluation: Strategies and Optimizations, 1995).
Every score handed out is summed again in one fixed order, so answers are exact and ties are stable.
"""

import itertools
import os
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from fairground.language.postings import (
    BLOCK,
    Postings,
    count_postings,
    document_frequencies,
    each_block,
    value_of,
)
from fairground.language.tokens import TokenStream

NO_DOC = -1  # fills the places of a query that fewer than k texts answer

# The share of the k-th best score that left-out terms may add up to. Larger leaves out more postings but
# looks up more texts; measured at 1,000,000 offers, see docs/measurements/scale.md.
_LEFT_OUT_SHARE = 0.3
_SLACK = 1e-5  # running scores are 32-bit sums in changing order: allow for their rounding
_GROUP = 64  # running scores looked through at once


class _Queries(NamedTuple):
    """Queries with distinct terms, the most frequent term of a query first."""

    terms: NDArray[np.int32]
    weights: NDArray[np.float32]
    offsets: NDArray[np.int64]


class Bm25Index:
    """BM25 impacts of a list of texts. Make one with `Bm25Index.build`; it never changes afterwards."""

    def __init__(self, postings: Postings, bounds: NDArray[np.float32], n_docs: int, threads: int) -> None:
        self._postings = postings
        self._bounds = bounds
        self._frequencies = document_frequencies(postings)
        self._term_of_rank = np.argsort(-self._frequencies, kind="stable").astype(np.int32)
        self._rank_of_term = np.empty(len(bounds), np.int64)
        self._rank_of_term[self._term_of_rank] = np.arange(len(bounds))
        self._threads = threads
        self.n_docs = n_docs
        self.n_terms = len(bounds)

    @classmethod
    def build(
        cls,
        stream: TokenStream,
        n_terms: int,
        *,
        k1: float = 1.2,
        b: float = 0.75,
        threads: int | None = None,
    ) -> "Bm25Index":
        """Index texts.

        Parameters
        ----------
        stream : tokens of the texts, ids in [0, n_terms)
        n_terms : size of the vocabulary
        k1 : ≥ 0, how slowly repeated words stop counting
        b : in [0, 1], how much long texts are held back
        threads : used for building and searching; None is one a processor core

        Raises
        ------
        ValueError : k1, b or threads outside their range, or a token id outside [0, n_terms)

        Cost: O(tokens) time; 6 bytes for each distinct term of each text, and 4 bytes for each term in
        every 65,536 texts.
        """
        if not k1 >= 0 or not 0 <= b <= 1:
            raise ValueError(f"BM25 needs k1 ≥ 0 and b in [0, 1], not k1={k1}, b={b}")
        if threads is None:
            threads = os.cpu_count() or 1
        if threads < 1:
            raise ValueError(f"threads must be at least 1, not {threads}")
        n_docs = len(stream)
        postings = count_postings(stream, n_terms, threads=threads)
        frequencies = document_frequencies(postings)
        idf = np.log1p((n_docs - frequencies + 0.5) / (frequencies + 0.5))
        lengths = np.diff(stream.offsets)
        mean_length = max(float(lengths.mean()) if n_docs else 0.0, 1e-9)
        damping = k1 * (1 - b + b * lengths / mean_length)
        bounds = np.zeros((len(postings.starts), n_terms), np.float32)

        def weigh(block: int) -> None:
            _weigh_block(postings, block, idf, damping[block * BLOCK : (block + 1) * BLOCK], bounds[block])

        each_block(weigh, len(postings.starts), threads)
        return cls(postings, bounds.max(axis=0), n_docs, threads)

    def search(
        self, queries: TokenStream, k: int, *, weights: NDArray[np.float32] | None = None
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Find the best k texts for each query, exactly.

        Parameters
        ----------
        queries : tokens of the queries, in the vocabulary of the index; ids it lacks count for nothing
        k : at least 1
        weights : float32[n_query_token], ≥ 0, one for each of `queries.ids`; None is 1 for each.
            A token said twice counts twice.

        Returns
        -------
        doc_ids : int32[n_query, k], best first, equal scores by rising id; -1 where no further text has a
            term of the query
        scores : float32[n_query, k], falling; 0 where the id is -1

        Raises
        ------
        ValueError : k < 1, or weights of another length, negative or not finite
        """
        if k < 1:
            raise ValueError(f"k must be at least 1, not {k}")
        prepared = self._prepared(queries, weights)
        doc_ids = np.full((len(queries), k), NO_DOC, np.int32)
        scores = np.zeros((len(queries), k), np.float32)
        shares = np.linspace(0, len(queries), self._threads + 1).astype(np.int64)
        with ThreadPoolExecutor(self._threads) as pool:
            jobs = [
                pool.submit(
                    _search, self._postings, self._bounds, prepared, first, last, self.n_docs, doc_ids, scores
                )
                for first, last in itertools.pairwise(shares)
                if first < last
            ]
            for job in jobs:
                job.result()
        return doc_ids, scores

    def score_pairs(
        self,
        queries: TokenStream,
        query_ids: NDArray[np.integer],
        doc_ids: NDArray[np.integer],
        *,
        weights: NDArray[np.float32] | None = None,
    ) -> NDArray[np.float32]:
        """Score given pairs exactly as `search` does.

        Parameters
        ----------
        queries, weights : as in `search`
        query_ids, doc_ids : integers[n_pair], rows of `queries` and texts of the index

        Returns
        -------
        float32[n_pair], 0 where the text has no term of the query

        Raises
        ------
        ValueError : the two lists differ in length
        IndexError : a row or a text that does not exist

        Cost: O(query terms · log texts) a pair.
        """
        if len(query_ids) != len(doc_ids):
            raise ValueError(f"{len(query_ids)} queries and {len(doc_ids)} texts do not make pairs")
        if len(query_ids) == 0:
            return np.zeros(0, np.float32)
        if not 0 <= query_ids.min() <= query_ids.max() < len(queries):
            raise IndexError(f"query rows must lie in 0..{len(queries) - 1}")
        if not 0 <= doc_ids.min() <= doc_ids.max() < self.n_docs:
            raise IndexError(f"text ids must lie in 0..{self.n_docs - 1}")
        rows, docs = query_ids.astype(np.int64), doc_ids.astype(np.int64)
        scores: NDArray[np.float32] = _score_pairs(
            self._postings, self._prepared(queries, weights), rows, docs
        )
        return scores

    def scores(
        self, query: NDArray[np.integer], *, weights: NDArray[np.float32] | None = None
    ) -> NDArray[np.float32]:
        """Score every text for one query: float32[n_docs], 0 where it has none of the query's terms.

        `query` holds token ids, `weights` is as in `search`.
        """
        ids = query.astype(np.int32)
        stream = TokenStream(ids, np.array([0, len(ids)], np.int64))
        scores: NDArray[np.float32] = _dense_scores(
            self._postings, self._prepared(stream, weights), self.n_docs
        )
        return scores

    def _prepared(self, queries: TokenStream, weights: NDArray[np.float32] | None) -> _Queries:
        """Add up repeated tokens, drop those in no text, and put each query's most frequent term first."""
        if weights is not None and len(weights) != len(queries.ids):
            raise ValueError(f"{len(weights)} weights for {len(queries.ids)} query tokens")
        if weights is not None and len(weights) and not 0 <= weights.min() <= weights.max() < np.inf:
            raise ValueError("query weights must be finite and not negative")
        rows = np.repeat(np.arange(len(queries), dtype=np.int64), np.diff(queries.offsets))
        known = (queries.ids >= 0) & (queries.ids < self.n_terms)
        known[known] = self._frequencies[queries.ids[known]] > 0
        keys = rows[known] * self.n_terms + self._rank_of_term[queries.ids[known]]
        if weights is None:
            distinct, summed = np.unique(keys, return_counts=True)
        else:
            distinct, places = np.unique(keys, return_inverse=True)
            summed = np.bincount(places, weights[known], len(distinct))
        terms = self._term_of_rank[distinct % max(self.n_terms, 1)]
        offsets = np.searchsorted(distinct, np.arange(len(queries) + 1, dtype=np.int64) * self.n_terms)
        return _Queries(terms, summed.astype(np.float32), offsets)


@numba.njit(cache=True, nogil=True)
def _weigh_block(
    postings: Postings,
    block: int,
    idf: NDArray[np.float64],
    damping: NDArray[np.float64],
    bounds: NDArray[np.float32],
) -> None:
    """Turn a block's term counts into impacts and note the largest of each term."""
    base = postings.first[block]
    starts = postings.starts[block]
    for term in range(len(starts) - 1):
        largest = np.float32(0)
        for posting in range(base + starts[term], base + starts[term + 1]):
            count = postings.values[posting]
            impact = np.float32(idf[term] * count / (count + damping[postings.docs[posting]]))
            postings.values[posting] = impact
            largest = max(largest, impact)
        bounds[term] = largest


@numba.njit(cache=True, nogil=True)
def _exact_score(postings: Postings, queries: _Queries, query: int, block: int, local: int) -> np.float32:
    """Sum one pair in the query's fixed order, in 64 bits, so that equal texts score equally."""
    total = 0.0
    for place in range(queries.offsets[query], queries.offsets[query + 1]):
        total += np.float64(queries.weights[place]) * value_of(postings, block, queries.terms[place], local)
    return np.float32(total)


@numba.njit(cache=True, nogil=True)
def _score_pairs(
    postings: Postings, queries: _Queries, query_ids: NDArray[np.int64], doc_ids: NDArray[np.int64]
) -> NDArray[np.float32]:
    scores = np.empty(len(query_ids), np.float32)
    for pair in range(len(query_ids)):
        block, local = doc_ids[pair] // BLOCK, doc_ids[pair] % BLOCK
        scores[pair] = _exact_score(postings, queries, query_ids[pair], block, local)
    return scores


@numba.njit(cache=True, nogil=True)
def _dense_scores(postings: Postings, queries: _Queries, n_docs: int) -> NDArray[np.float32]:
    totals = np.zeros(n_docs, np.float64)
    for block in range(len(postings.starts)):
        base, first_doc = postings.first[block], block * BLOCK
        for place in range(len(queries.terms)):
            term, weight = queries.terms[place], np.float64(queries.weights[place])
            for posting in range(
                base + postings.starts[block, term], base + postings.starts[block, term + 1]
            ):
                totals[first_doc + postings.docs[posting]] += weight * postings.values[posting]
    return totals.astype(np.float32)


@numba.njit(cache=True, nogil=True)
def _search(
    postings: Postings,
    bounds: NDArray[np.float32],
    queries: _Queries,
    first_query: int,
    last_query: int,
    n_docs: int,
    doc_ids: NDArray[np.int32],
    scores: NDArray[np.float32],
) -> None:
    """Fill the rows of queries `first_query` up to `last_query`.

    Blocks are the outer loop: what one query has drawn into the cache, the next finds there.
    """
    reach = _reach(bounds, queries)
    running = np.zeros(BLOCK, np.float32)
    hopeful = np.empty(BLOCK, np.int32)
    estimates = np.zeros(scores.shape[1], np.float32)
    for block in range(len(postings.starts)):
        n_local = min(BLOCK, n_docs - block * BLOCK)
        for query in range(first_query, last_query):
            first, last = queries.offsets[query], queries.offsets[query + 1]
            estimates[:] = scores[query]  # already a heap
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
                    doc = np.int32(block * BLOCK + local)
                    if score > scores[query, 0]:
                        _sift(doc_ids[query], scores[query], scores.shape[1], doc, score)
            running[:n_local] = 0
    for query in range(first_query, last_query):
        _sort_heap(doc_ids[query], scores[query])


@numba.njit(cache=True, nogil=True)
def _reach(bounds: NDArray[np.float32], queries: _Queries) -> NDArray[np.float64]:
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
    postings: Postings, queries: _Queries, first: int, last: int, block: int, running: NDArray[np.float32]
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
    queries: _Queries,
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
    queries: _Queries,
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
