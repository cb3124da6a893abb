"""Travelling times: an operator's table, whatever stands in it, and ranges that are estimates."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairground.places.core.travel import MOST_MINUTES, Assumptions, estimate, plain_name, read_travel_rows

COLUMNS = ("from", "to", "minutes", "mode", "source")


def row(*cells: object) -> dict[str, object]:
    return dict(zip(COLUMNS, cells, strict=True))


def test_good_rows_are_read_and_hold_both_ways() -> None:
    table = read_travel_rows(
        COLUMNS, [(2, row("保定高新区", "北京市", 41, "高铁", "时刻表 2026"))], "times.csv"
    )
    assert (len(table.rows), table.bad_rows) == (1, ())
    for first, second in ((["保定"], ["北京"]), (["北京"], ["保定高新区"])):
        found = table.between(first, second, "rail")
        assert found is not None
        assert (found.minutes, found.source, found.row) == (41.0, "时刻表 2026", 2)
    assert table.between(["保定"], ["北京"], "road") is None


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (("", "B", 10, "rail", "s"), "'from'"), (("A", "A", 10, "rail", "s"), "same place"),
        (("A", "B", "soon", "rail", "s"), "no number"),
        (("A", "B", -5, "rail", "s"), "above 0"), (("A", "B", "nan", "rail", "s"), "above 0"),
        (("A", "B", "inf", "rail", "s"), "above 0"),
        (("A", "B", 10, "boat", "s"), "'mode'"), (("A", "B", 10, "rail", ""), "no source"),
    ],
)  # fmt: skip
def test_bad_rows_are_listed_with_their_number(cells: tuple[object, ...], said: str) -> None:
    table = read_travel_rows(COLUMNS, [(7, row(*cells))])
    assert table.rows == ()
    assert [bad.row for bad in table.bad_rows] == [7]
    assert said in (table.bad_rows[0].why.en or "")


def test_missing_columns_are_named() -> None:
    table = read_travel_rows(("from", "to"), [(2, {"from": "A", "to": "B"})])
    assert "minutes" in (table.bad_rows[0].why.en or "")


def test_chinese_columns_are_read() -> None:
    columns = ("起点", "终点", "分钟", "方式", "来源")
    table = read_travel_rows(
        columns, [(2, dict(zip(columns, ("甲", "乙", "３０", "车程", "自测"), strict=True)))]
    )
    assert [(one.minutes, one.mode) for one in table.rows] == [(30.0, "road")]


CELLS = st.one_of(
    st.none(),
    st.text(max_size=20),
    st.integers(),
    st.floats(),
    st.sampled_from(["rail", "30", "北京", "nan"]),
)


@given(st.lists(st.tuples(CELLS, CELLS, CELLS, CELLS, CELLS), max_size=8))
def test_every_row_is_good_or_listed(rows: list[tuple[object, ...]]) -> None:
    table = read_travel_rows(COLUMNS, [(number, row(*cells)) for number, cells in enumerate(rows, 2)])
    assert sorted([*(one.row for one in table.rows), *(bad.row for bad in table.bad_rows)]) == list(
        range(2, len(rows) + 2)
    )
    for one in table.rows:
        assert 0 < one.minutes <= MOST_MINUTES
        assert one.source
        assert table.between([one.origin], [one.destination]) is not None


@given(st.floats(0, 5000), st.sampled_from(["rail", "road"]))
def test_an_estimate_is_a_range_that_says_so(distance: float, mode: str) -> None:
    way = estimate(distance, mode, Assumptions())
    assert 0 < way.low <= way.high
    said = way.said(Assumptions())
    assert "估算" in (said.zh or "")
    assert "estimated" in (said.en or "")


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("北京市", "北京"),
        ("保定高新区", "保定"),
        ("Baoding High-tech Zone", "baoding"),
        ("Beijing", "beijing"),
        ("高新区", "高新区"),
    ],
)
def test_plain_names(name: str, plain: str) -> None:
    assert plain_name(name) == plain
