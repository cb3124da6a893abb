"""The fewest holders that cover a place: against every subset, and what greedy promises."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from fairground.match.core.landing.covering import Cover, smallest_cover

COVERS = st.lists(st.frozensets(st.integers(0, 6), max_size=5), max_size=8)


def fewest(covers: list[frozenset[int]]) -> tuple[int, ...]:
    """Try every subset, the smallest first, those that stand first before others."""
    whole = frozenset().union(*covers)
    for size in range(len(covers) + 1):
        for chosen in combinations(range(len(covers)), size):
            if frozenset().union(*(covers[place] for place in chosen)) == whole:
                return chosen
    raise AssertionError("unreachable")


@given(COVERS)
def test_exact_cover_is_the_smallest_and_the_first_of_them(covers: list[frozenset[int]]) -> None:
    assert smallest_cover(covers) == Cover(fewest(covers))


@given(COVERS)
def test_greedy_cover_covers_all_within_its_bound(covers: list[frozenset[int]]) -> None:
    cover = smallest_cover(covers, most_exact=0)
    covered = frozenset().union(*(covers[place] for place in cover.chosen))
    assert covered == frozenset().union(*covers)
    assert len(cover.chosen) <= cover.bound * max(1, len(fewest(covers))) + 1e-9


def test_nothing_to_cover_needs_nobody() -> None:
    assert smallest_cover([]) == Cover(())
    assert smallest_cover([frozenset()]) == Cover(())


def test_two_that_cover_the_same_count_once() -> None:
    assert smallest_cover([frozenset({1, 2}), frozenset({1, 2}), frozenset({3})]).chosen == (0, 2)
