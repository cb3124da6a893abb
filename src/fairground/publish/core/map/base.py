"""Tiles of the base: land, the provinces a hub looks at, their lines and names. No network, no glyph server."""

import threading
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import mapbox_vector_tile
import numpy as np
import shapely
from numpy.typing import NDArray

from fairground.places.core.coordinates import mercator
from fairground.places.core.outlines import land, provinces, region_point
from fairground.places.core.regions import region_of
from fairground.publish.core.map.encoding import EXTENT

# Tiles deeper than this hold nothing that these do not: the browser enlarges them.
DEEPEST_BASE_ZOOM = 8
# Raise it when tiles change: it is part of their address, which browsers keep for a day.
BASE_VERSION = 1
_MARGIN = 1 / 32  # of a tile, drawn beyond its edges so that lines meet
_TILES_KEPT = 2048
# One tile at a time: a map asks for a dozen at once, and each would load and simplify the same continent.
_cutting = threading.Lock()


def load_base() -> None:
    """Read what the base is cut from, so that no reader waits for it."""
    with _cutting:
        _land_areas()
        _province_areas()


@lru_cache(maxsize=_TILES_KEPT)
def base_tile(zoom: int, column: int, row: int, *, shown: frozenset[str], lined: frozenset[str]) -> bytes:
    """Return a tile of the base.

    Parameters
    ----------
    zoom, column, row : a tile that is there, zoom at most `DEEPEST_BASE_ZOOM`
    shown : codes of the provinces that are tinted and named
    lined : codes of the provinces whose lines are drawn; those of all would draw a national border

    Raises
    ------
    ValueError : there is no such tile
    """
    if not (0 <= zoom <= DEEPEST_BASE_ZOOM and 0 <= column < 1 << zoom and 0 <= row < 1 << zoom):
        raise ValueError(f"no base tile {zoom}/{column}/{row}")
    with _cutting:
        return _cut(zoom, column, row, shown, lined)


def _cut(zoom: int, column: int, row: int, shown: frozenset[str], lined: frozenset[str]) -> bytes:
    size = 1 / (1 << zoom)
    west, north = column * size, row * size
    inner = (west, north, west + size, north + size)
    outer = (
        west - _MARGIN * size,
        north - _MARGIN * size,
        inner[2] + _MARGIN * size,
        inner[3] + _MARGIN * size,
    )
    areas = _province_areas()
    own = [(areas[code], {"code": code}) for code in sorted(shown & areas.keys())]
    lines = [(shapely.boundary(areas[code]), {"code": code}) for code in sorted(lined & areas.keys())]
    layers: list[dict[str, Any]] = [
        {"name": "land", "features": _clipped([(part, {}) for part in _land_in(outer)], outer, zoom)},
        {"name": "provinces", "features": _clipped(own, outer, zoom)},
        {"name": "lines", "features": _clipped(lines, outer, zoom)},
        {"name": "names", "features": _names(shown, inner)},
    ]
    kept = [layer for layer in layers if layer["features"]]
    if not kept:
        return b""

    def in_tile(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.rint((points - (west, north)) / size * EXTENT)

    for layer in kept:
        for feature in layer["features"]:
            # Rounded here: the library rounds by a call that shapely is about to drop.
            feature["geometry"] = shapely.transform(feature["geometry"], in_tile)
    tile: bytes = mapbox_vector_tile.encode(kept, default_options={"extents": EXTENT, "y_coord_down": True})
    return tile


def outline_path(
    codes: frozenset[str], width: int, bounds: tuple[float, float, float, float]
) -> tuple[list[str], int]:
    """Return provinces as paths of a picture `width` wide of the square's part `bounds`, and the picture's height."""
    west, north, east, south = bounds
    scale = width / (east - west)
    paths = []
    for code in sorted(codes & _province_areas().keys()):
        shape = shapely.simplify(_province_areas()[code], 1.5 / scale)
        drawn = shapely.transform(shape, lambda points: (points - (west, north)) * scale)
        paths.append(
            "".join(
                "M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in part.exterior.coords) + "Z"
                for part in getattr(drawn, "geoms", [drawn])
                if part.area > 4
            )
        )
    return paths, round((south - north) * scale)


def _clipped(
    shapes: Sequence[tuple[Any, dict[str, str]]], box: tuple[float, float, float, float], zoom: int
) -> list[dict[str, Any]]:
    fine = 0.5 / EXTENT / (1 << zoom)
    features = []
    for shape, properties in shapes:
        cut = shapely.clip_by_rect(shapely.simplify(shape, fine * 4, preserve_topology=False), *box)
        # Where a shape only touches the box, what is cut out has a point or a line among its areas.
        dimension = shapely.get_dimensions(shape)
        for part in shapely.get_parts(cut):
            if shapely.get_dimensions(part) == dimension and not part.is_empty:
                features.append({"geometry": part, "properties": properties})
    return features


def _names(shown: frozenset[str], box: tuple[float, float, float, float]) -> list[dict[str, Any]]:
    west, north, east, south = box
    features = []
    for code in sorted(shown):
        region, point = region_of(code), region_point(code)
        if region and point:
            x, y = mercator(*point)
            if west <= x < east and north <= y < south:
                said = {"code": code, "zh": region.zh, "en": region.en}
                features.append({"geometry": shapely.Point(x, y), "properties": said})
    return features


def _in_square(points: NDArray[np.float64]) -> NDArray[np.float64]:
    longitude, latitude = points[:, 0], points[:, 1]
    # The eastern edge of the earth is the edge of the square, not its beginning.
    x, y = mercator(np.minimum(longitude, 179.9999999), latitude)
    return np.column_stack((x, y))


@lru_cache(maxsize=1)
def _land_areas() -> tuple[shapely.STRtree, tuple[Any, ...]]:
    valid = shapely.make_valid(shapely.transform(np.array(land()), _in_square))
    areas = tuple(area for area in shapely.get_parts(valid) if shapely.get_dimensions(area) == 2)
    return shapely.STRtree(areas), areas


def _land_in(box: tuple[float, float, float, float]) -> list[Any]:
    tree, areas = _land_areas()
    return [areas[number] for number in sorted(tree.query(shapely.box(*box)).tolist())]


@lru_cache(maxsize=1)
def _province_areas() -> dict[str, Any]:
    return {code: shapely.transform(shape, _in_square) for code, shape in provinces().items()}
