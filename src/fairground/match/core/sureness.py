"""How sure an asker's best pair is: from numbers that do not depend on what else was asked.

The ranker orders one asker's candidates; it does not say whether any of them is right. A logistic model over
absolute features of the best candidate does, taught with lists from which the right answers were taken out.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from fairground.match.core.features import FEATURES
from fairground.match.core.signals import Floats

READ = (
    "raw.cosine.title",
    "raw.cosine.whole",
    "raw.meaning.title",
    "raw.meaning.whole",
    "together.alone",
    "together.over_hub",
    "together.over_rival",
    "asking_length",
    "searched_length",
)
SIGNS = (*READ, "lead_over_second", "share_of_first", "best_cosine", "best_meaning")
_CONSIDERED = 20


def signs_of(features: Floats, scores: Floats) -> Floats:
    """Return float32[n_asker, len(SIGNS)] from features float32[n_asker, depth, n_feature] and ranker scores.

    `scores` : float32[n_asker, depth], -inf where there is no candidate.
    """
    order = np.argsort(-scores, axis=1, kind="stable")[:, :_CONSIDERED]
    ranked = np.maximum(np.take_along_axis(scores, order, 1), -1e9)  # finite, so that differences are
    first = np.take_along_axis(features, order[:, :1, None], 1)[:, 0]
    near = np.take_along_axis(features, order[:, :, None], 1)
    columns = [FEATURES.index(name) for name in READ]
    second = ranked[:, min(1, ranked.shape[1] - 1)]
    lead = np.clip(ranked[:, 0] - second, 0, 10)
    share = 1 / np.exp(np.clip(ranked - ranked[:, :1], -50, 0)).sum(axis=1)
    best = [
        near[:, :, FEATURES.index(name)].max(axis=1) for name in ("raw.cosine.whole", "raw.meaning.whole")
    ]
    signs: Floats = np.column_stack([first[:, columns], lead, share, *best]).astype(np.float32)
    return np.nan_to_num(signs, nan=0.0, posinf=10.0, neginf=-10.0)


@dataclass(frozen=True)
class Sureness:
    """P(best pair is right) = logistic(weights · (signs - middle) / spread + bias); arrays float32[len(SIGNS)].

    A pair whose ranker score is d below the best one's loses fall · ln(1 + d) log odds: in a short list scores lie
    far apart, and a second-best pair should not vanish for that.
    """

    middle: Floats
    spread: Floats
    weights: Floats
    bias: float
    fall: float

    def logits(self, signs: Floats, below: Floats) -> Floats:
        """Return float32[n_asker, depth], log odds that each pair is right.

        Parameters
        ----------
        signs : float32[n_asker, len(SIGNS)], from `signs_of`
        below : float32[n_asker, depth] ≤ 0, each candidate's ranker score less the best one's
        """
        brought = np.clip((signs - self.middle) / self.spread, -4, 4)
        odds = (brought @ self.weights + self.bias)[:, None] - self.fall * np.log1p(-below)
        logits: Floats = odds.astype(np.float32)
        return logits


def fit_sureness(signs: Floats, below: Floats, right: Floats, *, decay: float = 1.0) -> Sureness:
    """Fit by penalised maximum likelihood.

    Parameters
    ----------
    signs : float32[n_asker, len(SIGNS)]
    below : float32[n_asker, depth] ≤ 0, ranker scores less the best one's; -inf where there is no candidate
    right : float32[n_asker, depth], 1 where the pair was right, else 0
    decay : ≥ 0, pull of the weights to 0

    Raises
    ------
    ValueError: all examples are of one kind.
    """
    if right.min() == right.max():
        raise ValueError("sureness needs examples that were right and examples that were not")
    middle, spread = signs.mean(axis=0), np.maximum(signs.std(axis=0), 1e-3)
    x = np.clip((signs - middle) / spread, -4, 4).astype(np.float64)
    there = np.isfinite(below)
    steps = -np.log1p(-np.where(there, below, 0).astype(np.float64))

    def cost(parameters: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights, bias, fall = parameters[:-2], parameters[-2], np.exp(parameters[-1])
        logits = (x @ weights + bias)[:, None] + fall * steps
        loss = ((np.logaddexp(0, logits) - right * logits) * there).sum() + decay / 2 * (weights**2).sum()
        error = (1 / (1 + np.exp(-logits)) - right) * there
        by_asker = error.sum(axis=1)
        slopes = np.concatenate(
            [x.T @ by_asker + decay * weights, [by_asker.sum(), fall * (error * steps).sum()]]
        )
        return float(loss), slopes

    found = minimize(cost, np.zeros(x.shape[1] + 2), jac=True, method="L-BFGS-B").x
    return Sureness(
        middle.astype(np.float32),
        spread.astype(np.float32),
        found[:-2].astype(np.float32),
        float(found[-2]),
        float(np.exp(found[-1])),
    )
