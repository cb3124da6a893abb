"""Learning from an office's own pairs: it finds a preference that is there, and none where there is none."""

import functools

import numpy as np
import pytest

from fairground.match.core import learning
from fairground.match.core.features import FEATURES
from fairground.match.core.hub_lists import MeasuredHub, measure_hub, two_sided_scores
from fairground.match.core.learning import Labels, Learned, Settings, corrected, fold_of, judge, learn
from fairground.match.core.learning_figures import figures_of, paired_difference
from fairground.match.core.ranking import rank_lists, two_sided
from fairground.match.core.texts import FieldTexts
from fairground.match.core.weights import shipped_weights

_N = 40
_WORDS = [f"{a}{b}" for a in ("lith", "corro", "ferro", "poly", "nano", "cryo") for b in "bdfgklmnprst"]


@functools.cache
def _texts() -> tuple[list[FieldTexts], list[FieldTexts]]:
    """A need's title is the title of one offer and its body that of another: which one is right is a preference."""
    random = np.random.default_rng(5)

    def words(n: int) -> str:
        return " ".join(random.choice(_WORDS, n))

    needs, by_title, by_body = [], [], []
    for _ in range(_N):
        title, body = words(4), words(30)
        needs.append(FieldTexts(title, body))
        by_title.append(FieldTexts(title, words(30)))
        by_body.append(FieldTexts(words(4), body))
    return needs, [*by_title, *by_body]


@functools.cache
def _hub() -> MeasuredHub:
    return measure_hub(*_texts(), range(_N), threads=1)


@functools.cache
def _ids() -> tuple[str, ...]:
    return tuple(f"N{number}" for number in range(_N))


def _by_title() -> Labels:
    """Offers that share the title are accepted, those that share the body declined."""
    return Labels({(n, n): 3 for n in range(_N)} | {(n, _N + n): 0 for n in range(_N)})


@functools.cache
def _learned() -> Learned:
    return learn(_hub(), _by_title(), _ids(), shipped_weights(), settings=Settings())


def _at_random() -> Labels:
    random = np.random.default_rng(9)
    return Labels({(n, int(random.integers(0, 2 * _N))): 3 for n in range(_N)})


def test_learning_finds_a_preference_for_titles() -> None:
    found = _learned()

    assert found.helped
    assert found.learned.ndcg10 > found.base.ndcg10 + 0.1
    assert found.learned.mean_rank < found.base.mean_rank
    assert found.learned.auc is not None
    assert found.base.auc is not None
    assert found.learned.auc > found.base.auc
    assert found.difference.low >= 0
    assert judge(_hub(), _by_title(), found.weights).ndcg10 > found.base.ndcg10 + 0.1


def test_learning_finds_nothing_in_labels_at_random() -> None:
    found = learn(_hub(), _at_random(), _ids(), shipped_weights(), settings=Settings())

    assert not found.helped


def test_learning_is_the_same_every_time() -> None:
    first, second = _learned(), learn(_hub(), _by_title(), _ids(), shipped_weights(), settings=Settings())

    assert first.strengths == second.strengths
    assert first.difference == second.difference
    for name, ranker in first.weights.rankers.items():
        assert np.array_equal(ranker.linear, second.weights.rankers[name].linear)


def test_only_rankers_that_saw_labels_change_and_only_in_their_linear_part() -> None:
    base = shipped_weights()

    found = _learned()

    for name, ranker in found.weights.rankers.items():
        if name not in found.strengths:
            assert ranker is base.rankers[name]
            continue
        assert np.array_equal(ranker.hidden, base.rankers[name].hidden)
        assert not np.array_equal(ranker.linear, base.rankers[name].linear)
    assert set(found.strengths) <= {"needs", "offers", "offers_alone"}
    assert found.weights.sureness is base.sureness


def test_pairs_that_say_nothing_are_not_there_for_the_fit() -> None:
    """Silence about the offers that share the body must not pull them down as a refusal does."""
    accepted = {(n, n): 3 for n in range(_N)}
    silent = Labels(accepted, frozenset((n, _N + n) for n in range(_N)))
    base = shipped_weights()

    refused_scores = two_sided_scores(
        _hub(), learning.fit_weights(_hub(), _by_title(), _ids(), base, settings=Settings()), np.arange(_N)
    )
    silent_scores = two_sided_scores(
        _hub(), learning.fit_weights(_hub(), silent, _ids(), base, settings=Settings()), np.arange(_N)
    )
    own = (np.arange(_N), _N + np.arange(_N))

    assert silent_scores[own].mean() > refused_scores[own].mean()


def test_two_sided_scores_are_those_of_the_engine() -> None:
    needs, offers = _texts()
    weights = shipped_weights()
    by_side = {side: np.full((_N, 2 * _N), np.nan) for side in ("needs", "offers")}
    for side, asking, searched in (("needs", needs, offers), ("offers", offers, needs)):
        ranked = rank_lists(asking, searched, side=side, weights=weights, threads=1)
        for asker, row in enumerate(ranked.texts):
            for place, text in enumerate(row):
                pair = (asker, text) if side == "needs" else (text, asker)
                if text >= 0:
                    by_side[side][pair] = 1 / (1 + np.exp(-ranked.logits[asker, place]))

    found = two_sided_scores(_hub(), weights, np.arange(_N))

    assert np.allclose(found, two_sided(by_side["needs"], by_side["offers"]), atol=1e-6)


def test_a_fit_is_the_minimum_of_what_it_minimises() -> None:
    random = np.random.default_rng(1)
    x = random.standard_normal((8, 12, 3)).astype(np.float32)
    base = random.standard_normal((8, 12)).astype(np.float32)
    share = np.zeros((8, 12), np.float32)
    share[:, 0] = 1
    weight = random.choice(np.array([0.2, 1.0], np.float32), (8, 12))
    found = learning._fit(np.zeros(3), 0.1, x, base, share, weight)
    cost = learning._cost(found, 0.1, x, base, share, weight)
    for _ in range(50):
        near = found + 0.05 * random.standard_normal(3)
        assert cost <= learning._cost(near, 0.1, x, base, share, weight)


def test_corrected_adds_to_the_score_what_it_says() -> None:
    ranker = shipped_weights().rankers["untaught"]
    change = np.zeros(len(FEATURES), np.float32)
    change[3] = 0.5
    features = np.random.default_rng(2).standard_normal((4, len(FEATURES))).astype(np.float32)

    gained = corrected(ranker, change).scores(features) - ranker.scores(features)

    assert np.allclose(gained, 0.5 * (features[:, 3] - ranker.middle[3]) / ranker.spread[3], atol=1e-5)


def test_a_fold_depends_on_the_id_alone() -> None:
    assert [fold_of(need_id, 5) for need_id in ("N1", "N2", "需求-3")] == [
        fold_of(need_id, 5) for need_id in ("N1", "N2", "需求-3")
    ]
    assert {fold_of(f"N{n}", 5) for n in range(100)} == {0, 1, 2, 3, 4}


def test_figures_by_hand() -> None:
    scores = np.array([[0.9, 0.5, 0.4, -1.0], [0.1, 0.2, 0.3, 0.4]], np.float32)

    found = figures_of(scores, [{1: 3, 0: 0, 3: 3}, {3: 3}], np.array([0, 1]))

    best = 7 + 7 / np.log2(3)
    assert found.ndcg10_by_need.tolist() == pytest.approx([(7 / np.log2(3) + 7 / np.log2(5)) / best, 1.0])
    assert found.mean_rank == pytest.approx((2 + 4 + 1) / 3)
    assert found.auc == 0.0
    assert found.ndcg10_by_fold == pytest.approx(tuple(found.ndcg10_by_need))


def test_one_lucky_need_is_no_gain() -> None:
    before = np.zeros(20)
    after = before.copy()
    after[3] = 1.0

    assert not paired_difference(before, after, seed=0).is_gain
    assert not paired_difference(before, before, seed=0).is_gain
    assert paired_difference(before, before + 0.1, seed=0).is_gain


@pytest.mark.parametrize("settings", [Settings(folds=2), Settings(unlabelled_weight=0.0)])
def test_settings_that_cannot_work_are_refused(settings: Settings) -> None:
    with pytest.raises(ValueError, match="must be"):
        learn(_hub(), _by_title(), _ids(), shipped_weights(), settings=settings)


def test_without_an_accepted_pair_there_is_nothing_to_learn() -> None:
    with pytest.raises(ValueError, match="no pair is accepted"):
        learn(_hub(), Labels({(0, 0): 0}), _ids(), shipped_weights(), settings=Settings())
