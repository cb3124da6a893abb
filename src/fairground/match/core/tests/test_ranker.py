"""The ranker: its gradient against finite differences, what it learns, and that it stays the same."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from fairground.match.core.ranker import Lesson, Ranker, _slopes, train_ranker

Floats = NDArray[np.float32]
NAMES = ("a", "b", "c", "d", "e")
_DICE = np.random.default_rng(11)


def lesson_of(n_asker: int, depth: int, preference: str, seed: int = 0) -> Lesson:
    """One right candidate an asker: the one with the largest `a`, or the largest product of `a` and `b`."""
    features = np.random.default_rng(seed).normal(size=(n_asker, depth, len(NAMES))).astype(np.float32)
    value = features[:, :, 0] if preference == "a" else features[:, :, 0] * features[:, :, 1]
    relevance = (value == value.max(axis=1, keepdims=True)).astype(np.float32)
    return Lesson(features, relevance, np.ones(n_asker, np.float32))


def found_first(ranker: Ranker, lesson: Lesson) -> float:
    best = ranker.scores(lesson.features).argmax(axis=1)
    return float(np.mean(lesson.relevance[np.arange(len(best)), best] > 0))


def loss(ranker: Ranker, lesson: Lesson) -> float:
    scores = ranker.scores(lesson.features).astype(np.float64)
    log_share = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    wanted = lesson.relevance / lesson.relevance.sum(axis=1, keepdims=True)
    return float(-(wanted * log_share).sum(axis=1).mean())


@pytest.fixture(scope="module")
def lesson() -> Lesson:
    return lesson_of(200, 12, "a")


@pytest.fixture(scope="module")
def taught(lesson: Lesson) -> Ranker:
    return train_ranker(lesson, NAMES, epochs=20, learning_rate=1e-2)


def same_bytes(first: Ranker, second: Ranker) -> bool:
    one, other = first.as_arrays(), second.as_arrays()
    return all(one[name].tobytes() == other[name].tobytes() for name in one)


# --- the gradient ---


def cross_entropy(
    weights: dict[str, NDArray[np.float64]],
    x: NDArray[np.float64],
    wanted: NDArray[np.float64],
    weight: NDArray[np.float64],
    mask: NDArray[np.float64],
) -> float:
    """Weighted mean over askers, one row of `x` after the other."""
    total, row = 0.0, 0
    for asker in range(len(wanted)):
        scores = []
        for _ in range(wanted.shape[1]):
            bent = np.tanh(weights["hidden"].T @ x[row] + weights["hidden_bias"])
            scores.append(float(weights["output"] @ (bent * mask[row]) + weights["linear"] @ x[row]))
            row += 1
        all_of_it = np.log(np.exp(scores).sum())
        entropy = -sum(
            share * (score - all_of_it) for share, score in zip(wanted[asker], scores, strict=True)
        )
        total += weight[asker] * entropy
    return total / float(weight.sum())


def test_gradient_equals_finite_differences() -> None:
    n_asker, depth, n_hidden = 3, 4, 6
    x = _DICE.normal(size=(n_asker * depth, 5))
    wanted = _DICE.dirichlet(np.ones(depth), size=n_asker)
    weight = np.array([1.0, 0.5, 2.0])
    mask = (_DICE.random((n_asker * depth, n_hidden)) > 0.2) / 0.8
    weights = {
        "hidden": _DICE.normal(size=(5, n_hidden)),
        "hidden_bias": _DICE.normal(size=n_hidden),
        "output": _DICE.normal(size=n_hidden),
        "linear": _DICE.normal(size=5),
    }
    slopes = _slopes(
        {name: value.astype(np.float32) for name, value in weights.items()},
        *(value.astype(np.float32) for value in (x, wanted, weight, mask)),
    )
    assert slopes.keys() == weights.keys()
    for name, value in weights.items():
        assert slopes[name].shape == value.shape
        for place in np.ndindex(value.shape):
            sides = []
            for step in (1e-5, -1e-5):
                moved = {**weights, name: value.copy()}
                moved[name][place] += step
                sides.append(cross_entropy(moved, x, wanted, weight, mask))
            assert slopes[name][place] == pytest.approx((sides[0] - sides[1]) / 2e-5, abs=2e-5), (name, place)


# --- learning ---


def test_training_learns_a_planted_preference(taught: Ranker, lesson: Lesson) -> None:
    unseen = lesson_of(300, 12, "a", seed=1)
    assert found_first(taught, unseen) > 0.8  # by chance 0.08
    assert loss(taught, unseen) < np.log(12) / 2  # of a ranker that knows nothing: ln 12
    assert taught.names == NAMES


def test_more_training_lowers_the_loss(lesson: Lesson) -> None:
    losses = [loss(train_ranker(lesson, NAMES, n_member=1, epochs=epochs), lesson) for epochs in (1, 4, 16)]
    assert losses == sorted(losses, reverse=True)


def test_training_learns_what_no_weighted_sum_can() -> None:
    ranker = train_ranker(
        lesson_of(1500, 8, "a times b"), NAMES, n_member=1, epochs=25, learning_rate=1e-2, dropout=0.0
    )
    assert found_first(ranker, lesson_of(300, 8, "a times b", seed=1)) > 0.7  # by chance 0.125


def test_same_seed_same_bytes(taught: Ranker, lesson: Lesson) -> None:
    assert same_bytes(train_ranker(lesson, NAMES, epochs=20, learning_rate=1e-2), taught)
    assert not same_bytes(train_ranker(lesson, NAMES, epochs=20, learning_rate=1e-2, seed=1), taught)


def test_askers_that_teach_nothing_are_left_out(lesson: Lesson) -> None:
    strangers = np.full((5, *lesson.features.shape[1:]), 1e6, np.float32)
    without_relevant = Lesson(
        np.concatenate([strangers, lesson.features]),
        np.concatenate([np.zeros((5, 12), np.float32), lesson.relevance]),
        np.concatenate([np.ones(5, np.float32), lesson.weight]),
    )
    without_weight = Lesson(
        without_relevant.features,
        np.concatenate([np.ones((5, 12), np.float32), lesson.relevance]),
        np.concatenate([np.zeros(5, np.float32), lesson.weight]),
    )
    plain = train_ranker(lesson, NAMES, n_member=1, epochs=1)
    for other in (without_relevant, without_weight):
        assert same_bytes(train_ranker(other, NAMES, n_member=1, epochs=1), plain)


def test_only_the_shares_of_weight_and_relevance_count(lesson: Lesson) -> None:
    doubled = Lesson(lesson.features, lesson.relevance * 4, lesson.weight * 2)
    plain = train_ranker(lesson, NAMES, n_member=1, epochs=1)
    assert same_bytes(train_ranker(doubled, NAMES, n_member=1, epochs=1), plain)


def test_a_feature_that_never_varies_does_no_harm(lesson: Lesson) -> None:
    features = lesson.features.copy()
    features[:, :, 3] = 7.0
    ranker = train_ranker(Lesson(features, lesson.relevance, lesson.weight), NAMES, n_member=1, epochs=2)
    assert np.isfinite(ranker.scores(features)).all()


@pytest.mark.parametrize(("relevant", "weight"), [(0.0, 1.0), (1.0, 0.0)])
def test_nothing_to_learn_from_is_an_error(lesson: Lesson, relevant: float, weight: float) -> None:
    empty = Lesson(
        lesson.features, lesson.relevance * np.float32(relevant), lesson.weight * np.float32(weight)
    )
    with pytest.raises(ValueError, match="no list has a relevant candidate"):
        train_ranker(empty, NAMES)


# --- scoring ---


def test_scores_equal_the_formula(taught: Ranker) -> None:
    features = _DICE.normal(size=(2, 3, 5)).astype(np.float32) * 3
    for asker in range(2):
        for place in range(3):
            x = np.clip((features[asker, place] - taught.middle) / taught.spread, -8, 8)
            members = [
                np.tanh(taught.hidden[n].T @ x + taught.hidden_bias[n]) @ taught.output[n]
                + taught.linear[n] @ x
                for n in range(len(taught.hidden))
            ]
            assert taught.scores(features)[asker, place] == pytest.approx(np.mean(members), abs=1e-4)


def test_askers_and_candidates_are_scored_one_by_one(taught: Ranker, lesson: Lesson) -> None:
    scores = taught.scores(lesson.features)
    askers, places = _DICE.permutation(200), _DICE.permutation(12)
    moved = taught.scores(lesson.features[askers][:, places])
    np.testing.assert_allclose(moved, scores[askers][:, places], atol=1e-5)
    np.testing.assert_allclose(taught.scores(lesson.features[3, 4]), scores[3, 4], atol=1e-5)
    assert taught.scores(lesson.features[:0]).shape == (0, 12)


def test_beyond_eight_deviations_a_feature_says_no_more(taught: Ranker) -> None:
    there = (taught.middle + 8 * taught.spread)[None]
    far = (taught.middle + 800 * taught.spread)[None]
    np.testing.assert_allclose(taught.scores(far), taught.scores(there), atol=1e-5)


# --- keeping ---


def test_arrays_bring_the_ranker_back(taught: Ranker, lesson: Lesson) -> None:
    again = Ranker.from_arrays(taught.as_arrays("one."), "one.")
    assert again.names == NAMES
    np.testing.assert_array_equal(again.middle, taught.middle)
    np.testing.assert_array_equal(again.spread, taught.spread)
    np.testing.assert_allclose(again.scores(lesson.features), taught.scores(lesson.features), atol=0.02)
    assert same_bytes(again, taught)  # what was stored once is stored the same again


def test_two_rankers_lie_in_one_file(taught: Ranker, lesson: Lesson, tmp_path: Path) -> None:
    other = train_ranker(lesson, NAMES, n_member=1, epochs=1, seed=5)
    path = tmp_path / "both.npz"
    np.savez_compressed(path, allow_pickle=False, **taught.as_arrays("first."), **other.as_arrays("second."))
    with np.load(path, allow_pickle=False) as stored:
        assert same_bytes(Ranker.from_arrays(stored, "first."), taught)
        assert same_bytes(Ranker.from_arrays(stored, "second."), other)
