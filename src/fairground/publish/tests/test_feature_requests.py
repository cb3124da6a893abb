"""Reading what a request to the feature service asks."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairground.publish.core.features import (
    DEFAULT_LIMIT,
    MOST,
    Box,
    FeatureRequestError,
    read_request,
)

LONGITUDES, LATITUDES = st.floats(-180, 180), st.floats(-90, 90)


@given(LONGITUDES, LONGITUDES, LATITUDES, LATITUDES, LONGITUDES, LATITUDES)
def test_a_box_holds_what_lies_in_it(
    west: float, east: float, first: float, second: float, longitude: float, latitude: float
) -> None:
    south, north = sorted((first, second))
    box = read_request({"bbox": [f"{west!r},{south!r},{east!r},{north!r}"]}, ()).box
    assert box == Box(west, south, east, north)
    # The circle is cut open at `west`: everything is so many degrees to the east of it.
    width, way = (east - west) % 360, (longitude - west) % 360
    if west <= east:
        assert box.holds(longitude, latitude) == (west <= longitude <= east and south <= latitude <= north)
    elif abs(way - width) > 1e-9 and way > 1e-9:
        assert box.holds(longitude, latitude) == (way <= width and south <= latitude <= north)


def test_heights_of_a_box_are_read_and_not_used() -> None:
    assert read_request({"bbox": ["1,2,-5,3,4,5000"]}, ()).box == Box(1, 2, 3, 4)


@pytest.mark.parametrize(
    "text",
    ["", "1,2,3", "1,2,3,4,5", "a,b,c,d", "1,2,3,nan", "-181,0,0,0", "0,-91,0,0", "0,10,1,5", "inf,0,0,0", "1;2;3;4"],
)  # fmt: skip
def test_a_box_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(FeatureRequestError) as caught:
        read_request({"bbox": [text]}, ())
    assert caught.value.parameter == "bbox"


@given(st.integers(1, 10**8))
def test_a_limit_is_kept_within_the_most(limit: int) -> None:
    assert read_request({"limit": [str(limit)]}, ()).limit == min(limit, MOST)


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "", "ten", "１", "99999999999"])
def test_a_limit_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(FeatureRequestError):
        read_request({"limit": [text]}, ())


def test_without_parameters_the_first_page_is_asked_for() -> None:
    asked = read_request({}, ())
    assert (asked.limit, asked.box, asked.begins, asked.ends, asked.after) == (
        DEFAULT_LIMIT,
        None,
        None,
        None,
        "",
    )


@pytest.mark.parametrize(
    ("text", "begins", "ends"),
    [
        ("2026-05-31", datetime(2026, 5, 31, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC) - timedelta(microseconds=1)),
        ("2026-05-31T09:30:00Z", datetime(2026, 5, 31, 9, 30, tzinfo=UTC), datetime(2026, 5, 31, 9, 30, tzinfo=UTC)),
        ("2026-05-31T09:30:00+08:00/..", datetime(2026, 5, 31, 1, 30, tzinfo=UTC), None),
        ("../2026-05-31t09:30:00z", None, datetime(2026, 5, 31, 9, 30, tzinfo=UTC)),
        ("/2026-05-31T09:30:00Z", None, datetime(2026, 5, 31, 9, 30, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_times(text: str, begins: datetime | None, ends: datetime | None) -> None:
    asked = read_request({"datetime": [text]}, ())
    assert (asked.begins, asked.ends) == (begins, ends)


@pytest.mark.parametrize(
    "text", ["", "..", "../..", "/", "2026", "2026-13-01", "yesterday", "2026-05-31T25:00:00Z",
             "2026-06-01/2026-05-01", "2026-05-01/2026-06-01/2026-07-01", "0001-01-01T00:00:00+14:00"]
)  # fmt: skip
def test_a_time_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(FeatureRequestError) as caught:
        read_request({"datetime": [text]}, ())
    assert caught.value.parameter == "datetime"


def test_what_nobody_knows_and_what_comes_twice_is_refused() -> None:
    for parameters in (
        {"bobx": ["1,2,3,4"]},
        {"zone": ["a"]},
        {"limit": ["1", "2"]},
        {"after": ["a"], "before": ["b"]},
    ):
        with pytest.raises(FeatureRequestError):
            read_request(parameters, ())
    assert read_request({"zone": ["a"]}, ("zone",)).filters == {"zone": "a"}
    with pytest.raises(FeatureRequestError):
        read_request({"after": ["a b"]}, ())


@given(
    st.dictionaries(st.sampled_from(["bbox", "datetime", "limit", "after", "before"]), st.text(max_size=40))
)
def test_nothing_that_is_sent_breaks_the_reading(parameters: dict[str, str]) -> None:
    caught = None
    try:
        read_request({name: [text] for name, text in parameters.items()}, ())
    except FeatureRequestError as error:
        caught = error.parameter
    assert caught is None or caught in parameters
