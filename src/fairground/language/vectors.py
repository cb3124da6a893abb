"""Static word vectors: meaning without a network or a neural run time.

A text's vector is the weighted sum of its words' vectors, brought to length 1. The words are the stems and
Chinese words of the `word` channel (`language.tokens`), so both languages share one space. The shipped file is
made by `benchmarks/train/vectors.py`; its record lies beside it.
"""

import functools
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from fairground.language.tokens import TokenStream, Vocabulary

SHIPPED_FILE = "vectors.npz"


@dataclass(frozen=True)
class StaticVectors:
    """Word → vector.

    `words` : tuple of n_word tokens.
    `matrix` : float32[n_word, n_dim]; a row's length is the word's weight in a text.
    """

    words: tuple[str, ...]
    matrix: NDArray[np.float32]

    @classmethod
    def read(cls, path: Path) -> "StaticVectors":
        """Read a file written by `write`.

        Raises
        ------
        OSError, KeyError, ValueError: the file is missing or not a vector file.
        """
        with np.load(path, allow_pickle=False) as stored:
            words = tuple(bytes(stored["words"]).decode("utf-8").split("\n"))
            matrix = stored["codes"].astype(np.float32) * stored["scales"][:, None]
        if len(words) != len(matrix):
            raise ValueError(f"{path.name} names {len(words)} words and holds {len(matrix)} vectors")
        return cls(words, matrix)

    def write(self, path: Path) -> None:
        """Store as one byte a number with one scale a word; the loss in cosine stays under 0.01."""
        scales = np.abs(self.matrix).max(axis=1) / 127
        scales[scales == 0] = 1
        codes = np.rint(self.matrix / scales[:, None]).astype(np.int8)
        packed = np.frombuffer("\n".join(self.words).encode("utf-8"), np.uint8)
        np.savez_compressed(path, words=packed, codes=codes, scales=scales.astype(np.float32))

    @functools.cached_property
    def rows(self) -> dict[str, int]:
        """Word → its row."""
        return {word: row for row, word in enumerate(self.words)}

    def table_for(self, vocabulary: Vocabulary) -> NDArray[np.float32]:
        """Return float32[len(vocabulary), n_dim].

        An unknown Chinese word is spelled: it gets the sum of its characters' vectors, as it did in training. Any
        other unknown token gets a row of zeros.
        """
        table = np.zeros((len(vocabulary), self.matrix.shape[1]), np.float32)
        rows = np.array([self.rows.get(token, -1) for token in vocabulary.tokens], np.int64)
        table[rows >= 0] = self.matrix[rows[rows >= 0]]
        for number in np.flatnonzero(rows < 0).tolist():
            spelling = [
                self.rows[one] for one in vocabulary.tokens[number] if one in self.rows and not one.isascii()
            ]
            if spelling:
                table[number] = self.matrix[spelling].sum(axis=0)
        return table

    def embed(self, stream: TokenStream, vocabulary: Vocabulary) -> NDArray[np.float32]:
        """Return float32[n_text, n_dim]: unit vectors, or zeros for a text without a known word.

        A word said n times counts 1 + ln n times.
        """
        counts = sparse.csr_array(
            (np.ones(len(stream.ids), np.float32), stream.ids.copy(), stream.offsets.copy()),
            shape=(len(stream), len(vocabulary)),
        )
        counts.sum_duplicates()
        return self.embed_counts(counts, vocabulary)

    def embed_counts(self, counts: sparse.csr_array, vocabulary: Vocabulary) -> NDArray[np.float32]:
        """As `embed`, from counts float32[n_text, len(vocabulary)] without duplicates."""
        damped = counts.copy()
        damped.data = np.where(damped.data > 1, 1 + np.log(np.maximum(damped.data, 1)), damped.data)
        summed = np.asarray(damped @ self.table_for(vocabulary), np.float32)
        lengths = np.linalg.norm(summed, axis=1, keepdims=True)
        vectors: NDArray[np.float32] = np.divide(
            summed, lengths, out=np.zeros_like(summed), where=lengths > 0
        )
        return vectors


@functools.cache
def shipped_vectors() -> StaticVectors:
    """Return the vectors that come with the package."""
    return StaticVectors.read(Path(str(files("fairground.language") / "data" / SHIPPED_FILE)))
