"""Polygons: what is wrong with one somebody drew or exported, and whether a point lies in it.

GeoJSON geometries come in, longitude before latitude. Nothing is repaired silently: a crossing is said with its place.
"""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import shapely
from shapely.validation import explain_validity

from fairground.language.local_text import LocalText
from fairground.places.core.coordinates import Fits, point_faults

MOST_POINTS = 50_000  # of one polygon; a province at full detail has fewer
_AT = re.compile(r"\[(-?[\d.]+) (-?[\d.]+)\]")
_FORM = LocalText(
    "这不是多边形。请提供 GeoJSON 的 Polygon 或 MultiPolygon，每个点写作 [经度, 纬度]。",
    "This is no polygon. Give a GeoJSON Polygon or MultiPolygon, each point as [longitude, latitude].",
)


def polygon_faults(geometry: Mapping[str, Any], region: str = "") -> list[LocalText]:
    """Say what is wrong with a polygon, each with what to do next; [] where nothing is.

    Parameters
    ----------
    geometry : a GeoJSON Polygon or MultiPolygon; anything else is said to be none
    region : where it is said to lie, as in `point_faults`; its middle is checked against it
    """
    parts = _parts(geometry)
    if parts is None:
        return [_FORM]
    rings = [ring for part in parts for ring in part]
    count = sum(map(len, rings))
    if count > MOST_POINTS:
        return [
            LocalText(
                f"这个多边形有 {count:,} 个点，最多 {MOST_POINTS:,} 个。请先简化（例如保留到 10 米）再提交。",
                f"This polygon has {count:,} points, at most {MOST_POINTS:,} are taken. Simplify it first, to "
                "10 metres for instance.",
            )
        ]
    if any(len(ring) < 4 for ring in rings):
        return [
            LocalText(
                "有一圈不足 4 个点（首尾相同），围不成面。请补全。",
                "A ring has fewer than 4 points, the first one repeated at its end, and holds no ground. Complete it.",
            )
        ]
    faults = []
    if any(ring[0] != ring[-1] for ring in rings):
        faults.append(
            LocalText(
                "有一圈没有闭合：最后一点应与第一点相同。请闭合后再提交。",
                "A ring is not closed: its last point must be its first. Close it.",
            )
        )
    return faults or _shape_faults(parts, region)


def _shape_faults(parts: list[list[list[tuple[float, float]]]], region: str) -> list[LocalText]:
    for ring in (ring for part in parts for ring in part):
        for longitude, latitude in ring:
            if abs(longitude) > 180 or abs(latitude) > 90:
                return point_faults(longitude, latitude)
    shape = _shape(parts)
    if not shapely.is_valid(shape):
        at = _AT.search(explain_validity(shape))
        where = f"{float(at[1]):.5f}, {float(at[2]):.5f}" if at else ""
        return [
            LocalText(
                f"边界自相交{f'（在 {where} 附近）' if where else ''}。请在绘图软件中修正这一处。",
                f"The edge crosses itself{f' near {where}' if where else ''}. Mend it in the program that drew it.",
            )
        ]
    middle = shape.representative_point()
    return point_faults(middle.x, middle.y, region)


def _parts(geometry: Any) -> list[list[list[tuple[float, float]]]] | None:
    """Return polygons of rings of points, None where the geometry is not of that form."""
    if not isinstance(geometry, Mapping):
        return None
    coordinates = geometry.get("coordinates")
    if geometry.get("type") == "Polygon":
        coordinates = [coordinates]
    elif geometry.get("type") != "MultiPolygon":
        return None
    if not isinstance(coordinates, Sequence) or not coordinates:
        return None
    parts = []
    for part in coordinates:
        if not isinstance(part, Sequence) or not part or isinstance(part, str):
            return None
        rings = [_ring(ring) for ring in part]
        if any(ring is None for ring in rings):
            return None
        parts.append([ring for ring in rings if ring is not None])
    return parts


def _ring(points: Any) -> list[tuple[float, float]] | None:
    if not isinstance(points, Sequence) or isinstance(points, str):
        return None
    ring = []
    for point in points:
        if not isinstance(point, Sequence) or isinstance(point, str) or len(point) < 2:
            return None
        longitude, latitude = point[0], point[1]
        for value in (longitude, latitude):
            if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
                return None
        ring.append((float(longitude), float(latitude)))
    return ring


def _shape(parts: list[list[list[tuple[float, float]]]]) -> Any:
    return shapely.MultiPolygon([shapely.Polygon(part[0], part[1:]) for part in parts])


def fits_polygon(geometry: Mapping[str, Any]) -> Fits:
    """Return the question 'does this point lie in the polygon?', as `point_faults` takes it.

    Raises ValueError for a geometry in which `polygon_faults` finds that it is none.
    """
    parts = _parts(geometry)
    if parts is None or any(len(ring) < 4 for part in parts for ring in part):
        raise ValueError(_FORM.en)
    shape = _shape(parts)
    shapely.prepare(shape)

    def fits(longitude: float, latitude: float) -> bool:
        return bool(shapely.intersects_xy(shape, longitude, latitude))

    return fits
