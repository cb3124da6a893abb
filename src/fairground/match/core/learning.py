"""Re-fit a ranker to what one office accepted and declined, and say by cross-validation whether that helped.

Few labels must not undo what many taught: each ranker keeps all it has and gets one linear correction, held near
zero by a ridge whose strength is chosen among labels the fit did not see ("no correction" is one of the choices).
Both sides that ask learn, since a pair's score is the weaker side's. The whole of it, choice of strength included,
is then judged on needs that took no part.

Source: the loss is the ranker's; choosing inside the judgement follows Stone, "Cross-validatory choice and
assessment of statistical predictions" (1974).
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from fairground.match.core.features import FEATURES
from fairground.match.core.hub_lists import MeasuredHub, MeasuredSide, Progress, two_sided_scores
from fairground.match.core.labels import ACCEPTED_FROM
from fairground.match.core.learning_figures import Difference, Figures, figures_of, paired_difference
from fairground.match.core.ranker import CLIP, Ranker
from fairground.match.core.signals import Floats
from fairground.match.core.weights import Weights

# Ridge strengths from strong to weak; a correction of no strength at all is always a choice as well.
STRENGTHS = (3.0, 1.0, 0.3, 0.1, 0.03, 0.01)

_TAUGHT_DEPTH = 100  # the best candidates of an asker, and every labelled one
_LEAST_LISTS = 5  # a ranker with fewer lists to learn from stays as it is
_STEPS, _HALVINGS = 20, 10
_SETTLED = 1e-6  # of the mean loss: twice what one more step could gain
# Of one value throughout an asker's list, or another view less that value: they cannot change an order.
_NOT_ADJUSTED = ("asking_length", ".to_leader")


@dataclass(frozen=True)
class Labels:
    """Grades of pairs by (place of the need, place of the offer); `silent` pairs say nothing, either way."""

    grades: Mapping[tuple[int, int], int]
    silent: frozenset[tuple[int, int]] = frozenset()

    def accepted(self) -> list[tuple[int, int]]:
        """Return the pairs graded `ACCEPTED_FROM` or better."""
        return [pair for pair, grade in self.grades.items() if grade >= ACCEPTED_FROM]


@dataclass(frozen=True)
class Settings:
    """How to learn.

    Attributes
    ----------
    unlabelled_weight : > 0, what a candidate nobody labelled counts against a declined one: an office labels only
        what it saw, so most of them are wrong but some are not
    folds : ≥ 3, parts the needs are cut into
    seed : draws of the bootstrap and of the test by signs; nothing else is random
    """

    unlabelled_weight: float = 0.2
    folds: int = 5
    seed: int = 0


@dataclass(frozen=True)
class Learned:
    """What came of it.

    Attributes
    ----------
    weights : fitted to all labels
    strengths : ranker → chosen ridge, for the rankers that were corrected
    base, learned : figures on needs that took no part in the fit, for the weights before and after
    difference : of nDCG@10, learned less base, over needs
    not_considered : accepted pairs that are not among the candidates, which no weights can bring back
    """

    weights: Weights
    strengths: Mapping[str, float]
    base: Figures
    learned: Figures
    difference: Difference
    not_considered: int

    @property
    def helped(self) -> bool:
        """Whether the new weights are better beyond doubt: only then may they replace the old ones."""
        return self.difference.is_gain


def fold_of(need_id: str, n_folds: int) -> int:
    """Return the fold of a need, 0 ≤ fold < n_folds, by the hash of its id: it depends on nothing else."""
    return int.from_bytes(hashlib.sha256(need_id.encode()).digest()[:8], "big") % n_folds


def learn(
    hub: MeasuredHub,
    labels: Labels,
    need_ids: Sequence[str],
    base: Weights,
    *,
    settings: Settings,
    progress: Progress | None = None,
) -> Learned:
    """Fit corrections to all labels, and judge the same procedure by cross-validation over needs.

    Parameters
    ----------
    hub : measured with every labelled need
    labels : at least one accepted pair
    need_ids : ids of the whole list of needs
    base : the weights to correct
    progress : told the stage 'learn', steps done and steps in all; may raise to stop

    Returns
    -------
    Learned. Same input and settings, same output.

    Raises
    ------
    ValueError: a setting is off, no pair is accepted, or a labelled need was not measured.
    """
    if settings.folds < 3:
        raise ValueError(f"folds must be at least 3, not {settings.folds}: strengths are chosen inside each")
    if settings.unlabelled_weight <= 0:
        raise ValueError(f"unlabelled_weight must be above 0, not {settings.unlabelled_weight}")
    rows = _judged_rows(hub, labels)
    folds = np.array([fold_of(need_id, settings.folds) for need_id in need_ids])
    fitting = _Fitting(_lessons(hub, labels, folds, base, settings.unlabelled_weight), base, settings.folds)
    gains = _gains(hub, labels, rows)
    steps = settings.folds + 1
    scores = np.empty((len(rows), hub.n_offers), np.float32)
    for fold in range(settings.folds):
        _tell(progress, fold, steps)
        there = folds[hub.needs.asking[rows]] == fold
        if there.any():
            scores[there] = two_sided_scores(hub, fitting.weights(without=fold)[0], rows[there])
    _tell(progress, settings.folds, steps)
    weights, strengths = fitting.weights(without=None)
    row_folds = folds[hub.needs.asking[rows]]
    before = figures_of(two_sided_scores(hub, base, rows), gains, row_folds)
    after = figures_of(scores, gains, row_folds)
    _tell(progress, steps, steps)
    difference = paired_difference(before.ndcg10_by_need, after.ndcg10_by_need, seed=settings.seed)
    return Learned(weights, strengths, before, after, difference, _not_considered(hub, labels))


def fit_weights(
    hub: MeasuredHub, labels: Labels, need_ids: Sequence[str], base: Weights, *, settings: Settings
) -> Weights:
    """Fit corrections to all labels without judging them; parameters and errors are those of `learn`."""
    folds = np.array([fold_of(need_id, settings.folds) for need_id in need_ids])
    lessons = _lessons(hub, labels, folds, base, settings.unlabelled_weight)
    return _Fitting(lessons, base, settings.folds).weights(without=None)[0]


def judge(hub: MeasuredHub, labels: Labels, weights: Weights) -> Figures:
    """Return figures of weights on every need with an accepted pair."""
    rows = _judged_rows(hub, labels)
    return figures_of(
        two_sided_scores(hub, weights, rows), _gains(hub, labels, rows), np.zeros(len(rows), np.int64)
    )


def corrected(ranker: Ranker, change: Floats) -> Ranker:
    """Return the ranker with float32[n_feature] added to what it makes of each feature."""
    return replace(ranker, linear=(ranker.linear + change).astype(np.float32))


@dataclass
class _Lessons:
    """Lists that teach one ranker; arrays [n_list, depth], `x` with the ranker's features last.

    `x` is in deviations within a list, `scale` brings a weight back to the ranker's own units; `share` is what the
    pair was worth (0 unless accepted or graded), `weight` what it counts in the sum (0: not there), `fold` its need's.
    """

    columns: NDArray[np.int64]
    scale: Floats
    x: Floats
    base: Floats
    share: Floats
    weight: Floats
    fold: NDArray[np.int64]

    def without(self, left_out: frozenset[int]) -> tuple[Floats, Floats, Floats, Floats]:
        """Return x, base, share and weight of the lists that teach something when needs of some folds are not there."""
        hidden = np.isin(self.fold, list(left_out))
        return self._kept(np.where(hidden, 0, self.share), np.where(hidden, 0, self.weight))

    def only(self, fold: int, left_out: frozenset[int]) -> tuple[Floats, Floats, Floats, Floats]:
        """Return the same for judging a fit on one fold: good pairs of other folds step aside."""
        hidden = np.isin(self.fold, list(left_out)) | ((self.fold != fold) & (self.share > 0))
        return self._kept(np.where(hidden, 0, self.share), np.where(hidden, 0, self.weight))

    def _kept(self, share: Floats, weight: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        rows = share.sum(axis=1) > 0
        shares = share[rows] / share[rows].sum(axis=1, keepdims=True)
        return self.x[rows], self.base[rows], shares, weight[rows]


def _lessons(
    hub: MeasuredHub, labels: Labels, folds: NDArray[np.int64], base: Weights, unlabelled_weight: float
) -> dict[str, _Lessons]:
    """Gather by ranker the lists of both sides that hold a pair worth something."""
    gathered: dict[str, _Gathered] = {}
    for side, swap in ((hub.needs, False), (hub.offers, True)):
        for row, asker in enumerate(side.asking.tolist()):
            texts = side.candidates(row)
            pairs = [(text, asker) if swap else (asker, text) for text in texts.tolist()]
            share = np.array([2.0 ** labels.grades.get(pair, 0) - 1 for pair in pairs], np.float32)
            if not share.any():
                continue
            features = side.pairs.features(slice(row, row + 1))[0]
            weight = np.array([_weight(pair, labels, unlabelled_weight) for pair in pairs], np.float32)
            pair_folds = folds[[max(need, 0) for need, _ in pairs]]
            for name, places in _kinds(side, row):
                if share[places].any():
                    into = gathered.setdefault(name, _Gathered(base.rankers[name]))
                    into.add(features[places], share[places], weight[places], pair_folds[places])
    return {name: one.lessons() for name, one in sorted(gathered.items()) if len(one) >= _LEAST_LISTS}


def _kinds(side: MeasuredSide, row: int) -> list[tuple[str, NDArray[np.int64]]]:
    """Return the asker's candidates of its own language and of the other, each with the ranker that orders them."""
    there = side.candidates(row) >= 0
    crossing = side.pairs.crossing[row]
    kinds = ((side.rankers[row], there & ~crossing), ("crossing", there & crossing))
    return [(name, np.flatnonzero(mask)) for name, mask in kinds if mask.any()]


def _weight(pair: tuple[int, int], labels: Labels, unlabelled_weight: float) -> float:
    if pair in labels.silent:
        return 0.0
    return 1.0 if pair in labels.grades else unlabelled_weight


@dataclass
class _Gathered:
    """Lists for one ranker while they are being gathered."""

    ranker: Ranker
    rows: list[tuple[Floats, Floats, Floats, Floats, NDArray[np.int64]]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.rows)

    def add(self, features: Floats, share: Floats, weight: Floats, fold: NDArray[np.int64]) -> None:
        """Keep the best by the ranker as it is, and every labelled pair."""
        base = self.ranker.scores(features)
        is_labelled = (share > 0) | (weight == 1)
        kept = np.sort(np.lexsort((-base, ~is_labelled))[:_TAUGHT_DEPTH])
        self.rows.append(
            (_inputs(self.ranker, features[kept]), base[kept], share[kept], weight[kept], fold[kept])
        )

    def lessons(self) -> _Lessons:
        """Pad to one depth and bring every feature to the same spread within lists."""
        depth = max(len(row[1]) for row in self.rows)

        def stacked(part: int) -> Floats:
            first = self.rows[0][part]
            filled = np.zeros((len(self.rows), depth, *first.shape[1:]), first.dtype)
            for number, row in enumerate(self.rows):
                filled[number, : len(row[part])] = row[part]
            return filled

        x, base, share, weight, fold = (stacked(part) for part in range(5))
        there = np.arange(depth) < np.array([len(row[1]) for row in self.rows])[:, None]
        counts = there.sum(axis=1)[:, None, None]
        x = np.where(there[:, :, None], x - x.sum(axis=1, keepdims=True) / counts, 0)
        spread = np.sqrt((x * x).sum(axis=(0, 1)) / counts.sum())
        usable = [not name.startswith(_NOT_ADJUSTED[0]) and _NOT_ADJUSTED[1] not in name for name in FEATURES]
        columns = np.flatnonzero(np.array(usable) & (spread > 1e-3))
        scale = (1 / spread[columns]).astype(np.float32)
        taught = np.ascontiguousarray(x[:, :, columns] * scale, np.float32)
        return _Lessons(columns, scale, taught, base, share, weight, fold.astype(np.int64))


def _inputs(ranker: Ranker, features: Floats) -> Floats:
    """Return what the ranker's linear part reads."""
    inputs: Floats = np.clip((features - ranker.middle) / ranker.spread, -CLIP, CLIP)
    return inputs


class _Fitting:
    """Fits along the strengths for any folds left out, each once."""

    def __init__(self, lessons: Mapping[str, _Lessons], base: Weights, n_folds: int) -> None:
        self._lessons, self._base, self._n_folds = lessons, base, n_folds
        self._paths: dict[tuple[str, frozenset[int]], list[Floats]] = {}

    def weights(self, *, without: int | None) -> tuple[Weights, dict[str, float]]:
        """Return corrected weights and the chosen strengths; needs of fold `without` are not looked at."""
        left_out = frozenset() if without is None else frozenset({without})
        rankers, strengths = dict(self._base.rankers), {}
        for name, lessons in self._lessons.items():
            chosen = self._chosen(name, left_out)
            if chosen is None:
                continue
            change = np.zeros(len(FEATURES), np.float32)
            change[lessons.columns] = self._path(name, left_out)[chosen] * lessons.scale
            rankers[name] = corrected(rankers[name], change)
            strengths[name] = STRENGTHS[chosen]
        return replace(self._base, rankers=rankers), strengths

    def _chosen(self, name: str, left_out: frozenset[int]) -> int | None:
        """Return the strength with the least loss on folds the fit did not see, None where no correction is best."""
        losses: list[Floats] = []
        for fold in range(self._n_folds):
            if fold in left_out:
                continue
            judged = self._lessons[name].only(fold, left_out)
            if len(judged[0]) == 0:
                continue
            path = self._path(name, left_out | {fold})
            nothing = np.zeros(judged[0].shape[2], np.float32)
            losses.append(np.array([_losses(change, *judged) for change in (nothing, *path)]))
        if not losses:
            return None
        best = int(np.argmin(np.concatenate(losses, axis=1).mean(axis=1)))  # of equals the strongest
        return best - 1 if best else None

    def _path(self, name: str, left_out: frozenset[int]) -> list[Floats]:
        key = (name, left_out)
        if key not in self._paths:
            lists = self._lessons[name].without(left_out)
            found, self._paths[key] = np.zeros(lists[0].shape[2]), []
            for strength in STRENGTHS:
                found = _fit(found, strength, *lists)
                self._paths[key].append(found.astype(np.float32))
        return self._paths[key]


def _fit(
    start: NDArray[np.float64], strength: float, x: Floats, base: Floats, share: Floats, weight: Floats
) -> NDArray[np.float64]:
    """Return the change that makes mean loss + strength / 2 · |change|² least, by Newton's steps.

    The loss is convex and strength > 0, so the start only saves time; a step that does not lower it is halved.
    """
    if len(x) == 0:
        return start
    flat, change = x.reshape(-1, x.shape[2]), start
    cost = _cost(change, strength, x, base, share, weight)
    for _ in range(_STEPS):
        spread = _shares(base + x @ change.astype(np.float32), weight)[0] / np.float32(len(x))
        slope = flat.T @ (spread - share / len(x)).reshape(-1) + strength * change
        means = np.einsum("ld,ldf->lf", spread, x) * np.float32(np.sqrt(len(x)))
        bend = flat.T @ (flat * spread.reshape(-1, 1)) - means.T @ means
        step = np.linalg.solve(bend.astype(np.float64) + strength * np.eye(len(change)), slope)
        if slope @ step < _SETTLED:
            break
        for _ in range(_HALVINGS):
            tried = _cost(change - step, strength, x, base, share, weight)
            if tried < cost:
                break
            step = step / 2
        else:
            break
        change, cost = change - step, tried
    return change


def _cost(
    change: NDArray[np.float64], strength: float, x: Floats, base: Floats, share: Floats, weight: Floats
) -> float:
    losses = _losses(change.astype(np.float32), x, base, share, weight)
    return float(losses.mean(dtype=np.float64) + strength / 2 * change @ change)


def _losses(change: Floats, x: Floats, base: Floats, share: Floats, weight: Floats) -> Floats:
    scores = base + x @ change
    losses: Floats = _shares(scores, weight)[1] - (share * scores).sum(axis=1)
    return losses


def _shares(scores: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Return the weighted softmax and the logarithm of its sum."""
    high = np.where(weight > 0, scores, -np.inf).max(axis=1, keepdims=True)
    grown = weight * np.exp(np.minimum(scores - high, 0))
    total = grown.sum(axis=1, keepdims=True)
    return grown / total, (high + np.log(total))[:, 0]


def _judged_rows(hub: MeasuredHub, labels: Labels) -> NDArray[np.int64]:
    """Return rows of the needs side with an accepted pair."""
    needs = np.unique([need for need, _ in labels.accepted()])
    if len(needs) == 0:
        raise ValueError("no pair is accepted")
    if not np.isin(needs, hub.needs.asking).all():
        raise ValueError("a labelled need was not measured")
    return np.searchsorted(hub.needs.asking, needs)


def _gains(hub: MeasuredHub, labels: Labels, rows: NDArray[np.int64]) -> list[dict[int, int]]:
    """Return for each row offer → grade; pairs that say nothing are not in it."""
    by_need: dict[int, dict[int, int]] = {need: {} for need in hub.needs.asking[rows].tolist()}
    for (need, offer), grade in labels.grades.items():
        if need in by_need and (need, offer) not in labels.silent:
            by_need[need][offer] = grade
    return list(by_need.values())


def _not_considered(hub: MeasuredHub, labels: Labels) -> int:
    return sum(
        offer not in hub.needs.candidates(int(np.searchsorted(hub.needs.asking, need)))
        for need, offer in labels.accepted()
    )


def _tell(progress: Progress | None, done: int, total: int) -> None:
    if progress is not None:
        progress("learn", done, total)
