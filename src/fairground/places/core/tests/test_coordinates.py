"""Points: projections both ways, GCJ-02 against published points, distances, and what is said of a bad point."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairground.places.core.coordinates import (
    MERCATOR_LATITUDE,
    distance_m,
    from_gcj02,
    from_mercator,
    looks_like_gcj02,
    mercator,
    point_faults,
    to_gcj02,
)

LONGITUDES = st.floats(-180, 179.999999)
LATITUDES = st.floats(-MERCATOR_LATITUDE, MERCATOR_LATITUDE)


def faults(longitude: float, latitude: float, region: str = "") -> list[str]:
    """Return the English sides of the faults."""
    return [fault.en or "" for fault in point_faults(longitude, latitude, region)]


def test_mercator_of_known_points() -> None:
    assert mercator(0.0, 0.0) == (0.5, 0.5)
    assert mercator(-180.0, MERCATOR_LATITUDE) == pytest.approx((0.0, 0.0), abs=1e-12)
    # The slippy-map formula, written another way: half of 1 − ln(tan φ + sec φ) / π.
    phi = math.radians(39.91)
    y = (1 - math.log(math.tan(phi) + 1 / math.cos(phi)) / math.pi) / 2
    assert mercator(116.42, 39.91) == pytest.approx(((116.42 + 180) / 360, y), abs=1e-12)


@given(st.floats(-1000, 1000), st.floats(-90, 90))
def test_mercator_stays_inside_its_square(longitude: float, latitude: float) -> None:
    x, y = mercator(longitude, latitude)
    assert 0 <= x < 1
    assert 0 <= y < 1


@given(LONGITUDES, LATITUDES)
def test_mercator_turns_back(longitude: float, latitude: float) -> None:
    assert from_mercator(*mercator(longitude, latitude)) == pytest.approx((longitude, latitude), abs=1e-6)


def test_arrays_answer_like_floats() -> None:
    longitudes, latitudes = np.array([116.4, 0.0, -70.0]), np.array([39.9, 0.0, -33.0])
    for convert in (mercator, to_gcj02, from_gcj02, from_mercator):
        one, other = convert(longitudes, latitudes)
        assert [*zip(one.tolist(), other.tolist(), strict=True)] == [
            convert(a, b) for a, b in zip(longitudes.tolist(), latitudes.tolist(), strict=True)
        ]
    assert distance_m(0.0, 0.0, longitudes, latitudes).shape == (3,)


@pytest.mark.parametrize(
    ("wgs", "gcj"),
    [
        # Shanghai, Shenzhen, Beijing: the points that the eviltransform project tests itself with.
        ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
        ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
        ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
    ],
)
def test_gcj02_matches_published_points(wgs: tuple[float, float], gcj: tuple[float, float]) -> None:
    assert to_gcj02(*wgs) == pytest.approx(gcj, abs=1e-6)
    assert from_gcj02(*gcj) == pytest.approx(wgs, abs=1e-6)


@given(st.floats(73, 137), st.floats(2, 55))
def test_gcj02_inverse_is_exact_and_the_shift_is_small(longitude: float, latitude: float) -> None:
    there = to_gcj02(longitude, latitude)
    assert from_gcj02(*there) == pytest.approx((longitude, latitude), abs=1e-9)
    assert distance_m(longitude, latitude, *there) < 2_000


def test_gcj02_leaves_the_rest_of_the_world_alone() -> None:
    assert to_gcj02(2.35, 48.86) == (2.35, 48.86)
    assert from_gcj02(-122.4, 37.8) == (-122.4, 37.8)


def test_distance_of_known_cities() -> None:
    # Beijing to Shanghai; Vincenty on the ellipsoid gives 1,066.6 km.
    assert distance_m(116.4, 39.9, 121.47, 31.23) == pytest.approx(1_066_600, rel=0.006)
    assert distance_m(0, 0, 180, 0) == pytest.approx(math.pi * 6_371_008.8)
    assert distance_m(116.4, 39.9, 116.4, 39.9) == 0


@pytest.mark.parametrize(
    ("longitude", "latitude", "region", "said"),
    [
        (0.0, 0.0, "110000", "Gulf of Guinea"),
        (math.nan, 39.9, "110000", "no numbers"),
        (math.inf, 39.9, "", "no numbers"),
        (39.9, 116.4, "110000", "swapped"),
        (39.9, 116.4, "", "swapped"),
        (22.3, 87.2, "350000", "not in the region given, Fujian|sea"),
        (400.0, 39.9, "", "from -180 to 180"),
        (449_000.0, 4_418_000.0, "130000", "metres of a map projection"),
        (-140.0, 30.0, "", "sea"),
        (125.0, 28.0, "330000", "sea"),
        (121.47, 31.23, "130000", "not in the region given, Hebei"),
        (51.5, -0.12, "GB", "swapped"),
    ],
)
def test_faulty_point_gets_one_fault_that_names_the_mistake(
    longitude: float, latitude: float, region: str, said: str
) -> None:
    found = faults(longitude, latitude, region)
    assert len(found) == 1
    assert any(words in found[0] for words in said.split("|"))


@pytest.mark.parametrize(
    ("longitude", "latitude", "region"),
    [
        (116.39, 39.91, "110000"),
        (117.70, 39.02, "120000"),
        (116.90, 39.95, "130000"),  # Yanjiao, wedged between Beijing and Tianjin
        (121.95, 30.86, "310000"),  # the new harbour town on the edge of the sea
        (113.54, 22.19, "820000"),
        (114.17, 22.28, "810000"),
        (121.56, 25.03, "710000"),
        (110.33, 20.03, "460000"),
        (118.07, 24.45, "350000"),  # an island of a few hectares
        (116.39, 39.91, "CN"),
        (94.0, 27.5, "540000"),  # claimed by two states: both pass
        (94.0, 27.5, "IN"),
        (-0.12, 51.5, "GB"),
        (103.82, 1.35, ""),
        (2.35, 48.86, "EU"),
        (116.39, 39.91, "no such code"),
    ],
)
def test_right_point_has_no_fault(longitude: float, latitude: float, region: str) -> None:
    assert faults(longitude, latitude, region) == []


def test_gcj02_is_suspected_only_where_the_place_is_known_closely() -> None:
    building = (114.48, 38.04)

    def fits(longitude: float, latitude: float) -> bool:
        return distance_m(longitude, latitude, *building) < 150

    copied = to_gcj02(*building)
    assert looks_like_gcj02(*copied, fits)
    assert not looks_like_gcj02(*building, fits)
    assert not looks_like_gcj02(-0.12, 51.5, lambda *_: False)
    assert faults(*copied, "130000") == []
    (fault,) = point_faults(*copied, "130000", fits=fits)
    assert "GCJ-02" in (fault.en or "")
    assert "GCJ-02" in (fault.zh or "")


@given(st.floats(), st.floats(), st.sampled_from(["", "110000", "CN", "GB", "EU", "x"]))
def test_any_two_floats_are_judged(longitude: float, latitude: float, region: str) -> None:
    assert len(point_faults(longitude, latitude, region)) <= 1
