"""Points on the earth: WGS-84, web mercator, GCJ-02, distances, and what is wrong with a point somebody typed.

Longitude comes before latitude everywhere, both in degrees of WGS-84 unless a name says otherwise. The arithmetic takes
floats and numpy arrays of one shape and answers alike: floats for floats, float64 arrays for arrays.
"""

import math
from collections.abc import Callable
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from fairground.language.local_text import LocalText
from fairground.places.core.ground import is_in_region, is_near_land
from fairground.places.core.regions import region_of

Floats = NDArray[np.float64]
Fits = Callable[[float, float], bool]

MERCATOR_LATITUDE = 85.0511287798066  # degrees: where the web-mercator square ends
EARTH_RADIUS_M = 6_371_008.8  # metres: mean radius of the WGS-84 ellipsoid (IUGG)

# The Krasovsky 1940 ellipsoid and the box in which GCJ-02 moves points, as every published conversion has them.
_AXIS_M = 6_378_245.0
_ECCENTRICITY_SQUARED = 0.00669342162296594323
_BOX = (72.004, 137.8347, 0.8293, 55.8271)  # west, east, south, north


@overload
def mercator(longitude: float, latitude: float) -> tuple[float, float]: ...
@overload
def mercator(longitude: Floats, latitude: Floats) -> tuple[Floats, Floats]: ...
def mercator(longitude: Any, latitude: Any) -> tuple[Any, Any]:
    """Return the place in the web-mercator square: x eastward from 180° W, y southward from 85.05° N.

    Parameters
    ----------
    longitude : degrees; any value, 540° is 180°
    latitude : degrees; beyond ±85.05° it is drawn on the edge

    Returns
    -------
    x, y : each in [0, 1)
    """
    scalar = np.ndim(longitude) == 0 and np.ndim(latitude) == 0
    x = np.mod((np.asarray(longitude, dtype=np.float64) + 180.0) / 360.0, 1.0)
    phi = np.radians(np.clip(np.asarray(latitude, dtype=np.float64), -MERCATOR_LATITUDE, MERCATOR_LATITUDE))
    # Below 1, so that a point of the south edge still lies in a tile; a tiny negative modulo gives 1.0.
    below_one = np.nextafter(1.0, 0.0)
    x = np.minimum(x, below_one)
    y = np.clip(0.5 - np.arcsinh(np.tan(phi)) / (2.0 * np.pi), 0.0, below_one)
    return (float(x), float(y)) if scalar else (x, y)


@overload
def from_mercator(x: float, y: float) -> tuple[float, float]: ...
@overload
def from_mercator(x: Floats, y: Floats) -> tuple[Floats, Floats]: ...
def from_mercator(x: Any, y: Any) -> tuple[Any, Any]:
    """Return longitude and latitude in degrees of a place in the web-mercator square; inverse of `mercator`."""
    scalar = np.ndim(x) == 0 and np.ndim(y) == 0
    longitude = np.asarray(x, dtype=np.float64) * 360.0 - 180.0
    latitude = np.degrees(np.arctan(np.sinh(np.pi * (1.0 - 2.0 * np.asarray(y, dtype=np.float64)))))
    return (float(longitude), float(latitude)) if scalar else (longitude, latitude)


def _shift(longitude: Floats, latitude: Floats) -> tuple[Floats, Floats]:
    """Return what GCJ-02 adds to a WGS-84 point, in degrees."""
    x, y = longitude - 105.0, latitude - 35.0
    root = np.sqrt(np.abs(x))
    both = 20.0 * np.sin(6.0 * np.pi * x) + 20.0 * np.sin(2.0 * np.pi * x)
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north = north + (both + 20.0 * np.sin(np.pi * y) + 40.0 * np.sin(np.pi / 3.0 * y)) * 2.0 / 3.0
    north = north + (160.0 * np.sin(np.pi / 12.0 * y) + 320.0 * np.sin(np.pi / 30.0 * y)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east = east + (both + 20.0 * np.sin(np.pi * x) + 40.0 * np.sin(np.pi / 3.0 * x)) * 2.0 / 3.0
    east = east + (150.0 * np.sin(np.pi / 12.0 * x) + 300.0 * np.sin(np.pi / 30.0 * x)) * 2.0 / 3.0
    phi = np.radians(latitude)
    magic = 1.0 - _ECCENTRICITY_SQUARED * np.sin(phi) ** 2
    along_meridian = _AXIS_M * (1.0 - _ECCENTRICITY_SQUARED) / (magic * np.sqrt(magic))
    along_parallel = _AXIS_M / np.sqrt(magic) * np.cos(phi)
    west, east_end, south, north_end = _BOX
    moved = (longitude >= west) & (longitude <= east_end) & (latitude >= south) & (latitude <= north_end)
    return (
        np.where(moved, np.degrees(east / along_parallel), 0.0),
        np.where(moved, np.degrees(north / along_meridian), 0.0),
    )


@overload
def to_gcj02(longitude: float, latitude: float) -> tuple[float, float]: ...
@overload
def to_gcj02(longitude: Floats, latitude: Floats) -> tuple[Floats, Floats]: ...
def to_gcj02(longitude: Any, latitude: Any) -> tuple[Any, Any]:
    """Return a WGS-84 point as Chinese map services print it (GCJ-02): 50 to 700 m away in China, the same elsewhere.

    'Elsewhere' is outside the box that all published conversions use, 72–137.8° E and 0.8–55.8° N: it holds parts
    of the neighbours too, so convert only what was declared.
    """
    scalar = np.ndim(longitude) == 0 and np.ndim(latitude) == 0
    one, other = np.asarray(longitude, dtype=np.float64), np.asarray(latitude, dtype=np.float64)
    east, north = _shift(one, other)
    return (float(one + east), float(other + north)) if scalar else (one + east, other + north)


@overload
def from_gcj02(longitude: float, latitude: float) -> tuple[float, float]: ...
@overload
def from_gcj02(longitude: Floats, latitude: Floats) -> tuple[Floats, Floats]: ...
def from_gcj02(longitude: Any, latitude: Any) -> tuple[Any, Any]:
    """Return the WGS-84 point that `to_gcj02` sends here, to 1e-9 degrees (0.1 mm) inside its box.

    The shift changes so slowly (under 1 % of the way moved) that taking it back twelve times settles it.
    """
    scalar = np.ndim(longitude) == 0 and np.ndim(latitude) == 0
    aim, goal = np.asarray(longitude, dtype=np.float64), np.asarray(latitude, dtype=np.float64)
    one, other = aim, goal
    for _ in range(12):
        east, north = _shift(one, other)
        one, other = aim - east, goal - north
    return (float(one), float(other)) if scalar else (one, other)


@overload
def distance_m(longitude: float, latitude: float, to_longitude: float, to_latitude: float) -> float: ...
@overload
def distance_m(
    longitude: float | Floats, latitude: float | Floats, to_longitude: Floats, to_latitude: Floats
) -> Floats: ...
def distance_m(longitude: Any, latitude: Any, to_longitude: Any, to_latitude: Any) -> Any:
    """Return the great-circle distance in metres on a sphere: within 0.6 % of the ellipsoid's. Arrays broadcast."""
    points = (longitude, latitude, to_longitude, to_latitude)
    scalar = all(np.ndim(value) == 0 for value in points)
    lambda_1, phi_1, lambda_2, phi_2 = (np.radians(np.asarray(value, dtype=np.float64)) for value in points)
    # The haversine: exact for neighbours, where the cosine rule loses all digits.
    half = (
        np.sin((phi_2 - phi_1) / 2.0) ** 2
        + np.cos(phi_1) * np.cos(phi_2) * np.sin((lambda_2 - lambda_1) / 2.0) ** 2
    )
    metres = 2.0 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0)))
    return float(metres) if scalar else metres


def looks_like_gcj02(longitude: float, latitude: float, fits: Fits) -> bool:
    """Tell whether a point fits its stated place only once it is read as GCJ-02.

    `fits(longitude, latitude)` says whether a WGS-84 point lies in that place: a park's polygon, a circle around a
    known building. It must know the place to a few hundred metres, else the answer means nothing.
    """
    moved = from_gcj02(longitude, latitude)
    return moved != (longitude, latitude) and not fits(longitude, latitude) and fits(*moved)


def point_faults(
    longitude: float, latitude: float, region: str = "", *, fits: Fits | None = None
) -> list[LocalText]:
    """Say what is wrong with a point, each with what to do next; [] where nothing is.

    Parameters
    ----------
    longitude, latitude : degrees as typed, any float
    region : where the record says it is: a province (GB/T 2260) or a country (ISO 3166-1); '' or an unknown one is
        not checked
    fits : tells whether a WGS-84 point lies in the place stated more closely; needed to suspect GCJ-02

    Nothing is corrected here. Of several signs of one mistake only the mistake is named: swapped axes are not reported
    as a point in the sea too. The coast is known to about 30 km, a border to about 20 km, and a point that near to
    either passes.
    """
    if not (math.isfinite(longitude) and math.isfinite(latitude)):
        return [
            LocalText(
                "经纬度不是数字。请重新填写，例如经度 114.51、纬度 38.04。",
                "These are no numbers. Write them again, such as longitude 114.51 and latitude 38.04.",
            )
        ]
    if longitude == 0.0 and latitude == 0.0:
        return [
            LocalText(
                "0,0 位于几内亚湾，多半是没有填写。请填写实际位置，或将两项留空。",
                "0,0 lies in the Gulf of Guinea and mostly means 'not filled in'. Give the real point, or leave both "
                "empty.",
            )
        ]
    if abs(latitude) > 90.0 or abs(longitude) > 180.0:
        return [_out_of_range(longitude, latitude)]
    return _ground_faults(longitude, latitude, region, fits)


def _out_of_range(longitude: float, latitude: float) -> LocalText:
    if abs(longitude) <= 90.0 and abs(latitude) <= 180.0:
        return _swapped()
    return LocalText(
        "经度应在 -180 至 180 度之间，纬度应在 -90 至 90 度之间。请核对；如果是以米为单位的投影坐标，请先换算成度。",
        "Longitude runs from -180 to 180 degrees, latitude from -90 to 90. Check both; if these are metres of a map "
        "projection, convert them to degrees first.",
    )


def _swapped() -> LocalText:
    return LocalText(
        "经度和纬度像是填反了（在中国，经度约为 73 至 135，纬度约为 18 至 54）。请对调两项。",
        "Longitude and latitude look swapped (in China longitude is about 73 to 135, latitude about 18 to 54). Change "
        "them over.",
    )


def _ground_faults(longitude: float, latitude: float, region: str, fits: Fits | None) -> list[LocalText]:
    stated = region_of(region)
    stands = is_near_land(longitude, latitude)
    fits_region = stated is None or is_in_region(longitude, latitude, stated.code)
    if stands and fits_region:
        return [_suspected()] if fits is not None and looks_like_gcj02(longitude, latitude, fits) else []
    # Turned round it would fit: that is the mistake, whatever else is true of the point.
    if abs(longitude) <= 90.0 and _fits_turned(latitude, longitude, region):
        return [_swapped()]
    faults = []
    if not stands:
        faults.append(
            LocalText(
                "这一点在海里，离岸超过 30 公里。请核对经纬度的数值和正负号（西经、南纬为负）。",
                "This point lies in the sea, over 30 km from land. Check the figures and their signs (west and south "
                "are negative).",
            )
        )
    elif stated is not None:
        faults.append(
            LocalText(
                f"这一点不在所填的地区“{stated.zh}”内。请核对经纬度，或改填地区。",
                f"This point is not in the region given, {stated.en}. Check the point, or change the region.",
            )
        )
    return faults


def _fits_turned(longitude: float, latitude: float, region: str) -> bool:
    if region_of(region) is not None:
        return is_in_region(longitude, latitude, region)
    return is_near_land(longitude, latitude) and is_in_region(longitude, latitude, "CN")


def _suspected() -> LocalText:
    return LocalText(
        "这一点只有按 GCJ-02（高德、腾讯等国内地图使用的坐标）理解，才与所填地点相符。"
        "如果坐标取自这类地图，请把坐标系选为 GCJ-02，由系统换算。",
        "This point fits the stated place only if it is read as GCJ-02, the coordinates of Chinese map services such "
        "as Amap and Tencent. If it comes from one, choose GCJ-02 as its coordinate system and it is converted.",
    )
