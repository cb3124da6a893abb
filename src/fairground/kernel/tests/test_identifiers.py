"""Ids that stay the same between runs and differ between rows."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from fairground.kernel.identifiers import content_identifier, unique_identifiers


def test_content_identifier_is_pinned() -> None:
    # A changed id would cut every stored match from its record.
    assert content_identifier("need", ["轻质铝合金", "Light alloy"]) == content_identifier(
        "need", ["轻质铝合金", "Light  alloy "]
    )
    assert content_identifier("need", ["a", "b"]) == "need-facdde7abf1e"


def test_content_identifier_keeps_parts_apart() -> None:
    assert content_identifier("need", ["ab", "c"]) != content_identifier("need", ["a", "bc"])


_ids = st.lists(st.sampled_from(["a", "a-2", "a-2-2", "b", "b-3"]), max_size=12)


@given(ids=_ids)
def test_unique_identifiers_are_unique_and_keep_the_first(ids: Any) -> None:
    unique = unique_identifiers(ids)
    assert len(set(unique)) == len(ids)
    for identifier in set(ids):
        assert unique[ids.index(identifier)] == identifier
    assert all(new == old or new.startswith(f"{old}-") for new, old in zip(unique, ids, strict=True))


def test_many_equal_ids_take_linear_time() -> None:
    assert unique_identifiers(["x"] * 100_000)[-1] == "x-100000"
