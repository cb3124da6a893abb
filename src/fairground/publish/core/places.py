"""The records of one place as arrays: counted by kind, by year and by month. Pure: rows in, numbers out."""

from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fairground.publish.core.search.columns import Columns, Mask

By = Literal["month", "year"]
MOST_MONTHS = 36  # more of them are counted by the year


@dataclass(frozen=True, eq=False)
class PlaceRows:
    """What is in a place, one entry a record.

    kinds : codes; `kind` : int64[n], index into `kinds`.
    published_at, ends_at : int64[n], seconds since 1970, -1 where there is none.
    ids : int64[n], what the caller finds the record by.
    """

    kinds: tuple[str, ...]
    kind: NDArray[np.int64]
    published_at: NDArray[np.int64]
    ends_at: NDArray[np.int64]
    ids: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.ids)

    def only(self, mask: Mask) -> "PlaceRows":
        """Return the rows where `mask` (bool[n]) is set."""
        return PlaceRows(
            self.kinds, self.kind[mask], self.published_at[mask], self.ends_at[mask], self.ids[mask]
        )

    def of_kind(self, code: str) -> "PlaceRows":
        """Return the rows of one kind; none for a kind that is not there."""
        number = self.kinds.index(code) if code in self.kinds else -1
        return self.only(self.kind == number)

    def open_at(self, now: int) -> "PlaceRows":
        """Return the rows that have no end, or one at or after `now` (seconds since 1970)."""
        return self.only((self.ends_at < 0) | (self.ends_at >= now))

    def newest(self) -> NDArray[np.int64]:
        """Return the ids, what was published last first; equal ones by id, the higher first."""
        order = np.lexsort((-self.ids, -self.published_at))
        ids: NDArray[np.int64] = self.ids[order]
        return ids

    def counts(self) -> dict[str, int]:
        """Return how many there are of each kind that is there."""
        per_kind = np.bincount(self.kind, minlength=len(self.kinds))
        return {code: int(count) for code, count in zip(self.kinds, per_kind, strict=True) if count}


@dataclass(frozen=True, slots=True)
class Period:
    """A year ('2026') or a month ('2026-05'), and how many records of each kind were published in it."""

    code: str
    counts: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def rows_with(
    columns: Columns, visible: Mask, *, zones: Collection[str] = (), regions: Collection[str] = ()
) -> PlaceRows:
    """Return the rows an asker may see that stand in one of the zones or name one of the regions.

    Parameters
    ----------
    visible : bool[n_row], of `SearchReader.visible_to`
    zones, regions : codes; none at all finds nothing

    Cost: O(documents), some hundred microseconds at 100,000.
    """
    inside = columns.facets["zone"].meeting(frozenset(zones))
    if regions:
        inside = inside | columns.facets["region"].meeting(frozenset(regions))
    rows = np.flatnonzero(visible & inside)
    kinds = columns.facets["kind"]
    # A set of this column holds one value: the kind of a document.
    of_set = kinds.set_values[kinds.start[:-1]] if len(kinds.set_values) else np.zeros(0, np.int64)
    return PlaceRows(
        kinds.values,
        of_set[kinds.sets[rows]],
        columns.numbers["published_at"][rows],
        columns.numbers["valid_until"][rows],
        rows,
    )


def region_prefix(code: str) -> str:
    """Return what the codes of all that lies in a region begin with: '13' of 130000, '1306' of 130600.

    A country's code is its own: what lies in it is not told by the code.
    """
    if not code.isdigit():
        return code
    if code.endswith("0000"):
        return code[:2]
    return code[:4] if code.endswith("00") else code


def periods_of(rows: PlaceRows, by: By, zone: tzinfo) -> tuple[Period, ...]:
    """Count what was published in each year or month from the first to the last, empty ones included.

    Parameters
    ----------
    zone : whose clock says in which month a moment lies

    Returns
    -------
    tuple of Period, ascending; none where no record has a day of publication. A record counts in one period.
    """
    known = rows.only(rows.published_at >= 0)
    if not len(known):
        return ()
    first, last = (
        datetime.fromtimestamp(int(moment), UTC).astimezone(zone)
        for moment in (known.published_at.min(), known.published_at.max())
    )
    starts = _starts(first, last, by, zone)
    seconds = np.array([int(start.timestamp()) for start in starts], np.int64)
    places = np.searchsorted(seconds, known.published_at, side="right") - 1
    table = np.zeros((len(starts), len(rows.kinds)), np.int64)
    np.add.at(table, (places, known.kind), 1)
    return tuple(
        Period(
            f"{start:%Y}" if by == "year" else f"{start:%Y-%m}",
            {code: int(count) for code, count in zip(rows.kinds, line, strict=True) if count},
        )
        for start, line in zip(starts, table, strict=True)
    )


def suitable_period(rows: PlaceRows) -> By:
    """Return 'month' where the rows span at most `MOST_MONTHS`, else 'year'."""
    known = rows.published_at[rows.published_at >= 0]
    if not len(known):
        return "month"
    return "month" if int(known.max() - known.min()) <= MOST_MONTHS * 30 * 86_400 else "year"


def rows_in_period(rows: PlaceRows, code: str, zone: tzinfo) -> PlaceRows:
    """Return the rows published in a year '2026' or a month '2026-05'. Raises ValueError for another code."""
    by: By = "year" if len(code) == 4 else "month"
    start = datetime.strptime(code, "%Y" if by == "year" else "%Y-%m").replace(tzinfo=zone)
    end = _next(start, by)
    moments = rows.published_at
    return rows.only((moments >= int(start.timestamp())) & (moments < int(end.timestamp())))


def _starts(first: datetime, last: datetime, by: By, zone: tzinfo) -> list[datetime]:
    start = datetime(first.year, 1 if by == "year" else first.month, 1, tzinfo=zone)
    starts = [start]
    while (start := _next(start, by)) <= last:
        starts.append(start)
    return starts


def _next(start: datetime, by: By) -> datetime:
    if by == "year" or start.month == 12:
        return start.replace(year=start.year + 1, month=1)
    return start.replace(month=start.month + 1)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart, in units of its drawing: `x`, `y` of the upper left corner, `height` down to the base."""

    x: float
    y: float
    height: float
    code: str
    total: int


def bars_of(periods: Sequence[Period], *, step: float, height: float) -> tuple[Bar, ...]:
    """Return the bars of a chart, `step` apart, the highest as high as `height`; what counts nothing has no height."""
    most = max((period.total for period in periods), default=0) or 1
    return tuple(
        Bar(
            round(place * step, 2),
            round(height - period.total / most * height, 2),
            round(period.total / most * height, 2),
            period.code,
            period.total,
        )
        for place, period in enumerate(periods)
    )


def tick_of(most: int) -> int:
    """Return a round number not above `most`, for the one line of a chart that is labelled: 1, 2, 5, 10, 20, 50 …

    >>> [tick_of(most) for most in (1, 4, 9, 60, 137)]
    [1, 2, 5, 50, 100]
    """
    steps = [factor * 10**power for power in range(9) for factor in (1, 2, 5)]
    return steps[max(0, bisect_right(steps, most) - 1)]
