"""What became of an introduction as a label: by a rule that can be read, and never what was marked confidential."""

import itertools
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairground.match.core.labels import REASONS, LabelledPair
from fairground.match.core.learning_record import counted, missing_labels, placed_labels
from fairground.match.core.outcomes import Outcome, label_of, labels_of

START = datetime(2026, 3, 1, tzinfo=UTC)
STATES = ("proposed", "asked", "agreed", "declined", "expired", "withdrawn", "ended")

# Written by hand beside the rule; the program's own table is not asked.
GRADE_OF_REASON = {
    "too_early": (1, True),
    "benefit_unclear": (1, True),
    "route_unclear": (1, True),
    "scientific_doubt": (1, True),
    "description_unclear": (0, True),
    "outside_field": (0, True),
    "": (0, True),
    "already_have": (0, False),
    "price_or_terms": (0, False),
    "ipr_problem": (0, False),
    "region_or_export": (0, False),
    "timing_or_budget": (0, False),
}

outcomes = st.builds(
    Outcome,
    need_id=st.sampled_from(["N1", "N2"]),
    offer_id=st.sampled_from(["O1", "O2"]),
    state=st.sampled_from(STATES),
    at=st.integers(0, 9).map(lambda days: START + timedelta(days)),
    agreed=st.booleans(),
    has_talked=st.booleans(),
    reason=st.sampled_from(["", *(reason.code for reason in REASONS)]),
    is_confidential=st.booleans(),
)


def _of(state: str, **more: object) -> Outcome:
    return Outcome("N1", "O1", state, START, **more)  # type: ignore[arg-type]


def test_every_reason_has_its_label() -> None:
    assert set(GRADE_OF_REASON) | {"no_answer"} == {reason.code for reason in REASONS} | {""}
    for code, (grade, teaches) in GRADE_OF_REASON.items():
        assert label_of(_of("declined", reason=code)) == LabelledPair(
            "N1", "O1", grade, code or None, teaches
        )


@pytest.mark.parametrize("state", ["proposed", "asked", "expired", "withdrawn", "ended"])
def test_silence_is_no_label(state: str) -> None:
    assert label_of(_of(state)) is None
    assert label_of(_of("declined", reason="no_answer")) is None


def test_a_yes_counts_more_when_they_talked_and_stays_one_after_the_end() -> None:
    assert label_of(_of("agreed", agreed=True)) == LabelledPair("N1", "O1", 2, None, True)
    assert label_of(_of("agreed", agreed=True, has_talked=True)) == LabelledPair("N1", "O1", 3, None, True)
    assert label_of(_of("ended", agreed=True, has_talked=True)) == LabelledPair("N1", "O1", 3, None, True)


def test_the_latest_outcome_of_a_pair_counts() -> None:
    early = Outcome("N1", "O1", "declined", START, reason="too_early")
    late = Outcome("N1", "O1", "agreed", START + timedelta(200), agreed=True)
    silent = Outcome("N1", "O1", "expired", START + timedelta(300))
    found = labels_of([silent, late, early])
    assert found.pairs == (LabelledPair("N1", "O1", 2, None, True),)
    assert (found.superseded, found.silent, found.confidential) == (1, 1, 0)


@given(st.lists(outcomes, max_size=12))
def test_a_confidential_outcome_changes_nothing_but_its_number(told: list[Outcome]) -> None:
    without = [outcome for outcome in told if not outcome.is_confidential]
    found, open_ones = labels_of(told), labels_of(without)
    assert found.pairs == open_ones.pairs
    assert (found.silent, found.superseded) == (open_ones.silent, open_ones.superseded)
    assert found.confidential == len(told) - len(without)


@given(st.lists(outcomes, max_size=12), st.randoms(use_true_random=False))
def test_the_order_of_outcomes_changes_nothing(told: list[Outcome], random: Random) -> None:
    before = labels_of(told)
    shuffled = list(told)
    random.shuffle(shuffled)
    assert labels_of(shuffled) == before


@given(st.lists(outcomes, max_size=12))
def test_every_outcome_is_accounted_for(told: list[Outcome]) -> None:
    found = labels_of(told)
    assert len(found.pairs) + found.confidential + found.silent + found.superseded == len(told)
    assert len({(pair.need_id, pair.offer_id) for pair in found.pairs}) == len(found.pairs)


def test_counts_and_places_of_labels() -> None:
    pairs = [
        LabelledPair("N2", "O1", 3, None, True),
        LabelledPair("N2", "O2", 2, None, True),
        LabelledPair("N1", "O1", 1, "too_early", True),
        LabelledPair("N1", "O2", 0, "outside_field", True),
        LabelledPair("N3", "O2", 0, "price_or_terms", False),
    ]
    found = counted(pairs)
    assert (found.accepted, found.partial, found.declined, found.silent, found.needs) == (2, 1, 1, 1, 1)
    assert missing_labels(found) == (18, 9)
    for order in itertools.permutations(pairs):
        labels = placed_labels(order, ["N1", "N2", "N3"], ["O1", "O2"])
        assert dict(labels.grades) == {(1, 0): 3, (1, 1): 2, (0, 0): 1, (0, 1): 0}
        assert labels.silent == {(2, 1)}
