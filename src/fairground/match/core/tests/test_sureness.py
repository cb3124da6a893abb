"""How sure a pair is: signs against plain readings, the fit against finite differences and planted truth."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import optimize

from fairground.match.core import sureness
from fairground.match.core.features import FEATURES
from fairground.match.core.sureness import READ, SIGNS, Sureness, fit_sureness, signs_of

Floats = NDArray[np.float32]
_DICE = np.random.default_rng(2)


def features_of(n_asker: int, depth: int) -> Floats:
    return _DICE.normal(size=(n_asker, depth, len(FEATURES))).astype(np.float32)


def sign(signs: Floats, name: str) -> Floats:
    return signs[:, SIGNS.index(name)]


# --- the signs ---


def test_signs_describe_the_best_scored_candidate() -> None:
    features = features_of(6, 5)
    scores = _DICE.normal(size=(6, 5)).astype(np.float32)
    signs = signs_of(features, scores)
    assert signs.shape == (6, len(SIGNS))
    for asker in range(6):
        best, second = sorted(range(5), key=(-scores[asker]).__getitem__)[:2]
        for name in READ:
            assert sign(signs, name)[asker] == features[asker, best, FEATURES.index(name)]
        assert sign(signs, "lead_over_second")[asker] == pytest.approx(
            scores[asker, best] - scores[asker, second]
        )
        share = np.exp(scores[asker, best]) / np.exp(scores[asker]).sum()
        assert sign(signs, "share_of_first")[asker] == pytest.approx(share, rel=1e-5)
        cosine = features[asker, :, FEATURES.index("raw.cosine.whole")].max()
        assert sign(signs, "best_cosine")[asker] == cosine


def test_signs_do_not_depend_on_the_order_of_candidates_or_on_other_askers() -> None:
    features = features_of(4, 7)
    scores = _DICE.normal(size=(4, 7)).astype(np.float32)
    signs = signs_of(features, scores)
    places = _DICE.permutation(7)
    np.testing.assert_allclose(signs_of(features[:, places], scores[:, places]), signs, rtol=1e-6)
    np.testing.assert_allclose(signs_of(features[2:3], scores[2:3])[0], signs[2], rtol=1e-6)


def test_only_the_twenty_best_are_considered() -> None:
    features = features_of(1, 30)
    scores: Floats = -np.arange(30).astype(np.float32)[None]
    signs = signs_of(features, scores)
    features[0, 20:] = 100.0
    np.testing.assert_array_equal(signs_of(features, scores), signs)


def test_missing_candidates_and_a_lone_one() -> None:
    features = features_of(2, 3)
    scores = np.array([[1.0, -np.inf, -np.inf], [0.5, 0.25, -np.inf]], np.float32)
    signs = signs_of(features, scores)
    assert np.isfinite(signs).all()
    assert sign(signs, "lead_over_second").tolist() == [10.0, 0.25]
    assert sign(signs, "share_of_first")[0] == pytest.approx(1.0)
    alone = signs_of(features[:, :1], scores[:, :1])
    assert sign(alone, "lead_over_second").tolist() == [0.0, 0.0]
    assert sign(alone, "share_of_first").tolist() == [1.0, 1.0]


def test_an_asker_without_any_candidate_has_signs_too() -> None:
    scores = np.array([[-np.inf] * 3, [1.0, 0.0, -np.inf]], np.float32)
    signs = signs_of(features_of(2, 3), scores)
    assert np.isfinite(signs).all()
    assert sign(signs, "lead_over_second").tolist() == [0.0, 1.0]


def test_names_of_the_signs_are_features_and_unique() -> None:
    assert set(READ) <= set(FEATURES)
    assert len(set(SIGNS)) == len(SIGNS)


# --- log odds ---


@settings(max_examples=50, deadline=None)
@given(
    falls=st.lists(st.floats(0, 5, width=32), min_size=1, max_size=8),
    fall=st.floats(0.01, 3),
    bias=st.floats(-3, 3),
    shift=st.floats(-50, 50, width=32),
)
def test_log_odds_fall_within_a_row(falls: list[float], fall: float, bias: float, shift: float) -> None:
    n = len(SIGNS)
    model = Sureness(np.zeros(n, np.float32), np.ones(n, np.float32), np.full(n, 0.1, np.float32), bias, fall)
    below = -np.cumsum([0.0, *falls]).astype(np.float32)[None]
    logits = model.logits(np.full((1, n), shift, np.float32), below)
    assert (np.diff(logits[0]) <= 0).all()
    first = n * 0.1 * min(4.0, max(-4.0, shift)) + bias  # signs beyond four deviations say no more
    np.testing.assert_allclose(logits[0], first - fall * np.log1p(-below[0]), atol=1e-4)


def test_no_candidate_has_no_chance() -> None:
    n = len(SIGNS)
    model = Sureness(np.zeros(n, np.float32), np.ones(n, np.float32), np.zeros(n, np.float32), 1.0, 0.5)
    logits = model.logits(np.zeros((1, n), np.float32), np.array([[0.0, -np.inf]], np.float32))
    assert logits.tolist() == [[1.0, -np.inf]]


# --- the fit ---


def planted(n_asker: int, depth: int, seed: int, fall: float = 1.5) -> tuple[Floats, Floats, Floats]:
    """The first sign tells whether the asker's list holds the right one, the score which it is."""
    dice = np.random.default_rng(seed)
    signs = dice.normal(size=(n_asker, len(SIGNS)))
    below = -np.sort(dice.gamma(1.0, size=(n_asker, depth)), axis=1)
    below -= below[:, :1]
    logits = (2.5 * signs[:, 0] - 1.0 * signs[:, 1] - 0.5)[:, None] - fall * np.log1p(-below)
    right = dice.random(logits.shape) < 1 / (1 + np.exp(-logits))
    return signs.astype(np.float32), below.astype(np.float32), right.astype(np.float32)


def area_under_curve(values: Floats, right: Floats) -> float:
    yes, no = values[right > 0], values[right == 0]
    return float(np.mean(yes[:, None] > no[None, :]))


def test_fit_recovers_what_was_planted() -> None:
    model = fit_sureness(*planted(3000, 5, seed=0))
    per_unit = model.weights / model.spread
    assert per_unit[0] == pytest.approx(2.5, abs=0.25)
    assert per_unit[1] == pytest.approx(-1.0, abs=0.2)
    np.testing.assert_allclose(per_unit[2:], 0, atol=0.15)
    assert model.fall == pytest.approx(1.5, abs=0.15)
    signs, below, right = planted(500, 5, seed=1)
    assert area_under_curve(model.logits(signs, below)[:, 0], right[:, 0]) > 0.85


def test_fit_says_probabilities_that_come_true() -> None:
    model = fit_sureness(*planted(3000, 5, seed=0))
    signs, below, right = planted(3000, 5, seed=2)
    said = 1 / (1 + np.exp(-model.logits(signs, below)))
    for low in (0.0, 0.2, 0.4, 0.6, 0.8):
        among = (said >= low) & (said < low + 0.2)
        assert right[among].mean() == pytest.approx(said[among].mean(), abs=0.06)


def test_missing_candidates_do_not_teach() -> None:
    signs, below, right = planted(300, 3, seed=4)
    wider = [np.pad(below, ((0, 0), (0, 2)), constant_values=-np.inf), np.pad(right, ((0, 0), (0, 2)))]
    plain, padded = fit_sureness(signs, below, right), fit_sureness(signs, wider[0], wider[1])
    np.testing.assert_allclose(padded.weights, plain.weights, atol=1e-4)
    assert padded.fall == pytest.approx(plain.fall, abs=1e-4)


def test_more_decay_pulls_the_weights_down() -> None:
    lesson = planted(300, 3, seed=5)
    sizes = [float(np.abs(fit_sureness(*lesson, decay=decay).weights).sum()) for decay in (0.1, 10.0, 1000.0)]
    assert sizes == sorted(sizes, reverse=True)


def test_slopes_of_the_fit_equal_finite_differences(monkeypatch: pytest.MonkeyPatch) -> None:
    costs: list[Callable[[NDArray[np.float64]], tuple[float, NDArray[np.float64]]]] = []

    def remembering(cost: Any, *arguments: Any, **options: Any) -> Any:
        costs.append(cost)
        return optimize.minimize(cost, *arguments, **options)

    monkeypatch.setattr(sureness, "minimize", remembering)
    signs, below, right = planted(40, 4, seed=6)
    below[3, 2:] = -np.inf
    fit_sureness(signs, below, right, decay=0.7)
    at = np.random.default_rng(0).normal(size=len(SIGNS) + 2) / 2
    _, slopes = costs[0](at)
    for number in range(len(at)):
        step = np.zeros(len(at))
        step[number] = 1e-5
        numeric = (costs[0](at + step)[0] - costs[0](at - step)[0]) / 2e-5
        assert slopes[number] == pytest.approx(numeric, rel=1e-4, abs=1e-4)


@pytest.mark.parametrize("kind", [0.0, 1.0])
def test_examples_of_one_kind_are_refused(kind: float) -> None:
    signs, below, right = planted(20, 2, seed=7)
    with pytest.raises(ValueError, match="right and examples that were not"):
        fit_sureness(signs, below, np.full_like(right, kind))
