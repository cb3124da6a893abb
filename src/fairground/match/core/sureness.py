"""How sure an asker's best pair is: from numbers that do not depend on what else was asked.

The ranker orders one asker's candidates; it does not say whether any of them is right. A logistic model over
absolute features of the best candidate does, taught with lists from which the right answers were taken out.
"""

from dataclasses import dataclass

import numpy as np
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
    ranked = np.take_along_axis(scores, order, 1)
    first = np.take_along_axis(features, order[:, :1, None], 1)[:, 0]
    near = np.take_along_axis(features, order[:, :, None], 1)
    columns = [FEATURES.index(name) for name in READ]
    if ranked.shape[1] > 1:
        lead = np.clip(ranked[:, 0] - ranked[:, 1], 0, 10)
    else:
        lead = np.zeros(len(ranked), np.float32)
    share = 1 / np.exp(np.clip(ranked - ranked[:, :1], -50, 0)).sum(axis=1)
    best = [near[:, :, FEATURES.index(name)].max(axis=1) for name in ("raw.cosine.whole", "raw.meaning.whole")]
    signs: Floats = np.column_stack([first[:, columns], lead, share, *best]).astype(np.float32)
    return np.nan_to_num(signs, nan=0.0, posinf=10.0, neginf=-10.0)


@dataclass(frozen=True)
class Sureness:
    """P(best pair is right) = logistic(weights · (signs - middle) / spread + bias); arrays float32[len(SIGNS)]."""

    middle: Floats
    spread: Floats
    weights: Floats
    bias: float

    def logits(self, signs: Floats) -> Floats:
        """Return float32[n_asker], the log odds."""
        brought = np.clip((signs - self.middle) / self.spread, -4, 4)
        logits: Floats = (brought @ self.weights + self.bias).astype(np.float32)
        return logits


def fit_sureness(signs: Floats, right: Floats, *, decay: float = 1.0) -> Sureness:
    """Fit by penalised maximum likelihood; `right` float32[n], 1 where the best pair was right, else 0.

    Raises
    ------
    ValueError: all examples are of one kind.
    """
    if right.min() == right.max():
        raise ValueError("sureness needs examples that were right and examples that were not")
    middle, spread = signs.mean(axis=0), np.maximum(signs.std(axis=0), 1e-3)
    x = np.clip((signs - middle) / spread, -4, 4).astype(np.float64)

    def cost(parameters: Floats) -> tuple[float, Floats]:
        logits = x @ parameters[:-1] + parameters[-1]
        error = 1 / (1 + np.exp(-logits)) - right
        loss = np.logaddexp(0, logits).sum() - (right * logits).sum() + decay / 2 * (parameters[:-1] ** 2).sum()
        return float(loss), np.append(x.T @ error + decay * parameters[:-1], error.sum())

    found = minimize(cost, np.zeros(x.shape[1] + 1), jac=True, method="L-BFGS-B").x
    return Sureness(
        middle.astype(np.float32), spread.astype(np.float32), found[:-1].astype(np.float32), float(found[-1])
    )
