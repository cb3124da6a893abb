"""Exact BM25 over a list of texts: the best k for many queries, and the score of any pair.

The variant is the one of Lucene: idf = ln(1 + (N - df + 0.5) / (df + 0.5)) and
tf / (tf + k1 (1 - b + b · length / mean length)), without the constant factor k1 + 1.
Source: Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond (2009); Kamphuis et
al., Which BM25 Do You Mean? (ECIR 2020), row 'Lucene (accurate)'.
"""

import itertools
import os
from concurrent.futures import ThreadPoolExecutor

import numba
import numpy as np
from numpy.typing import NDArray

from fairground.language.postings import (
    Postings,
    count_postings,
    document_frequencies,
    each_block,
)
from fairground.language.tokens import TokenStream
from fairground.language.top_k import Queries, contributions, dense_scores, score_pairs, search_top_k

NO_DOC = -1  # fills the places of a query that fewer than k texts answer


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

        Cost: O(tokens) time; 6 bytes for each distinct term of each text, and 4 bytes for each term in each
        block of texts, with blocks chosen so that this stays the smaller part where it can.
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

        size = postings.block_size

        def weigh(block: int) -> None:
            _weigh_block(postings, block, idf, damping[block * size : (block + 1) * size], bounds[block])

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
                    search_top_k,
                    self._postings,
                    self._bounds,
                    prepared,
                    first,
                    last,
                    self.n_docs,
                    doc_ids,
                    scores,
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
        scores: NDArray[np.float32] = score_pairs(
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
        scores: NDArray[np.float32] = dense_scores(
            self._postings, self._prepared(stream, weights), self.n_docs
        )
        return scores

    def contributions(
        self, query: NDArray[np.integer], doc_id: int, *, weights: NDArray[np.float32] | None = None
    ) -> NDArray[np.float32]:
        """Say what each token of a query adds to its score with one text.

        Parameters
        ----------
        query : token ids[n_token]; ids the index lacks add 0
        doc_id : a text of the index
        weights : as in `search`

        Returns
        -------
        float32[n_token]; their sum is the score of the pair but for rounding

        Raises
        ------
        IndexError : a text that does not exist
        """
        if not 0 <= doc_id < self.n_docs:
            raise IndexError(f"text ids must lie in 0..{self.n_docs - 1}, not {doc_id}")
        added: NDArray[np.float32] = contributions(self._postings, query.astype(np.int32), doc_id)
        return added if weights is None else added * weights

    def _prepared(self, queries: TokenStream, weights: NDArray[np.float32] | None) -> Queries:
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
        return Queries(terms, summed.astype(np.float32), offsets)


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
