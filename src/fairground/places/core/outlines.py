"""Outlines of land and of China's provinces, WGS-84: the base that every map is drawn on, with no network.

The files and their licences are listed in `data/base/README.md`. They are no standard map: see docs/operations.md.
"""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from fairground.places.core.regions import CLUSTERS, region_of

# ISO 3166-2 codes of the file that are not the first two digits of GB/T 2260.
_CODES = {"CN-91": "810000", "CN-92": "820000", "CN-X01~": "460000"}
# Countries by the point that stands for them, their seats of government: degrees, to a tenth.
_SEATS = {
    "CN": (116.4, 39.9), "US": (-77.0, 38.9), "GB": (-0.1, 51.5), "DE": (13.4, 52.5), "FR": (2.4, 48.9),
    "IT": (12.5, 41.9), "ES": (-3.7, 40.4), "PT": (-9.1, 38.7), "NL": (4.9, 52.4), "BE": (4.4, 50.8),
    "CH": (7.4, 46.9), "AT": (16.4, 48.2), "SE": (18.1, 59.3), "FI": (24.9, 60.2), "DK": (12.6, 55.7),
    "NO": (10.8, 59.9), "IE": (-6.3, 53.3), "PL": (21.0, 52.2), "CZ": (14.4, 50.1), "GR": (23.7, 38.0),
    "RU": (37.6, 55.8), "UA": (30.5, 50.5), "TR": (32.9, 39.9), "IL": (35.2, 31.8), "AE": (54.4, 24.5),
    "SA": (46.7, 24.7), "IN": (77.2, 28.6), "PK": (73.1, 33.7), "JP": (139.7, 35.7), "KR": (127.0, 37.6),
    "SG": (103.8, 1.3), "MY": (101.7, 3.1), "TH": (100.5, 13.8), "VN": (105.8, 21.0), "ID": (106.8, -6.2),
    "PH": (121.0, 14.6), "KZ": (71.4, 51.1), "AU": (149.1, -35.3), "NZ": (174.8, -41.3), "CA": (-75.7, 45.4),
    "MX": (-99.1, 19.4), "BR": (-47.9, -15.8), "AR": (-58.4, -34.6), "CL": (-70.7, -33.4), "ZA": (28.2, -25.7),
    "EG": (31.2, 30.0), "NG": (7.5, 9.1), "KE": (36.8, -1.3),
}  # fmt: skip


def _read(name: str) -> dict[str, Any]:
    text = files("fairground.places.core").joinpath("data", "base", name).read_text("utf-8")
    parsed: dict[str, Any] = json.loads(text)
    return parsed


@lru_cache(maxsize=1)
def land() -> tuple[shapely.Polygon, ...]:
    """Return the land of the earth at 1 : 50 million, each island and continent a polygon of longitude, latitude."""
    topology = _read("land-50m.json")
    scale, origin = np.array(topology["transform"]["scale"]), np.array(topology["transform"]["translate"])
    arcs = [np.cumsum(np.array(arc), axis=0) * scale + origin for arc in topology["arcs"]]

    def ring(numbers: Sequence[int]) -> NDArray[np.float64]:
        parts = [arcs[number] if number >= 0 else arcs[~number][::-1] for number in numbers]
        return np.concatenate([parts[0], *(part[1:] for part in parts[1:])])

    polygons = []
    for shape in topology["objects"]["land"]["geometries"]:
        for outer, *holes in shape["arcs"]:
            polygons.append(shapely.Polygon(ring(outer), [ring(hole) for hole in holes]))
    return tuple(polygons)


@lru_cache(maxsize=1)
def provinces() -> Mapping[str, shapely.MultiPolygon]:
    """Return the outline of each province of China by its code of GB/T 2260."""
    found: dict[str, list[shapely.Polygon]] = {}
    for feature in _read("china.geojson")["features"]:
        iso = feature["properties"]["ISO"]
        code = _CODES.get(iso) or f"{iso[3:5]}0000"
        shape = shapely.geometry.shape(feature["geometry"])
        found.setdefault(code, []).extend(getattr(shape, "geoms", [shape]))
    return {code: shapely.MultiPolygon(parts) for code, parts in sorted(found.items())}


@lru_cache(maxsize=256)
def region_point(code: str) -> tuple[float, float] | None:
    """Return the longitude and latitude that stand for a region where nothing nearer is known, or None.

    A province stands at a point inside it, a place inside a province (its code begins alike) at the province's, a
    country at its seat of government.
    """
    if code in _SEATS:
        return _SEATS[code]
    if not (len(code) == 6 and code.isascii() and code.isdigit()):
        return None
    shape = provinces().get(f"{code[:2]}0000")
    if shape is None:
        return None
    largest = max(shape.geoms, key=lambda part: part.area)
    point = shapely.maximum_inscribed_circle(largest).coords[0]
    return round(point[0], 4), round(point[1], 4)


def neighbourhood(code: str) -> frozenset[str]:
    """Return the provinces that a hub in this province looks at: those that plan together with it, or it alone."""
    own = f"{code[:2]}0000" if code.isdigit() else ""
    for cluster in CLUSTERS.values():
        if own in cluster:
            return cluster
    return frozenset({own} if region_of(own) else ())


def bounds_of(codes: frozenset[str]) -> tuple[float, float, float, float]:
    """Return west, south, east, north of some provinces in degrees; those of all provinces where none is known."""
    known = [shape for code, shape in provinces().items() if code in codes] or list(provinces().values())
    west, south, east, north = shapely.total_bounds(known).tolist()
    return west, south, east, north
