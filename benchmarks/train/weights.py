"""Train the rankers that ship with the package, on the open halves of SBIR and Horizon.

    python benchmarks/train/weights.py --data ../shared/data/match --out src/fairground/match/core/data

Reports nDCG@10 of five-fold cross-validation by need, each fold answered by a ranker that never saw it, and ships
rankers taught with all folds. Sureness is taught on out-of-fold scores: each need once as it is, once with its right
offers taken out of its candidates. Needs the extra [neural] for the rankers that go with the neural encoder.
"""

import argparse
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from fairground.match.core.features import FEATURES
from fairground.match.core.ranker import Ranker
from fairground.match.core.signals import Floats
from fairground.match.core.sureness import Sureness, fit_sureness, signs_of
from fairground.match.core.weights import Weights
from match_bench.lessons import SIDES, Exercise, exercises, protocols_of, taught_ranker
from match_bench.task import N_FOLDS

# For askers whose language no label was seen in: runs of characters first, then meaning, then words; no hubs. Round
# numbers set by hand, with the figures of each signal on the open half of BDCI in view; nothing is fitted there.
UNTAUGHT = {
    "words.opening.alone": 0.3,
    "cosine.opening.alone": 0.3,
    "phrases.title.alone": 1.0,
    "phrases.opening.alone": 1.0,
    "meaning.title.alone": 0.7,
    "meaning.opening.alone": 0.7,
}
# For pairs of two languages: the dictionary's cosine above all.
CROSSING = {
    "cosine.title.alone": 0.8,
    "cosine.opening.alone": 0.8,
    "words.opening.alone": 0.1,
    "meaning.title.alone": 0.2,
    "meaning.opening.alone": 0.3,
}

_SURE_DEPTH = 10  # candidates of an asker that sureness is taught with


def fixed_ranker(weights: Mapping[str, float]) -> Ranker:
    """A ranker that adds up fixed weights."""
    n = len(FEATURES)
    linear = np.zeros((1, n), np.float32)
    for name, weight in weights.items():
        linear[0, FEATURES.index(name)] = weight
    nothing = np.zeros((1, 1), np.float32)
    return Ranker(
        FEATURES, np.zeros(n, np.float32), np.ones(n, np.float32), np.zeros((1, n, 1), np.float32), nothing, nothing,
        linear,
    )  # fmt: skip


def ndcg10(scores: Floats, relevance: Floats) -> Floats:
    """nDCG@10 of binary relevance among an exercise's candidates (lost candidates are not seen here)."""
    order = np.argsort(-scores, axis=1, kind="stable")[:, :10]
    discount = 1 / np.log2(np.arange(order.shape[1]) + 2)
    gained = (np.take_along_axis(relevance, order, 1) * discount).sum(axis=1)
    best = (-np.sort(-relevance, axis=1)[:, :10] * discount).sum(axis=1)
    found: Floats = np.divide(gained, best, out=np.full(len(best), np.nan), where=best > 0)
    return found


def out_of_fold(
    side: str, data: Path, parts: tuple[Exercise, ...], options: Mapping[str, bool]
) -> list[Floats]:
    """Scores of every asker by the ranker that never saw its fold."""
    scores = [np.zeros(one.relevance.shape, np.float32) for one in parts]
    for fold in range(N_FOLDS):
        ranker = taught_ranker(side, data, without_fold=fold, **options)
        for one, filled in zip(parts, scores, strict=True):
            rows = one.folds == fold
            filled[rows] = ranker.scores(one.features[rows])
    return scores


def teach_sureness(parts: tuple[Exercise, ...], scores: list[Floats]) -> Sureness:
    """Each asker as it is, and once more with its relevant candidates taken away, so that none is right."""
    signs, below, right = [], [], []
    for one, score in zip(parts, scores, strict=True):
        for seen in (score, np.where(one.relevance > 0, -np.inf, score)):
            order = np.argsort(-seen, axis=1, kind="stable")[:, :_SURE_DEPTH]
            ranked = np.take_along_axis(seen, order, 1)
            signs.append(signs_of(one.features, seen))
            below.append(ranked - ranked[:, :1])
            right.append((np.take_along_axis(one.relevance, order, 1) > 0) & np.isfinite(ranked))
    return fit_sureness(
        np.concatenate(signs), np.concatenate(below), np.concatenate(right).astype(np.float32)
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="the folder with en_sbir/ and eu_horizon/")
    parser.add_argument("--out", type=Path, required=True, help="where weights.npz and its record go")
    arguments = parser.parse_args()
    rankers: dict[str, Ranker] = {"untaught": fixed_ranker(UNTAUGHT), "crossing": fixed_ranker(CROSSING)}
    sureness: dict[str, Sureness] = {}
    report: dict[str, dict[str, object]] = {}
    for side in SIDES:
        for name, options in (
            (side, {}),
            (f"{side}_alone", {"list_statistics": False}),
            (f"{side}_neural", {"neural": True}),
        ):
            parts = exercises(side, arguments.data, **options)
            scores = out_of_fold(side, arguments.data, parts, options)
            protocols = protocols_of(side, neural=options.get("neural", False))
            for (collection, protocol), one, score in zip(protocols, parts, scores, strict=True):
                by_fold = [
                    round(float(np.nanmean(ndcg10(score[one.folds == f], one.relevance[one.folds == f]))), 4)
                    for f in range(N_FOLDS)
                ]
                report.setdefault(name, {})[f"{collection} {protocol}"] = by_fold
                print(name, collection, protocol, by_fold, round(float(np.mean(by_fold)), 4), flush=True)
            rankers[name] = taught_ranker(side, arguments.data, without_fold=None, **options)
            if name == side:
                sureness[side] = teach_sureness(parts, scores)
    made = datetime.now(UTC).date().isoformat()
    Weights(made, rankers, sureness).write(
        arguments.out,
        {
            "command": "python benchmarks/train/weights.py --data DATA --out OUT",
            "labels_read": "en_sbir and eu_horizon, open half",
            "ndcg10_by_fold_among_candidates": report,
        },
    )


if __name__ == "__main__":
    main()
