"""Points of one tile gathered in cells of a grid: arrays in, arrays out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fairground.publish.core.search.columns import MERCATOR_STEPS

Integers = NDArray[np.int64]

STEP_BITS = MERCATOR_STEPS.bit_length() - 1
DEEPEST_ZOOM = 18
# From here on cells shrink, until only what stands (nearly) on one spot is drawn as one.
NEAR_ZOOM = 12
# Cells along one side of a tile, as powers of two: from far of 64 points of the screen, in the end of 8.
_FAR_BITS, _NEAREST_BITS = 3, 6
_MARKS_PER_TILE = 16  # along a side, without one covering the next: 32 of a tile's 512 points of the screen


@dataclass(frozen=True, eq=False)
class Cells:
    """What stands in each cell that is not empty; cell i is the same in all arrays, in the order of the grid.

    `x`, `y` : int64[n], the middle of its points, in steps of the mercator square; it lies in the cell.
    `count` : int64[n], how many points, ≥ 1.
    `first` : int64[n], the place of one of its points among those given.
    `by_group` : int64[n, groups], how many of each group.
    """

    x: Integers
    y: Integers
    count: Integers
    first: Integers
    by_group: Integers


def is_tile(zoom: int, column: int, row: int) -> bool:
    """Tell whether there is such a tile."""
    return 0 <= zoom <= DEEPEST_ZOOM and 0 <= column < 1 << zoom and 0 <= row < 1 << zoom


def gather(x: Integers, y: Integers, group: Integers, groups: int, *, zoom: int) -> Cells:
    """Gather the points of one tile in the cells of its zoom.

    Parameters
    ----------
    x, y : int64[n], each in [0, MERCATOR_STEPS), in the order of `morton`, so that a cell's points lie side by side
    group : int64[n], each in [0, groups)
    zoom : 0 to `DEEPEST_ZOOM`

    Cells of neighbouring tiles do not overlap: over all tiles of a zoom each point is counted once.
    Cost: O(n).
    """
    bits = _FAR_BITS if zoom < NEAR_ZOOM else min(_FAR_BITS + 1 + (zoom - NEAR_ZOOM) // 2, _NEAREST_BITS)
    shift = STEP_BITS - zoom - bits
    if not len(x):
        none = np.zeros(0, np.int64)
        return Cells(none, none, none, none, np.zeros((0, groups), np.int64))
    cell = ((y >> shift) << STEP_BITS) | (x >> shift)
    begins = np.concatenate(([True], cell[1:] != cell[:-1]))
    first = np.flatnonzero(begins)
    number = np.cumsum(begins) - 1
    count = np.diff(first, append=len(x))
    by_group = np.bincount(number * groups + group, minlength=len(first) * groups).reshape(-1, groups)
    # 2^30 steps times 2^33 points would be too many for a sum.
    return Cells(
        np.add.reduceat(x, first) // count, np.add.reduceat(y, first) // count, count, first, by_group
    )


def merge_near(cells: Cells, *, zoom: int) -> Cells:
    """Join cells of one tile whose middles are so close that their marks would cover each other: small ones to large.

    Each point stays counted once, and a middle stays in the tile. Cost: O(cells²), at most 64 where it is needed.
    """
    if zoom >= NEAR_ZOOM or len(cells.count) < 2:
        return cells
    near = (1 << (STEP_BITS - zoom)) // _MARKS_PER_TILE
    order = np.lexsort((np.arange(len(cells.count)), -cells.count))
    owner = np.full(len(order), -1, np.int64)
    for cell in order.tolist():
        if owner[cell] < 0:
            close = (np.abs(cells.x - cells.x[cell]) < near) & (np.abs(cells.y - cells.y[cell]) < near)
            owner[close & (owner < 0)] = cell
    kept, number = np.unique(owner, return_inverse=True)
    if len(kept) == len(owner):
        return cells

    def total(values: Integers) -> Integers:
        summed = np.zeros((len(kept), *values.shape[1:]), np.int64)
        np.add.at(summed, number, values)
        return summed

    count = total(cells.count)
    return Cells(
        total(cells.x * cells.count) // count,
        total(cells.y * cells.count) // count,
        count,
        cells.first[kept],
        total(cells.by_group),
    )


def morton(x: Integers, y: Integers) -> Integers:
    """Return the place of each point along the curve that visits a tile's points one after another, at every zoom."""
    return _spread(x) | (_spread(y) << 1)


def morton_range(zoom: int, column: int, row: int) -> tuple[int, int]:
    """Return the first place on the curve that is in a tile, and the first after it."""
    below = 2 * (STEP_BITS - zoom)
    place = int(morton(np.array([column], np.int64), np.array([row], np.int64))[0])
    return place << below, (place + 1) << below


def _spread(bits: Integers) -> Integers:
    """Put a zero before each of the lowest 30 bits."""
    spread = bits & 0x3FFFFFFF
    for shift, mask in (
        (16, 0x0000FFFF0000FFFF),
        (8, 0x00FF00FF00FF00FF),
        (4, 0x0F0F0F0F0F0F0F0F),
        (2, 0x3333333333333333),
        (1, 0x5555555555555555),
    ):
        spread = (spread | (spread << shift)) & mask
    return spread
