from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from fairground.match.core.list_changes import (
    ChangedEntry,
    GoneEntry,
    GoneReason,
    ListChanges,
    ListedEntry,
    Side,
    changes_between,
    differing_fields,
    number_entries,
)


def entry(key: str, number: int, side: Side = "offer", version: int = 1, **facts: object) -> ListedEntry:
    return ListedEntry(key, side, number, version, facts)


def no_reason(key: str) -> GoneReason:
    raise AssertionError(f"{key} is not gone")


def test_new_changed_and_gone_stand_in_the_order_of_their_numbers_results_first() -> None:
    before = [entry("a", 2, title="A"), entry("b", 1, title="B"), entry("n", 1, "need", title="N")]
    after = [
        entry("m", 2, "need", title="M"), entry("c", 3, title="C"), entry("a", 2, title="A", trl=7),
        entry("o", 4, title="O"),
    ]  # fmt: skip
    reasons: dict[str, GoneReason] = {"b": "expired", "n": "withdrawn"}
    assert changes_between(before, after, reason_gone=reasons.__getitem__) == ListChanges(
        new=("R-003", "R-004", "N-002"),
        changed=(ChangedEntry("R-002", ("trl",)),),
        gone=(GoneEntry("R-001", "expired"), GoneEntry("N-001", "withdrawn")),
    )


def test_a_record_saved_again_without_another_value_is_unchanged() -> None:
    before, after = [entry("a", 1, version=1, title="A", trl=None)], [entry("a", 1, version=4, title="A")]
    assert not changes_between(before, after, reason_gone=no_reason)


def test_a_value_that_was_taken_away_counts_as_changed() -> None:
    assert differing_fields({"title": "A", "price": {"low_minor": 1}}, {"title": "A"}) == ("price",)


def test_what_is_gone_is_never_told_by_its_title() -> None:
    gone = changes_between([entry("a", 1, title="秘密")], [], reason_gone=lambda key: "withdrawn").gone
    assert gone == (GoneEntry("R-001", "withdrawn"),)


def test_a_number_is_kept_and_none_is_given_twice() -> None:
    numbers, last = number_entries(["b", "new", "a"], {"a": 1, "b": 2, "gone": 3}, 3)
    assert (numbers, last) == ({"b": 2, "new": 4, "a": 1}, 4)


@given(st.lists(st.sets(st.sampled_from("abcdefgh"), max_size=8), max_size=8))
def test_over_any_row_of_versions_a_key_has_one_number_and_a_number_one_key(versions: list[set[str]]) -> None:
    known: dict[str, int] = {}
    last = 0
    for version in versions:
        numbers, last = number_entries(sorted(version), known, last)
        assert set(numbers) == version
        assert all(known.get(key, number) == number for key, number in numbers.items())
        known |= numbers
        assert len(set(known.values())) == len(known)
        assert last == max(known.values(), default=0)


facts = st.dictionaries(st.sampled_from(["title", "trl", "price"]), st.integers(0, 3), max_size=3)


@given(st.dictionaries(st.sampled_from("abcd"), facts), st.dictionaries(st.sampled_from("abcd"), facts))
def test_every_entry_of_either_version_is_unchanged_or_told_of_once(
    before: dict[str, dict[str, int]], after: dict[str, dict[str, int]]
) -> None:
    place = {key: number for number, key in enumerate("abcd", 1)}
    changes = changes_between(
        [entry(key, place[key], **dict[str, Any](values)) for key, values in before.items()],
        [entry(key, place[key], **dict[str, Any](values)) for key, values in after.items()],
        reason_gone=lambda key: "moved",
    )
    told = [*changes.new, *(each.number for each in changes.changed), *(each.number for each in changes.gone)]
    same = [key for key in before if key in after and not differing_fields(before[key], after[key])]
    assert sorted(told) == sorted(f"R-{place[key]:03d}" for key in {*before, *after} - set(same))
