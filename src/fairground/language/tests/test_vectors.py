"""Static vectors against plain sums, and kept on disk."""

import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import sparse

from fairground.language.tokens import Vocabulary, tokenise
from fairground.language.vectors import StaticVectors, shipped_vectors

WORDS = ("steel", "laser", "pump", "电池", "电", "池", "钢")
MATRIX = np.random.default_rng(3).normal(size=(len(WORDS), 5)).astype(np.float32)
VECTORS = StaticVectors(WORDS, MATRIX)


def embed(*texts: str, vectors: StaticVectors = VECTORS) -> NDArray[np.float32]:
    vocabulary = Vocabulary()
    return vectors.embed(tokenise(texts, vocabulary, grow=True), vocabulary)


def row(word: str) -> NDArray[np.float32]:
    found: NDArray[np.float32] = MATRIX[WORDS.index(word)]
    return found


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.lists(st.sampled_from(["steel", "laser", "pump", "zinc"]), max_size=12), min_size=1, max_size=5
    )
)
def test_a_text_is_the_damped_sum_of_its_words_at_length_one(texts: list[list[str]]) -> None:
    found = embed(*map(" ".join, texts))
    for words, vector in zip(texts, found, strict=True):
        total = np.zeros(5)
        for word, count in Counter(words).items():
            if word in WORDS:
                total += (1 + math.log(count)) * row(word)
        length = np.linalg.norm(total)
        np.testing.assert_allclose(vector, total / length if length else total, atol=1e-5)


def test_an_unknown_chinese_word_is_spelled_and_other_unknown_words_are_nothing() -> None:
    table = VECTORS.table_for(Vocabulary(["电池", "钢池", "钢铁", "铁", "zinc", "steelx"]))
    np.testing.assert_array_equal(table[0], row("电池"))
    np.testing.assert_allclose(table[1], row("钢") + row("池"), rtol=1e-6)
    np.testing.assert_array_equal(table[2], row("钢"))  # its other character is unknown
    assert not table[3:].any()


def test_latin_letters_are_not_spelled() -> None:
    vectors = StaticVectors(("a", "b"), np.ones((2, 3), np.float32))
    assert not vectors.table_for(Vocabulary(["ab"])).any()


def test_texts_without_a_known_word_are_zeros() -> None:
    assert not embed("", "zinc", "!").any()
    assert embed().shape == (0, 5)


def test_counts_below_one_count_as_they_are() -> None:
    vocabulary = Vocabulary(["steel", "laser"])
    counts = sparse.csr_array(np.array([[0.25, 0.5]], np.float32))
    total = 0.25 * row("steel") + 0.5 * row("laser")
    np.testing.assert_allclose(
        VECTORS.embed_counts(counts, vocabulary)[0], total / np.linalg.norm(total), atol=1e-6
    )
    assert counts.toarray().tolist() == [[0.25, 0.5]]  # the caller's counts are left as they were


def test_order_of_words_and_of_texts_does_not_matter() -> None:
    found = embed("steel laser pump steel", "pump", "laser steel steel pump")
    np.testing.assert_allclose(found[0], found[2], atol=1e-6)
    np.testing.assert_allclose(embed("pump", "steel laser pump steel"), found[[1, 0]], atol=1e-6)


def test_a_file_brings_the_vectors_back_nearly(tmp_path: Path) -> None:
    path = tmp_path / "vectors.npz"
    VECTORS.write(path)
    again = StaticVectors.read(path)
    assert again.words == WORDS
    steps = np.abs(MATRIX).max(axis=1, keepdims=True) / 127
    assert (np.abs(again.matrix - MATRIX) <= 0.5001 * steps).all()
    first, second = (
        matrix / np.linalg.norm(matrix, axis=1, keepdims=True) for matrix in (MATRIX, again.matrix)
    )
    np.testing.assert_allclose(first @ first.T, second @ second.T, atol=0.01)
    VECTORS.write(tmp_path / "again.npz")
    assert (tmp_path / "again.npz").read_bytes() == path.read_bytes()


def test_a_row_of_zeros_stays_one(tmp_path: Path) -> None:
    path = tmp_path / "vectors.npz"
    StaticVectors(("a", "b"), np.array([[0, 0], [1, -2]], np.float32)).write(path)
    assert StaticVectors.read(path).matrix[0].tolist() == [0, 0]


def test_broken_files_are_errors(tmp_path: Path) -> None:
    path = tmp_path / "vectors.npz"
    with pytest.raises(OSError, match="vectors"):
        StaticVectors.read(path)
    np.savez(path, words=np.zeros(1, np.uint8))
    with pytest.raises(KeyError):
        StaticVectors.read(path)
    StaticVectors(("a", "b", "c"), np.ones((2, 2), np.float32)).write(path)
    with pytest.raises(ValueError, match="3 words and holds 2 vectors"):
        StaticVectors.read(path)


def test_shipped_vectors_know_what_is_near() -> None:
    vectors = shipped_vectors()
    assert len(set(vectors.words)) == len(vectors.words) == len(vectors.matrix)
    assert np.isfinite(vectors.matrix).all()
    for asked, near, far in (
        ("lithium battery", "energy storage cell with an anode", "wheat breeding"),
        ("surgical robot", "minimally invasive surgery", "cement kiln"),
        ("锂电池", "储能电极材料", "水稻育种"),
        ("废水处理", "污水净化膜", "手术机器人"),
    ):
        question, right, wrong = embed(asked, near, far, vectors=vectors)
        assert question @ right > question @ wrong + 0.1, asked
