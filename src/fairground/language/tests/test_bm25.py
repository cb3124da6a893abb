import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairground.language.bm25 import Bm25Index
from fairground.language.tokens import TokenStream

Texts = list[list[int]]


def stream_of(texts: Texts) -> TokenStream:
    offsets = np.cumsum([0, *map(len, texts)]).astype(np.int64)
    return TokenStream(np.array([token for text in texts for token in text], np.int32), offsets)


def textbook_score(
    query: list[int], text: list[int], texts: Texts, k1: float = 1.2, b: float = 0.75
) -> float:
    mean_length = sum(map(len, texts)) / len(texts)
    total = 0.0
    for term in query:
        count = text.count(term)
        if count:
            holders = sum(term in other for other in texts)
            idf = math.log(1 + (len(texts) - holders + 0.5) / (holders + 0.5))
            total += idf * count / (count + k1 * (1 - b + b * len(text) / mean_length))
    return total


def assert_best(index: Bm25Index, queries: TokenStream, k: int, weights: np.ndarray | None = None) -> None:
    """The best k must be what sorting every text's score gives, lower ids first among equals."""
    doc_ids, scores = index.search(queries, k, weights=weights)
    for row in range(len(queries)):
        own = slice(queries.offsets[row], queries.offsets[row + 1])
        dense = index.scores(queries.ids[own], weights=None if weights is None else weights[own])
        order = np.lexsort((np.arange(len(dense)), -dense))[:k]
        order = order[dense[order] > 0]
        assert doc_ids[row].tolist() == order.tolist() + [-1] * (k - len(order))
        assert scores[row].tolist() == dense[order].tolist() + [0.0] * (k - len(order))


small_texts = st.lists(st.lists(st.integers(0, 12), max_size=9), min_size=1, max_size=30)


@settings(deadline=None)  # the first call compiles
@given(small_texts, st.lists(st.lists(st.integers(0, 14), max_size=6), max_size=5), st.integers(1, 40))
def test_search_agrees_with_the_textbook_formula(texts: Texts, queries: Texts, k: int) -> None:
    index = Bm25Index.build(stream_of(texts), 13, threads=1)
    assert_best(index, stream_of(queries), k)
    for query in queries:
        expected = [textbook_score(query, text, texts) for text in texts]
        assert index.scores(np.array(query, np.int32)).tolist() == pytest.approx(expected, rel=1e-5)


@settings(deadline=None)
@given(small_texts, st.lists(st.tuples(st.integers(0, 14), st.floats(0, 5, width=32)), max_size=6))
def test_weights_multiply_and_repeated_tokens_add_up(texts: Texts, query: list[tuple[int, float]]) -> None:
    index = Bm25Index.build(stream_of(texts), 13, threads=1)
    ids = np.array([token for token, _ in query], np.int32)
    weights = np.array([weight for _, weight in query], np.float32)
    expected = [
        sum(weight * textbook_score([token], text, texts) for token, weight in query) for text in texts
    ]
    assert index.scores(ids, weights=weights).tolist() == pytest.approx(expected, rel=1e-5, abs=1e-30)
    assert_best(index, stream_of([ids.tolist()]), 5, weights)


def zipf_texts(n_texts: int, seed: int) -> TokenStream:
    """Texts of several blocks with frequent and rare terms, so that terms are left out and looked up."""
    generator = np.random.default_rng(seed)
    lengths = generator.integers(0, 12, n_texts)
    ids = (3000 * generator.random(int(lengths.sum())) ** 4).astype(np.int32)
    return TokenStream(ids, np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64))


def test_search_over_several_blocks_is_exact_whatever_the_threads() -> None:
    stream = zipf_texts(150_000, seed=1)
    queries = zipf_texts(60, seed=2)
    weights = np.random.default_rng(3).random(len(queries.ids)).astype(np.float32)
    single, double = (Bm25Index.build(stream, 3000, threads=threads) for threads in (1, 2))
    for k in (1, 10, 200):
        assert_best(single, queries, k)
        assert_best(double, queries, k, weights)


def test_a_vocabulary_much_larger_than_the_texts_changes_no_answer() -> None:
    stream, queries = zipf_texts(40_000, seed=8), zipf_texts(20, seed=9)
    small, large = Bm25Index.build(stream, 3000), Bm25Index.build(stream, 500_000)
    for found, expected in zip(large.search(queries, 10), small.search(queries, 10), strict=True):
        assert found.tolist() == expected.tolist()


def test_pairs_score_as_in_search() -> None:
    stream, queries = zipf_texts(70_000, seed=4), zipf_texts(30, seed=5)
    index = Bm25Index.build(stream, 3000)
    doc_ids, scores = index.search(queries, 20)
    rows, places = np.nonzero(doc_ids >= 0)
    assert len(rows) > 300
    again = index.score_pairs(queries, rows, doc_ids[rows, places])
    assert again.tolist() == scores[rows, places].tolist()


def test_contributions_add_up_to_the_score() -> None:
    index = Bm25Index.build(stream_of([[0, 1, 1], [0, 2], [3]]), 4)
    query = np.array([1, 0, 9, 2], np.int32)
    added = index.contributions(query, 0)
    assert (added > 0).tolist() == [True, True, False, False]
    assert added.sum() == pytest.approx(index.scores(query)[0])
    weights = np.array([2, 1, 1, 1], np.float32)
    assert index.contributions(query, 0, weights=weights).tolist() == (added * weights).tolist()
    with pytest.raises(IndexError, match="text ids"):
        index.contributions(query, 3)


def test_equal_texts_rank_by_id() -> None:
    index = Bm25Index.build(stream_of([[1], [0, 1], [1], [0, 1], [2]]), 3)
    doc_ids, scores = index.search(stream_of([[0, 1]]), 4)
    assert doc_ids.tolist() == [[1, 3, 0, 2]]
    assert scores[0, 0] == scores[0, 1]
    assert scores[0, 2] == scores[0, 3]


def test_scores_match_bm25s() -> None:
    bm25s = pytest.importorskip("bm25s")
    stream, queries = zipf_texts(2_000, seed=6), zipf_texts(40, seed=7)
    theirs = bm25s.BM25(k1=1.2, b=0.75)
    vocabulary = {str(token): token for token in range(3000)}
    theirs.index(
        ([stream.text_ids(text).tolist() for text in range(len(stream))], vocabulary), show_progress=False
    )
    ours = Bm25Index.build(stream, 3000)
    for row in range(len(queries)):
        query = queries.text_ids(row)
        expected = theirs.get_scores_from_ids(query.tolist()) if len(query) else np.zeros(2_000)
        assert ours.scores(query).tolist() == pytest.approx(expected.tolist(), rel=1e-4, abs=1e-5)


def test_an_empty_list_answers_nothing() -> None:
    index = Bm25Index.build(stream_of([]), 0)
    doc_ids, scores = index.search(stream_of([[0, 1], []]), 2)
    assert doc_ids.tolist() == [[-1, -1], [-1, -1]]
    assert scores.tolist() == [[0.0, 0.0], [0.0, 0.0]]
    assert index.scores(np.array([0])).tolist() == []
    assert index.search(stream_of([]), 3)[0].shape == (0, 3)
    assert index.score_pairs(stream_of([]), np.array([]), np.array([])).tolist() == []


@pytest.mark.parametrize("settings_given", [{"k1": -0.1}, {"b": 1.5}, {"b": math.nan}, {"threads": 0}])
def test_settings_out_of_range_are_refused(settings_given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"BM25 needs|threads must"):
        Bm25Index.build(stream_of([[0]]), 1, **settings_given)


def test_tokens_outside_the_vocabulary_are_refused_in_texts() -> None:
    with pytest.raises(ValueError, match=r"token ids must lie in 0\.\.2"):
        Bm25Index.build(stream_of([[3]]), 3)


def test_bad_questions_are_refused() -> None:
    index = Bm25Index.build(stream_of([[0], [1]]), 2)
    query = stream_of([[0, 1]])
    with pytest.raises(ValueError, match="k must be at least 1"):
        index.search(query, 0)
    with pytest.raises(ValueError, match="1 weights for 2 query tokens"):
        index.search(query, 1, weights=np.ones(1, np.float32))
    with pytest.raises(ValueError, match="finite and not negative"):
        index.search(query, 1, weights=np.array([1, -1], np.float32))
    with pytest.raises(ValueError, match="do not make pairs"):
        index.score_pairs(query, np.array([0]), np.array([0, 1]))
    with pytest.raises(IndexError, match="query rows"):
        index.score_pairs(query, np.array([1]), np.array([0]))
    with pytest.raises(IndexError, match="text ids"):
        index.score_pairs(query, np.array([0]), np.array([2]))
