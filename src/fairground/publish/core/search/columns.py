"""Facets, audiences and dates of all documents as arrays, so that a page is counted in one pass.

A facet's column holds for each document the number of its *set* of values: most documents share their set
with many, so that a column stays one number a document however many values it has.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

MOST_VALUES = 500
MERCATOR_STEPS = 1 << 30  # a side of the mercator square, in the steps points are kept in: four centimetres

Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class SetColumn:
    """One facet: int64[n_row] numbers of value sets, and what each set holds.

    `codes` : int64[n_set] what stands for set i in the index, ascending.
    `values` : the different values.
    `set_values` : for set i the numbers of its values, `set_values[start[i]:start[i + 1]]`.
    """

    sets: NDArray[np.int64]
    codes: NDArray[np.int64]
    values: tuple[str, ...]
    start: NDArray[np.int64]
    set_values: NDArray[np.int64]

    @classmethod
    def from_codes(
        cls, codes: NDArray[np.int64], values_of: Callable[[int, int], tuple[str, ...]]
    ) -> "SetColumn":
        """Read a column of set codes; `values_of(code, row)` tells what the set of a row holds."""
        unique, first, sets = np.unique(codes, return_index=True, return_inverse=True)
        numbers: dict[str, int] = {}
        start = [0]
        set_values: list[int] = []
        for code, row in zip(unique.tolist(), first.tolist(), strict=True):
            values = values_of(code, row)
            set_values.extend(numbers.setdefault(value, len(numbers)) for value in values)
            start.append(len(set_values))
        return cls(
            sets.astype(np.int64),
            unique,
            tuple(numbers),
            np.array(start, np.int64),
            np.array(set_values, np.int64),
        )

    def meeting(self, values: Collection[str]) -> Mask:
        """Return bool[n_row]: which rows have at least one of the values."""
        found: Mask = self._sets_meeting(values)[self.sets]
        return found

    def codes_meeting(self, values: Collection[str]) -> list[int]:
        """Return the codes of the sets that hold at least one of the values."""
        codes: list[int] = self.codes[self._sets_meeting(values)].tolist()
        return codes

    def _sets_meeting(self, values: Collection[str]) -> Mask:
        wanted = np.array([value in values for value in self.values], np.bool_)
        per_set = np.zeros(len(self.codes), np.bool_)
        owner = np.repeat(np.arange(len(per_set)), np.diff(self.start))
        per_set[owner[wanted[self.set_values]]] = True
        return per_set

    def counts(self, rows: Rows) -> tuple[tuple[str, int], ...]:
        """Return the values the rows have with how many rows have each, most frequent first, then by value.

        Of more than `MOST_VALUES` values the most frequent are returned.
        """
        return self._counts(np.bincount(self.sets[rows], minlength=len(self.codes)))

    def counts_of_codes(self, rows_of: Mapping[int, int]) -> tuple[tuple[str, int], ...]:
        """Return the same from how many rows have each set, by its code."""
        per_set = np.zeros(len(self.codes), np.int64)
        codes = np.fromiter(rows_of.keys(), np.int64, len(rows_of))
        per_set[np.searchsorted(self.codes, codes)] = np.fromiter(rows_of.values(), np.int64, len(rows_of))
        return self._counts(per_set)

    def _counts(self, per_set: NDArray[np.int64]) -> tuple[tuple[str, int], ...]:
        per_value = np.bincount(
            self.set_values, np.repeat(per_set, np.diff(self.start)), minlength=len(self.values)
        )
        found = np.flatnonzero(per_value)
        if len(found) > MOST_VALUES:
            found = found[np.argpartition(-per_value[found], MOST_VALUES)[:MOST_VALUES]]
        counted = [(self.values[value], int(per_value[value])) for value in found.tolist()]
        return tuple(sorted(counted, key=lambda pair: (-pair[1], pair[0])))


@dataclass(frozen=True, eq=False)
class Columns:
    """The columns of one state of the index; row i is the same document in all of them.

    `row_of` : int64[highest sequence + 1], sequence number of a document → its row, -1 where there is none.
    `facets` : by code of the facet. `audience` : who may see each row.
    `numbers` : int64[n_row] each: 'published_at', 'changed_at', 'valid_until', 'amount_low', 'amount_high' (-1 where
        unknown), 'demonstration' (0, 1), 'x', 'y' in `MERCATOR_STEPS` (-1 where the row has no place), 'placement'
        (0 no place, 1 its region's point, 2 its zone's, 3 its own).
    """

    row_of: NDArray[np.int64]
    facets: Mapping[str, SetColumn]
    audience: SetColumn
    numbers: Mapping[str, NDArray[np.int64]]

    def __len__(self) -> int:
        return len(self.audience.sets)


@dataclass(frozen=True, eq=False)
class Selection:
    """Which rows a request leaves: what every count obeys, and each filtered facet's own mask."""

    visible: Mask
    by_facet: Mapping[str, Mask] = field(default_factory=dict)

    def rows(self, of: Rows | None) -> Rows:
        """Return the rows among `of` (None: all) that pass everything, in the order of `of`."""
        return self._passing(of, tuple(self.by_facet.values()))

    def rows_for_counting(self, of: Rows | None, facet: str) -> Rows:
        """Return the rows among `of` that pass everything but the facet's own filter."""
        return self._passing(of, tuple(mask for name, mask in self.by_facet.items() if name != facet))

    def _passing(self, of: Rows | None, masks: Sequence[Mask]) -> Rows:
        if of is None:
            mask = self.visible
            for other in masks:
                mask = mask & other
            return np.flatnonzero(mask)
        for mask in (self.visible, *masks):
            of = of[mask[of]]
        return of


def facet_counts(
    columns: Columns, selection: Selection, of: Rows | None, facets: Sequence[str]
) -> dict[str, tuple[tuple[str, int], ...]]:
    """Count each facet's values over the rows `of` that pass all filters but the facet's own."""
    rows = selection.rows(of)
    return {
        facet: columns.facets[facet].counts(
            selection.rows_for_counting(of, facet) if facet in selection.by_facet else rows
        )
        for facet in facets
    }
