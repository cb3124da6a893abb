"""Polygons: each fault said once with what to do, and no text or number that breaks the check."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairground.places.core.coordinates import point_faults, to_gcj02
from fairground.places.core.shapes import MOST_POINTS, fits_polygon, polygon_faults

SQUARE = [[116.30, 39.98], [116.34, 39.98], [116.34, 40.00], [116.30, 40.00], [116.30, 39.98]]


def polygon(*rings: Any) -> dict[str, Any]:
    """Return a GeoJSON polygon."""
    return {"type": "Polygon", "coordinates": list(rings)}


def test_sound_polygon_has_no_fault() -> None:
    hole = [[116.31, 39.985], [116.32, 39.985], [116.32, 39.99], [116.31, 39.985]]
    assert polygon_faults(polygon(SQUARE, hole), "110000") == []
    assert polygon_faults({"type": "MultiPolygon", "coordinates": [[SQUARE]]}) == []


@pytest.mark.parametrize(
    ("geometry", "said"),
    [
        (polygon([SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3], SQUARE[0]]), "crosses itself near 116.32"),
        (polygon(SQUARE[:-1]), "not closed"),
        (polygon(SQUARE[:2]), "fewer than 4"),
        (polygon([[0.0, 0.0]] * (MOST_POINTS + 1)), "50,001 points"),
        (polygon([[y, x] for x, y in SQUARE]), "swapped"),
        (polygon([[x * 1e5, y * 1e5] for x, y in SQUARE]), "map projection"),
        ({"type": "Point", "coordinates": [116.3, 39.9]}, "no polygon"),
        ({"type": "Polygon", "coordinates": []}, "no polygon"),
        ({"type": "Polygon", "coordinates": [["a", "b", "c", "d"]]}, "no polygon"),
        (polygon([[True, 1], [2, 2], [3, 3], [True, 1]]), "no polygon"),
        (polygon([[float("nan"), 1], [2, 2], [3, 3], [2, 1]]), "no polygon"),
    ],
)
def test_faulty_polygon_is_told_what_to_do(geometry: dict[str, Any], said: str) -> None:
    (fault,) = polygon_faults(geometry)
    assert said in (fault.en or "")
    assert fault.zh


def test_polygon_outside_its_region_is_said() -> None:
    (fault,) = polygon_faults(polygon(SQUARE), "440000")
    assert "Guangdong" in (fault.en or "")


def test_point_copied_from_a_chinese_map_is_suspected_by_its_polygon() -> None:
    small = [
        [116.3100, 39.9900],
        [116.3130, 39.9900],
        [116.3130, 39.9920],
        [116.3100, 39.9920],
        [116.3100, 39.9900],
    ]
    fits = fits_polygon(polygon(small))
    assert point_faults(116.3115, 39.9910, "110000", fits=fits) == []
    (fault,) = point_faults(*to_gcj02(116.3115, 39.9910), "110000", fits=fits)
    assert "GCJ-02" in (fault.en or "")
    with pytest.raises(ValueError, match="no polygon"):
        fits_polygon({"type": "Point"})


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=5),
    max_leaves=20,
)


@given(st.sampled_from(["Polygon", "MultiPolygon", "Point", None]), JSON)
def test_any_geometry_is_judged(kind: Any, coordinates: Any) -> None:
    assert all(fault.zh and fault.en for fault in polygon_faults({"type": kind, "coordinates": coordinates}))
