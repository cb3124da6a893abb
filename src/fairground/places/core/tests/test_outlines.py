"""Outlines: the vendored files are the listed ones, and a region's point lies in the region."""

import hashlib
import re
from importlib.resources import files

import pytest
import shapely

from fairground.places.core.outlines import bounds_of, land, neighbourhood, provinces, region_point
from fairground.places.core.regions import region_names, region_of

BASE = files("fairground.places.core").joinpath("data", "base")


def test_vendored_outlines_are_the_ones_listed() -> None:
    listed = dict(
        re.findall(
            r"(?m)^\| `([\w.-]+)`.*`([0-9a-f]{64})` \|$", BASE.joinpath("README.md").read_text("utf-8")
        )
    )
    assert sorted(listed) == ["china.geojson", "land-50m.json"]
    for name, told in listed.items():
        assert hashlib.sha256(BASE.joinpath(name).read_bytes()).hexdigest() == told


def test_every_region_of_the_code_list_has_a_point() -> None:
    codes = {code for known in region_names().values() for code in known if region_of(code)}
    assert len(codes) > 70
    assert [code for code in sorted(codes) if region_point(code) is None] == []


@pytest.mark.parametrize("code", sorted(provinces()))
def test_a_province_stands_inside_itself(code: str) -> None:
    assert region_of(code) is not None
    point = region_point(code)
    assert point is not None
    assert provinces()[code].contains(shapely.Point(point))


def test_a_place_inside_a_province_stands_at_the_province() -> None:
    assert region_point("130600") == region_point("130000")
    assert [region_point(code) for code in ("", "XX", "990000", "EU", "13000x")] == [None] * 5


def test_land_is_land() -> None:
    tree = shapely.STRtree(land())

    def is_land(longitude: float, latitude: float) -> bool:
        return len(tree.query(shapely.Point(longitude, latitude), predicate="within")) > 0

    assert [is_land(116.4, 39.9), is_land(-100.0, 40.0), is_land(25.0, -20.0)] == [True] * 3
    assert [is_land(120.0, 38.5), is_land(-140.0, 0.0), is_land(80.0, -10.0)] == [False] * 3


def test_a_hub_looks_at_the_provinces_it_plans_with() -> None:
    assert neighbourhood("110000") == {"110000", "120000", "130000"}
    assert neighbourhood("650100") == {"650000"}
    assert [neighbourhood(code) for code in ("", "DE", "990000")] == [frozenset()] * 3
    west, south, east, north = bounds_of(neighbourhood("110000"))
    assert (113 < west < 114, 36 < south < 37, 119 < east < 120, 42 < north < 43) == (True,) * 4
    assert bounds_of(frozenset())[0] < 75
