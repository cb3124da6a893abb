"""What the ranker reads of a pair, against brute force over the whole table."""

import numpy as np
import pytest
from numpy.typing import NDArray

from fairground.match.core.candidates import MEASURED, Candidates, find_candidates
from fairground.match.core.features import FEATURES, LIST_VIEWS, RAW, VIEWS, pair_features
from fairground.match.core.signals import SIGNALS, Asking

N_ASKERS, N_SEARCHED = 12, 9
Table = NDArray[np.float32]


class Given(Asking):
    def __init__(self, values: Table) -> None:
        self.values = values
        self.n_texts = values.shape[1]

    def signals(self, first: int, last: int) -> Table:
        return self.values[:, first:last].copy()


VALUES = np.random.default_rng(5).gamma(2.0, size=(len(SIGNALS), N_ASKERS, N_SEARCHED)).astype(np.float32)
ASKING_LENGTHS = np.arange(N_ASKERS, dtype=np.float32)
SEARCHED_LENGTHS = np.arange(N_SEARCHED, dtype=np.float32) * 10


def found_of(values: Table, depth: int = N_SEARCHED) -> Candidates:
    return find_candidates(Given(values), values.shape[2], depth=depth)


@pytest.fixture(scope="module")
def found() -> Candidates:
    return found_of(VALUES)


@pytest.fixture(scope="module")
def features(found: Candidates) -> Table:
    return pair_features(found, ASKING_LENGTHS, SEARCHED_LENGTHS)


@pytest.fixture(scope="module")
def whole(found: Candidates) -> Table:
    """Every measure of every pair: [asker, text, measure]."""
    return np.take_along_axis(found.measured, np.argsort(found.texts, axis=1)[:, :, None], 1)


def view(features: Table, name: str) -> Table:
    first = FEATURES.index(f"{MEASURED[0]}.{name}")
    return features[:, :, first : first + len(MEASURED)]


def test_names_are_unique_and_as_many_as_numbers(features: Table) -> None:
    assert len(set(FEATURES)) == len(FEATURES) == features.shape[2]
    assert features.dtype == np.float32
    assert np.isfinite(features).all()


def test_alone_is_what_was_measured(found: Candidates, features: Table) -> None:
    assert np.array_equal(view(features, "alone"), found.measured)


def test_rival_is_the_best_of_the_other_askers(found: Candidates, features: Table, whole: Table) -> None:
    for asker in range(N_ASKERS):
        others = np.delete(whole, asker, axis=0).max(axis=0)
        wanted = found.measured[asker] - others[found.texts[asker]]
        np.testing.assert_allclose(view(features, "over_rival")[asker], wanted, atol=2e-5)


def test_hub_is_the_mean_of_the_best_askers(found: Candidates, features: Table, whole: Table) -> None:
    wanted = found.measured - whole.max(axis=0)[found.texts]  # with twelve askers the best one
    np.testing.assert_allclose(view(features, "over_hub"), wanted, atol=1e-6)


def test_own_side_counts_from_the_texts_mean_over_askers(
    found: Candidates, features: Table, whole: Table
) -> None:
    mean, spread = whole.mean(axis=0)[found.texts], whole.std(axis=0)[found.texts]
    np.testing.assert_allclose(view(features, "own_side"), (found.measured - mean) / spread, atol=1e-3)


def test_leader_is_the_best_of_the_askers_candidates(found: Candidates, features: Table) -> None:
    assert (view(features, "to_leader") <= 0).all()
    assert (view(features, "to_leader").max(axis=1) == 0).all()
    np.testing.assert_allclose(
        view(features, "to_leader"), found.measured - found.measured.max(axis=1)[:, None], atol=1e-6
    )


def test_raw_numbers_are_the_signals_themselves(found: Candidates, features: Table) -> None:
    for name in RAW:
        wanted = np.take_along_axis(VALUES[SIGNALS.index(name)], found.texts.astype(np.int64), 1)
        np.testing.assert_allclose(
            features[:, :, FEATURES.index(f"raw.{name}")], wanted, rtol=1e-4, atol=1e-5
        )


def test_place_falls_from_the_first_candidate(features: Table) -> None:
    # Candidates come in the order of the corrected sum, which is the place.
    wanted = np.broadcast_to(1 / np.sqrt(1 + np.arange(N_SEARCHED)), (N_ASKERS, N_SEARCHED))
    np.testing.assert_allclose(features[:, :, FEATURES.index("place")], wanted, rtol=1e-6)


def test_lengths_are_those_of_the_asker_and_the_text(found: Candidates, features: Table) -> None:
    asking = np.broadcast_to(np.log1p(ASKING_LENGTHS)[:, None], found.texts.shape)
    np.testing.assert_allclose(features[:, :, FEATURES.index("asking_length")], asking, rtol=1e-6)
    searched = np.log1p(SEARCHED_LENGTHS[found.texts])
    np.testing.assert_allclose(features[:, :, FEATURES.index("searched_length")], searched, rtol=1e-6)


def test_without_list_statistics_list_views_are_zero_and_others_stay(
    found: Candidates, features: Table
) -> None:
    alone = pair_features(found, ASKING_LENGTHS, SEARCHED_LENGTHS, list_statistics=False)
    for name in VIEWS:
        if name in LIST_VIEWS:
            assert not view(alone, name).any()
        else:
            assert np.array_equal(view(alone, name), view(features, name))
    # The place is then that of the uncorrected sum.
    order = np.argsort(-found.measured[:, :, -1], axis=1, kind="stable")
    places = np.take_along_axis(alone[:, :, FEATURES.index("place")], order, 1)
    np.testing.assert_allclose(
        places, 1 / np.sqrt(1 + np.tile(np.arange(N_SEARCHED), (N_ASKERS, 1))), rtol=1e-6
    )


def test_without_list_statistics_other_askers_change_nothing() -> None:
    def by_text(values: Table, lengths: Table) -> Table:
        found = found_of(values)
        read = pair_features(found, lengths, SEARCHED_LENGTHS, list_statistics=False)
        return np.take_along_axis(read, np.argsort(found.texts, axis=1)[:, :, None], 1)

    together = by_text(VALUES, ASKING_LENGTHS)
    for asker in range(N_ASKERS):
        alone = by_text(VALUES[:, asker : asker + 1], ASKING_LENGTHS[asker : asker + 1])
        np.testing.assert_allclose(alone[0], together[asker], atol=1e-5)


def test_places_without_a_text_stay_finite() -> None:
    allowed = [np.array([3, 4]), np.zeros(0, np.int64)]
    found = find_candidates(Given(VALUES), N_SEARCHED, depth=2, answered=[0, 1], allowed=allowed)
    features = pair_features(found, ASKING_LENGTHS[:2], SEARCHED_LENGTHS)
    assert features.shape == (2, 2, len(FEATURES))
    assert np.isfinite(features).all()
