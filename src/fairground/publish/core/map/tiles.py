"""Tiles of records, made from the columns of one state of the index.

A tile has two layers. 'places' holds what stands at its own point: a cell of the grid with one record is that record
by name, a cell with more is a cluster with counts. 'areas' holds what is only known to be somewhere in a zone or
region: one feature each, with counts. Every row that is asked for is in exactly one feature of each zoom.

Nothing of a row that is not asked for changes a byte: not an order, not a number, not a table of values.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from fairground.language.local_text import LocalText
from fairground.publish.core.map.encoding import EXTENT, Feature, encode
from fairground.publish.core.map.grid import (
    STEP_BITS,
    Cells,
    Integers,
    gather,
    is_tile,
    merge_near,
    morton,
    morton_range,
)
from fairground.publish.core.search.columns import MERCATOR_STEPS, Columns, Mask, SetColumn
from fairground.publish.core.search.documents import PLACEMENTS
from fairground.publish.core.search.query import SearchRequest
from fairground.publish.core.search.reader import Recent, SearchReader
from fairground.publish.core.search.search import matching_rows

_NAMES_KEPT = 60_000  # records whose names a process keeps, some 20 MB
_MASKS_KEPT = 32
EXACT = len(PLACEMENTS)
NameOfArea = Callable[[str, str], LocalText]


@dataclass(frozen=True, slots=True)
class Area:
    """A zone or region at whose point rows are counted."""

    level: str
    code: str
    x: int
    y: int


class Places:
    """Where the rows of one state of the index stand, ordered so that a tile's rows lie side by side."""

    def __init__(self, columns: Columns) -> None:
        x, y = columns.numbers["x"], columns.numbers["y"]
        placement = columns.numbers["placement"]
        rows = np.flatnonzero(placement == EXACT)
        along = morton(x[rows], y[rows])
        order = np.argsort(along, kind="stable")
        self._rows, self._along = rows[order], along[order]
        self._x, self._y = x, y
        self.groups, self._group = _groups(columns)
        self.kinds, self._kind = columns.facets["kind"].values, _single_value(columns.facets["kind"])
        self.areas, self._area = _areas(columns, placement)

    def cells(self, rows: Mask, zoom: int, column: int, row: int) -> tuple[Cells, Integers]:
        """Return the cells of a tile, counting the rows of the mask, and the rows that were gathered in them."""
        start, end = np.searchsorted(self._along, morton_range(zoom, column, row))
        found = self._rows[start:end]
        found = found[rows[found]]
        cells = gather(self._x[found], self._y[found], self._group[found], len(self.groups), zoom=zoom)
        return merge_near(cells, zoom=zoom), found

    def counts_of_areas(self, rows: Mask) -> NDArray[np.int64]:
        """Return int64[areas, kinds]: how many rows of the mask stand for each area."""
        found = np.flatnonzero(rows & (self._area >= 0))
        places = self._area[found] * len(self.kinds) + self._kind[found]
        counted = np.bincount(places, minlength=len(self.areas) * len(self.kinds))
        counts: NDArray[np.int64] = counted.reshape(len(self.areas), len(self.kinds))
        return counts


class TileMaker:
    """Makes tiles of one state of the index; may be used from many threads."""

    def __init__(self, reader: SearchReader) -> None:
        self.places = Places(reader.columns)
        self._names: dict[int, dict[str, str | int]] = {}
        self._masks: Recent[Mask] = Recent(_MASKS_KEPT)
        self.kept: Recent[bytes] = Recent(4096)

    def tile(
        self,
        reader: SearchReader,
        request: SearchRequest,
        zoom: int,
        column: int,
        row: int,
        *,
        name_of_area: NameOfArea,
        keep: bool = False,
    ) -> bytes:
        """Return a tile of what a request finds, whatever its page, order and bounds.

        Parameters
        ----------
        reader : the state this maker was made of
        keep : remember the tile while this state lives; for what many ask, as it takes room

        Raises
        ------
        ValueError : there is no such tile
        """
        if not is_tile(zoom, column, row):
            raise ValueError(f"no tile {zoom}/{column}/{row}")

        def make() -> bytes:
            mask = self._mask(reader, request)
            return encode(
                {
                    "places": self._place_features(reader, mask, zoom, column, row),
                    "areas": self._area_features(mask, zoom, column, row, name_of_area),
                }
            )

        if not keep:
            return make()
        return self.kept.get((frozenset(request.audience), zoom, column, row), make)

    def middles(
        self,
        reader: SearchReader,
        request: SearchRequest,
        bounds: tuple[float, float, float, float],
        zoom: int,
    ) -> list[tuple[float, float, int]]:
        """Return the middle and count of each cluster of a zoom inside west, north, east, south of the square."""
        mask = self._mask(reader, request)
        first, last = (int(side * (1 << zoom)) for side in bounds[::2])
        top, bottom = (int(side * (1 << zoom)) for side in bounds[1::2])
        found: list[tuple[float, float, int]] = []
        for column in range(first, last + 1):
            for row in range(top, bottom + 1):
                cells, _ = self.places.cells(mask, zoom, column, row)
                found += zip(
                    cells.x / MERCATOR_STEPS, cells.y / MERCATOR_STEPS, cells.count.tolist(), strict=True
                )
        west, north, east, south = bounds
        return [
            (float(x), float(y), count) for x, y, count in found if west <= x <= east and north <= y <= south
        ]

    def _mask(self, reader: SearchReader, request: SearchRequest) -> Mask:
        def make() -> Mask:
            mask = np.zeros(len(reader), np.bool_)
            mask[matching_rows(reader, request)] = True
            return mask

        return self._masks.get((request.text, request.counted()), make)

    def _place_features(
        self, reader: SearchReader, mask: Mask, zoom: int, column: int, row: int
    ) -> Sequence[Feature]:
        cells, rows = self.places.cells(mask, zoom, column, row)
        x, y = _in_tile(cells.x, zoom, column), _in_tile(cells.y, zoom, row)
        features = []
        for cell, count in enumerate(cells.count.tolist()):
            properties: Mapping[str, str | int]
            if count == 1:
                properties = self._named(reader, int(rows[cells.first[cell]]))
            else:
                by_group = cells.by_group[cell].tolist()
                properties = {"n": count} | {
                    name: number for name, number in zip(self.places.groups, by_group, strict=True) if number
                }
            features.append(Feature(x[cell], y[cell], properties))
        return features

    def _area_features(
        self, mask: Mask, zoom: int, column: int, row: int, name_of_area: NameOfArea
    ) -> Sequence[Feature]:
        shift = STEP_BITS - zoom
        here = [
            number
            for number, area in enumerate(self.places.areas)
            if area.x >> shift == column and area.y >> shift == row
        ]
        if not here:
            return []
        counts = self.places.counts_of_areas(mask)
        features = []
        for number in here:
            of_kinds = counts[number].tolist()
            if not sum(of_kinds):
                continue
            area = self.places.areas[number]
            (x,) = _in_tile(np.array([area.x]), zoom, column)
            (y,) = _in_tile(np.array([area.y]), zoom, row)
            counted = {kind: count for kind, count in zip(self.places.kinds, of_kinds, strict=True) if count}
            properties: dict[str, str | int] = {"level": area.level, "code": area.code, "n": sum(of_kinds)}
            properties |= _sides("", name_of_area(area.level, area.code))
            features.append(Feature(x, y, properties | dict(sorted(counted.items()))))
        return features

    def _named(self, reader: SearchReader, row: int) -> Mapping[str, str | int]:
        """Return what a tile says of a single record."""
        known = self._names.get(row)
        if known is None:
            if len(self._names) >= _NAMES_KEPT:
                self._names.clear()
            known = self._names[row] = _said_of(reader.source(row))
        return known


_makers: WeakKeyDictionary[SearchReader, TileMaker] = WeakKeyDictionary()
_making = threading.Lock()


def tile_maker(reader: SearchReader) -> TileMaker:
    """Return the maker of a state of the index, one a process."""
    with _making:
        maker = _makers.get(reader)
        if maker is None:
            maker = _makers[reader] = TileMaker(reader)
        return maker


def _said_of(source: Mapping[str, Any]) -> dict[str, str | int]:
    said: dict[str, str | int] = {"key": source["key"], "kind": source["kind"]}
    for facet in ("platform_type", "facility_type"):
        if values := source["facets"].get(facet):
            said["type"] = values[0]
    said |= _sides("", LocalText(*source["title"]))
    if source["organisations"]:
        said |= _sides("org_", LocalText(*source["organisations"][0]))
    if source["demonstration"]:
        said["demonstration"] = 1
    return said


def _sides(prefix: str, text: LocalText) -> dict[str, str]:
    """Return a text's sides as properties; a missing one is filled by the other."""
    return {f"{prefix}{side}": text.in_language(side) for side in ("zh", "en") if text}


def _groups(columns: Columns) -> tuple[tuple[str, ...], Integers]:
    """Return the names of the groups that clusters count, and each row's: a platform's type, else the kind."""
    kind, platform_type = columns.facets["kind"], columns.facets["platform_type"]
    kinds, types = _single_value(kind), _single_value(platform_type)
    has_type = types >= 0
    group = np.where(has_type, len(kind.values) + types, kinds)
    names = (*kind.values, *platform_type.values)
    # In an order that does not depend on what else is in the index.
    ordered = sorted(range(len(names)), key=lambda number: names[number])
    place = np.empty(len(names), np.int64)
    place[ordered] = np.arange(len(names))
    return tuple(names[number] for number in ordered), place[group] if len(names) else group


def _single_value(column: SetColumn) -> Integers:
    """Return for each row the number of the first value of its set, -1 where it is empty."""
    of_set = np.full(len(column.codes), -1, np.int64)
    has_one = np.diff(column.start) > 0
    of_set[has_one] = column.set_values[column.start[:-1][has_one]]
    found: Integers = of_set[column.sets]
    return found


def _areas(columns: Columns, placement: NDArray[np.int64]) -> tuple[tuple[Area, ...], Integers]:
    """Return the areas, ordered by level and code, and the number of each row's, -1 where it has none."""
    areas: list[Area] = []
    of_row = np.full(len(placement), -1, np.int64)
    for number, level in enumerate(PLACEMENTS[: EXACT - 1], 1):
        column = columns.facets[level]
        codes = _single_value(column)
        for value, code in sorted(enumerate(column.values), key=lambda pair: pair[1]):
            rows = np.flatnonzero((placement == number) & (codes == value))
            # A point that was mended since stands beside the old one until the index has been brought up.
            points = columns.numbers["x"][rows] << STEP_BITS | columns.numbers["y"][rows]
            for point in np.unique(points).tolist():
                of_row[rows[points == point]] = len(areas)
                areas.append(Area(level, code, point >> STEP_BITS, point & ((1 << STEP_BITS) - 1)))
    return tuple(areas), of_row


def _in_tile(steps: Integers, zoom: int, number: int) -> list[int]:
    """Return places inside a tile, 0 ≤ place < `EXTENT`."""
    size = STEP_BITS - zoom
    places = ((steps - (number << size)) * EXTENT) >> size
    found: list[int] = places.tolist()
    return found
