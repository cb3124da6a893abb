"""What lies under a point: land or sea, and which country or province, on a grid of tenths of a degree.

The grid serves to doubt a typed point, never to draw a border or to say where somebody is: a cell is about 11 km high,
and every question here is asked with a margin. Where two states claim the same ground both pass.
"""

import functools
import io
import math
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

_CELLS_A_DEGREE = 10
_COAST_CELLS = 3  # how far from land is still the coast: islands and harbours that the grid is too coarse for
_BORDER_CELLS = 2
_UNNAMED = "ZZ"

# Ground that either of the codes may claim: west, south, east, north, codes. Generous boxes; advice only.
_EITHER = (
    (91.4, 26.6, 97.5, 29.6, ("540000", "CN", "IN")),
    (77.5, 34.0, 80.5, 36.2, ("650000", "540000", "CN", "IN")),
    (72.0, 32.0, 80.5, 37.2, ("IN", "PK")),
    (32.4, 44.3, 36.7, 46.3, ("RU", "UA")),
)


@dataclass(frozen=True)
class _Grid:
    cells: NDArray[np.uint16]  # [1800, 3600], from 90° S and 180° W; 0 is sea
    codes: tuple[str, ...]


@functools.lru_cache(maxsize=1)
def _grid() -> _Grid:
    packed = files("fairground.places.core").joinpath("data", "ground.npz").read_bytes()
    with np.load(io.BytesIO(packed), allow_pickle=False) as stored:
        return _Grid(stored["cells"], tuple(bytes(stored["codes"]).decode("ascii").split("\n")))


def _around(longitude: float, latitude: float, cells: int) -> frozenset[str]:
    """Return the codes within so many cells of a point, '' for sea among them."""
    grid = _grid()
    height, width = grid.cells.shape
    row = min(int((latitude + 90.0) * _CELLS_A_DEGREE), height - 1)
    column = int((longitude + 180.0) * _CELLS_A_DEGREE)
    # A cell narrows towards the poles: more of them make the same distance.
    aside = min(math.ceil(cells / max(math.cos(math.radians(latitude)), 0.02)), width // 2)
    rows = slice(max(row - cells, 0), min(row + cells, height - 1) + 1)
    columns = np.arange(column - aside, column + aside + 1) % width
    return frozenset(grid.codes[number] for number in np.unique(grid.cells[rows][:, columns]))


def is_near_land(longitude: float, latitude: float) -> bool:
    """Tell whether a point is on land or within about 30 km of it. Longitude in ±180°, latitude in ±90°."""
    return _around(longitude, latitude, _COAST_CELLS) != {""}


def is_in_region(longitude: float, latitude: float, code: str) -> bool:
    """Tell whether a point lies in a province of China or a country, or within about 20 km of it.

    `code` is GB/T 2260 (a province) or ISO 3166-1; provinces are China's. 'EU' and '*' hold every point.
    """
    if code in ("EU", "*"):
        return True
    found = _around(longitude, latitude, _BORDER_CELLS)
    if code in found or _UNNAMED in found or (code == "CN" and any(one.isdigit() for one in found)):
        return True
    return any(
        code in codes and west <= longitude <= east and south <= latitude <= north
        for west, south, east, north, codes in _EITHER
    )
