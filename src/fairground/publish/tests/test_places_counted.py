"""Counting the records of a place: against counting by hand."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairground.publish.core.places import (
    By,
    PlaceRows,
    bars_of,
    periods_of,
    region_prefix,
    rows_in_period,
    suitable_period,
    tick_of,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
KINDS = ("offer", "need", "platform")
_FIRST, _LAST = (
    int(datetime(2019, 1, 1, tzinfo=UTC).timestamp()),
    int(datetime(2026, 12, 31, tzinfo=UTC).timestamp()),
)
_MOMENTS = st.one_of(st.just(-1), st.integers(_FIRST, _LAST))
RECORDS = st.lists(st.tuples(st.sampled_from(KINDS), _MOMENTS, _MOMENTS), max_size=60)
BY = st.sampled_from(["month", "year"])


def rows_of(records: list[tuple[str, int, int]]) -> PlaceRows:
    return PlaceRows(
        KINDS,
        np.array([KINDS.index(kind) for kind, _, _ in records], np.int64),
        np.array([published for _, published, _ in records], np.int64),
        np.array([ends for *_, ends in records], np.int64),
        np.arange(len(records), dtype=np.int64),
    )


@given(RECORDS)
def test_counts_are_those_counted_by_hand(records: list[tuple[str, int, int]]) -> None:
    assert rows_of(records).counts() == dict(Counter(kind for kind, _, _ in records))


@given(RECORDS, BY)
def test_periods_are_those_counted_by_hand(records: list[tuple[str, int, int]], by: By) -> None:
    form = "%Y" if by == "year" else "%Y-%m"
    counted: dict[str, Counter[str]] = {}
    for kind, published, _ in records:
        if published >= 0:
            code = datetime.fromtimestamp(published, SHANGHAI).strftime(form)
            counted.setdefault(code, Counter())[kind] += 1
    periods = periods_of(rows_of(records), by, SHANGHAI)
    found = {period.code: period.counts for period in periods if period.total}
    assert found == {code: dict(counts) for code, counts in counted.items()}
    codes = [period.code for period in periods]
    assert codes == sorted(set(codes))
    assert [bool(period.total) for period in (*periods[:1], *periods[-1:])] == [True] * (2 if periods else 0)


@given(RECORDS, BY)
def test_the_records_behind_a_period_are_those_it_counts(records: list[tuple[str, int, int]], by: By) -> None:
    rows = rows_of(records)
    for period in periods_of(rows, by, SHANGHAI):
        assert rows_in_period(rows, period.code, SHANGHAI).counts() == period.counts


@given(RECORDS)
def test_newest_first_and_each_once(records: list[tuple[str, int, int]]) -> None:
    ids = rows_of(records).newest().tolist()
    assert sorted(ids) == list(range(len(records)))
    assert [records[number][1] for number in ids] == sorted((row[1] for row in records), reverse=True)


def test_open_are_those_without_an_end_or_with_one_to_come() -> None:
    rows = rows_of([("need", _FIRST, -1), ("need", _FIRST, 500), ("need", _FIRST, 499)])
    assert rows.open_at(500).ids.tolist() == [0, 1]
    assert rows.of_kind("need").open_at(501).ids.tolist() == [0]
    assert len(rows.of_kind("session")) == 0


@pytest.mark.parametrize("code", ["2026-13", "2026-00", "x", "", "202605", "26-05", "0000", "9999"])
def test_a_period_that_is_none_is_refused(code: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the words are Python's own
        rows_in_period(rows_of([]), code, SHANGHAI)


def test_a_month_begins_when_it_begins_in_the_hub() -> None:
    eve = int(datetime(2026, 4, 30, 15, 59, 59, tzinfo=UTC).timestamp())  # a second before May in Shanghai
    rows = rows_of([("offer", eve, -1), ("offer", eve + 1, -1)])
    found = [(period.code, period.total) for period in periods_of(rows, "month", SHANGHAI)]
    assert found == [("2026-04", 1), ("2026-05", 1)]


def test_long_spans_are_counted_by_the_year() -> None:
    start = datetime(2020, 1, 1, tzinfo=UTC)
    moments = [int((start + timedelta(days=days)).timestamp()) for days in (0, 900, 1200)]
    assert suitable_period(rows_of([("offer", moment, -1) for moment in moments[:2]])) == "month"
    assert suitable_period(rows_of([("offer", moment, -1) for moment in moments])) == "year"
    assert suitable_period(rows_of([])) == "month"


def test_no_records_have_no_periods_and_no_bars() -> None:
    assert periods_of(rows_of([]), "month", SHANGHAI) == ()
    assert bars_of((), step=10, height=50) == ()
    assert rows_of([]).counts() == {}


@given(RECORDS)
def test_the_highest_bar_fills_the_drawing(records: list[tuple[str, int, int]]) -> None:
    bars = bars_of(periods_of(rows_of(records), "year", SHANGHAI), step=10, height=50)
    assert all(abs(bar.y + bar.height - 50) < 0.02 for bar in bars)
    assert not bars or max(bar.height for bar in bars) == 50


@given(st.integers(1, 10**8))
def test_the_labelled_line_stands_in_the_drawing(most: int) -> None:
    assert most / 2.5 <= tick_of(most) <= most


@pytest.mark.parametrize(
    ("code", "prefix"), [("130000", "13"), ("130600", "1306"), ("130602", "130602"), ("DE", "DE")]
)
def test_what_lies_in_a_region_begins_alike(code: str, prefix: str) -> None:
    assert region_prefix(code) == prefix
