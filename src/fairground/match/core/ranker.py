"""The learned ranker: a small committee of networks with one hidden layer, evaluated and trained in numpy.

Trained listwise: among an asker's candidates the softmax of the scores should be the share of relevance.
Source: Cao et al., "Learning to rank: from pairwise approach to listwise approach" (2007), top-one probability;
Kingma and Ba, "Adam" (2015) for the steps.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairground.match.core.signals import Floats

CLIP = 8.0  # features beyond this many deviations say no more than at it
_MEMBER_FIELDS = ("hidden", "hidden_bias", "output", "linear")


@dataclass(frozen=True, eq=False)
class Ranker:
    """A committee of `n_member` networks over `n_feature` features.

    score = mean over members of output · tanh(hidden x + hidden_bias) + linear · x, x the features brought to
    mean 0 and deviation 1 (`middle`, `spread`: float32[n_feature]).
    `hidden` float32[n_member, n_feature, n_hidden], `hidden_bias`, `output` float32[n_member, n_hidden],
    `linear` float32[n_member, n_feature].
    """

    names: tuple[str, ...]
    middle: Floats
    spread: Floats
    hidden: Floats
    hidden_bias: Floats
    output: Floats
    linear: Floats

    def scores(self, features: Floats) -> Floats:
        """Return float32[...] for features float32[..., n_feature]; comparable within one asker only."""
        flat = features.reshape(-1, features.shape[-1])
        x = np.clip((flat - self.middle) / self.spread, -CLIP, CLIP)
        total = x @ self.linear.mean(axis=0)
        for hidden, bias, output in zip(self.hidden, self.hidden_bias, self.output, strict=True):
            total += np.tanh(x @ hidden + bias) @ output / len(self.hidden)
        scores: Floats = total.reshape(features.shape[:-1]).astype(np.float32)
        return scores

    def as_arrays(self, prefix: str = "") -> dict[str, NDArray[Any]]:
        """Return the parts by name, each name with `prefix` before it."""
        arrays: dict[str, NDArray[Any]] = {
            f"{prefix}names": np.array(self.names),
            f"{prefix}middle": self.middle,
            f"{prefix}spread": self.spread,
        }
        for name in _MEMBER_FIELDS:
            arrays[prefix + name] = getattr(self, name).astype(np.float16)
        return arrays

    @classmethod
    def from_arrays(cls, stored: Mapping[str, NDArray[Any]], prefix: str = "") -> "Ranker":
        """Undo `as_arrays`."""
        names = tuple(str(name) for name in stored[f"{prefix}names"])
        parts = [stored[prefix + name].astype(np.float32) for name in ("middle", "spread", *_MEMBER_FIELDS)]
        return cls(names, *parts)


@dataclass(frozen=True)
class Lesson:
    """What is learned from: a list of candidates for each asker.

    `features` float32[n_asker, depth, n_feature]; `relevance` float32[n_asker, depth] ≥ 0; `weight`
    float32[n_asker] ≥ 0, how much each asker counts.
    """

    features: Floats
    relevance: Floats
    weight: Floats


def train_ranker(
    lesson: Lesson,
    names: tuple[str, ...],
    *,
    n_member: int = 4,
    n_hidden: int = 32,
    epochs: int = 20,
    learning_rate: float = 2e-3,
    decay: float = 1e-2,
    dropout: float = 0.2,
    seed: int = 0,
) -> Ranker:
    """Fit a committee.

    Askers without a relevant candidate teach nothing and are left out. Same lesson and seed, same ranker.

    Raises
    ------
    ValueError: no asker has a relevant candidate.
    """
    taught = (lesson.relevance.sum(axis=1) > 0) & (lesson.weight > 0)
    if not taught.any():
        raise ValueError("no list has a relevant candidate to learn from")
    features, relevance, weight = lesson.features[taught], lesson.relevance[taught], lesson.weight[taught]
    flat = features.reshape(-1, features.shape[-1])
    middle = flat.mean(axis=0, dtype=np.float64).astype(np.float32)
    spread = np.maximum(flat.std(axis=0, dtype=np.float64), 1e-3).astype(np.float32)
    x = np.clip((features - middle) / spread, -CLIP, CLIP)
    wanted = relevance / relevance.sum(axis=1, keepdims=True)
    members = [
        _train_member(x, wanted, weight, n_hidden, epochs, learning_rate, decay, dropout, seed + number)
        for number in range(n_member)
    ]
    parts = [np.stack([member[name] for member in members]) for name in _MEMBER_FIELDS]
    return Ranker(names, middle, spread, *parts)


def _train_member(
    x: Floats,
    wanted: Floats,
    weight: Floats,
    n_hidden: int,
    epochs: int,
    learning_rate: float,
    decay: float,
    dropout: float,
    seed: int,
) -> dict[str, Floats]:
    random = np.random.default_rng(seed)
    n_asker, depth, n_feature = x.shape
    weights: dict[str, Floats] = {
        "hidden": (random.standard_normal((n_feature, n_hidden)) / np.sqrt(n_feature)).astype(np.float32),
        "hidden_bias": np.zeros(n_hidden, np.float32),
        "output": (random.standard_normal(n_hidden) / np.sqrt(n_hidden)).astype(np.float32),
        "linear": np.zeros(n_feature, np.float32),
    }
    steps = Adam(weights, decay={"hidden", "output", "linear"}, decay_rate=decay)
    batch = 64
    n_steps = epochs * -(-n_asker // batch)
    step = 0
    for _ in range(epochs):
        order = random.permutation(n_asker)
        for first in range(0, n_asker, batch):
            rows = order[first : first + batch]
            mask = (random.random((len(rows) * depth, n_hidden)) >= dropout).astype(np.float32) / (
                1 - dropout
            )
            slopes = _slopes(weights, x[rows].reshape(-1, n_feature), wanted[rows], weight[rows], mask)
            # Linear fall to a tenth: the last steps settle instead of wandering.
            steps.take(slopes, learning_rate * (1 - 0.9 * step / n_steps))
            step += 1
    return weights


def _slopes(
    weights: dict[str, Floats], x: Floats, wanted: Floats, weight: Floats, mask: Floats
) -> dict[str, Floats]:
    """Return the gradient of the weighted mean cross-entropy."""
    bent = np.tanh(x @ weights["hidden"] + weights["hidden_bias"])
    scores = ((bent * mask) @ weights["output"] + x @ weights["linear"]).reshape(wanted.shape)
    share = np.exp(scores - scores.max(axis=1, keepdims=True))
    share /= share.sum(axis=1, keepdims=True)
    by_score = ((share - wanted) * (weight / weight.sum())[:, None]).reshape(-1).astype(np.float32)
    by_bent = by_score[:, None] * weights["output"] * mask * (1 - bent * bent)
    return {
        "hidden": x.T @ by_bent,
        "hidden_bias": by_bent.sum(axis=0),
        "output": (bent * mask).T @ by_score,
        "linear": x.T @ by_score,
    }


class Adam:
    """Adam with decoupled weight decay, on arrays that are changed in place."""

    def __init__(self, weights: dict[str, Floats], *, decay: set[str], decay_rate: float) -> None:
        self._weights = weights
        self._decay = decay
        self._decay_rate = decay_rate
        self._first = {name: np.zeros_like(value) for name, value in weights.items()}
        self._second = {name: np.zeros_like(value) for name, value in weights.items()}
        self._n_steps = 0

    def take(self, slopes: dict[str, Floats], rate: float) -> None:
        """Take one step down the slopes."""
        self._n_steps += 1
        for name, slope in slopes.items():
            first, second, weight = self._first[name], self._second[name], self._weights[name]
            first += 0.1 * (slope - first)
            second += 0.001 * (slope * slope - second)
            unbiased = first / (1 - 0.9**self._n_steps)
            if name in self._decay:
                weight *= 1 - rate * self._decay_rate
            weight -= rate * unbiased / (np.sqrt(second / (1 - 0.999**self._n_steps)) + 1e-8)
