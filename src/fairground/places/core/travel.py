"""How long it takes from one place to another: an operator's table where it has the way, else an estimated range.

The house has no timetable. What is not in the table is computed from the great-circle distance and from assumptions
that the operator sets; it is a range, says that it is one, and is never shown as a fact.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from fairground.language.local_text import LocalText
from fairground.language.normalise import fold
from fairground.places.core.coordinates import distance_m

MODES = {"rail": LocalText("铁路", "rail"), "road": LocalText("公路", "road")}
MOST_ROWS = 20_000
MOST_MINUTES = 7 * 24 * 60
_LONGEST_NAME = 80
_MODE_WORDS = {
    "rail": "rail", "train": "rail", "高铁": "rail", "铁路": "rail", "动车": "rail", "火车": "rail", "城际": "rail",
    "road": "road", "car": "road", "drive": "road", "driving": "road",
    "公路": "road", "车程": "road", "驾车": "road", "开车": "road",
}  # fmt: skip
_COLUMNS = {
    "from": ("from", "起点", "出发地", "出发"),
    "to": ("to", "终点", "目的地", "到达"),
    "minutes": ("minutes", "分钟", "时间", "时长", "用时"),
    "mode": ("mode", "方式", "交通方式"),
    "source": ("source", "来源", "出处"),
}
_SUFFIX = re.compile(
    r"(?:国家级?|省级)?(?:高新技术产业开发区|经济技术开发区|高新区|开发区)$|(?<=[\u4e00-\u9fff]{2})[市省]$|"
    r"\s(?:national\s)?(?:high-tech|hi-tech|development|new)\s(?:development\s)?(?:zone|area|park)$|\s(?:city|municipality|province)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Assumptions:
    """From what a travelling time is estimated; each a range, the good case first.

    kmh : speed along the way. extra_minutes : to the station, waiting, parking. detour : length of the way for each
    kilometre as the crow flies.
    """

    rail_kmh: tuple[float, float] = (250.0, 150.0)
    rail_extra_minutes: tuple[float, float] = (10.0, 30.0)
    road_kmh: tuple[float, float] = (90.0, 55.0)
    road_extra_minutes: tuple[float, float] = (5.0, 15.0)
    detour: tuple[float, float] = (1.1, 1.3)


@dataclass(frozen=True, slots=True)
class Estimate:
    """Minutes by one mode, from the good case to the bad one. Never a fact."""

    low: float
    high: float
    mode: str

    def said(self, assumptions: Assumptions) -> LocalText:
        """Say the range and what it rests on."""
        kmh, extra = (
            (assumptions.rail_kmh, assumptions.rail_extra_minutes)
            if self.mode == "rail"
            else (assumptions.road_kmh, assumptions.road_extra_minutes)
        )
        mode, detour = MODES[self.mode], assumptions.detour
        return LocalText(
            f"估算{mode.zh}约 {self.low:.0f}–{self.high:.0f} 分钟（按直线距离的 {detour[0]:g}–{detour[1]:g} 倍、"
            f"时速 {kmh[1]:g}–{kmh[0]:g} 公里、另加 {extra[0]:g}–{extra[1]:g} 分钟推算，不是时刻表）",
            f"estimated {self.low:.0f}–{self.high:.0f} minutes by {mode.en} (from {detour[0]:g}–{detour[1]:g} times "
            f"the straight line at {kmh[1]:g}–{kmh[0]:g} km/h plus {extra[0]:g}–{extra[1]:g} minutes: no timetable)",
        )


@dataclass(frozen=True, slots=True)
class TravelTime:
    """One row of an operator's table."""

    origin: str
    destination: str
    minutes: float
    mode: str
    source: str
    row: int


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row of a table that was not used, and why. Rows count from 1 as a spreadsheet shows them."""

    row: int
    why: LocalText


def distance_km(first: tuple[float, float], second: tuple[float, float]) -> float:
    """Return the great-circle distance of two points (longitude, latitude), in kilometres."""
    return distance_m(*first, *second) / 1000.0


def estimate(distance: float, mode: str, assumptions: Assumptions) -> Estimate:
    """Estimate the minutes over a straight-line distance in km, ≥ 0, by 'rail' or 'road'."""
    kmh, extra = (
        (assumptions.rail_kmh, assumptions.rail_extra_minutes)
        if mode == "rail"
        else (assumptions.road_kmh, assumptions.road_extra_minutes)
    )
    low = extra[0] + distance * assumptions.detour[0] / kmh[0] * 60
    high = extra[1] + distance * assumptions.detour[1] / kmh[1] * 60
    return Estimate(low, high, mode)


def plain_name(name: str) -> str:
    """Return a place's name as it is compared: folded, in lower case, without 市 or 'High-tech Zone' behind it."""
    folded = " ".join(fold(name).casefold().split())
    plain = _SUFFIX.sub("", folded).strip()
    return plain or folded


@dataclass(frozen=True)
class TravelTable:
    """An operator's travelling times; a way holds in both directions."""

    rows: tuple[TravelTime, ...] = ()
    bad_rows: tuple[BadRow, ...] = ()
    file: str = ""

    @cached_property
    def _by_way(self) -> Mapping[frozenset[str], tuple[TravelTime, ...]]:
        found: dict[frozenset[str], list[TravelTime]] = {}
        for row in self.rows:
            found.setdefault(frozenset((plain_name(row.origin), plain_name(row.destination))), []).append(row)
        return {way: tuple(rows) for way, rows in found.items()}

    def between(self, first: Iterable[str], second: Iterable[str], mode: str = "") -> TravelTime | None:
        """Return the shortest listed way between two places, each by any of its names; None where there is none.

        `mode` : 'rail', 'road', or '' for either.
        """
        ways = [
            row
            for one in {plain_name(name) for name in first}
            for other in {plain_name(name) for name in second}
            for row in self._by_way.get(frozenset((one, other)), ())
            if one != other and mode in ("", row.mode)
        ]
        return min(ways, key=lambda row: (row.minutes, row.row), default=None)


def read_travel_rows(
    columns: Sequence[str], rows: Iterable[tuple[int, Mapping[str, object]]], file: str = ""
) -> TravelTable:
    """Read a travel table: from, to, minutes, mode (rail or road) and source, in Chinese or English columns.

    Parameters
    ----------
    columns : the header as printed
    rows : number of each row (1 is the first of the sheet) and its cells by column

    Returns
    -------
    TravelTable: good rows, and each bad one with its number and reason. Never raises for what is in a cell.
    """
    names = {" ".join(fold(column).casefold().split()): column for column in columns}
    named = {
        part: next((names[word] for word in words if word in names), None) for part, words in _COLUMNS.items()
    }
    if missing := [part for part, column in named.items() if column is None]:
        why = LocalText(
            f"缺少列：{'、'.join(missing)}。需要 from、to、minutes、mode、source（起点、终点、分钟、方式、来源）。",
            f"Columns missing: {', '.join(missing)}. Wanted: from, to, minutes, mode, source.",
        )
        return TravelTable(bad_rows=(BadRow(1, why),), file=file)
    good: list[TravelTime] = []
    bad: list[BadRow] = []
    for number, cells in rows:
        if len(good) >= MOST_ROWS:
            why = LocalText(f"表太长：只读前 {MOST_ROWS} 行。", f"Too long: {MOST_ROWS} rows are read.")
            bad.append(BadRow(number, why))
            break
        cell = {part: _text(cells.get(str(column))) for part, column in named.items()}
        read = _read_row(number, cell)
        if isinstance(read, BadRow):
            bad.append(read)
        else:
            good.append(read)
    return TravelTable(tuple(good), tuple(bad), file)


def _text(value: object) -> str:
    return "" if value is None else " ".join(str(value).split())


def _read_row(number: int, cell: Mapping[str, str]) -> TravelTime | BadRow:
    def bad(zh: str, en: str) -> BadRow:
        return BadRow(number, LocalText(zh, en))

    for part in ("from", "to"):
        if not cell[part] or len(cell[part]) > _LONGEST_NAME:
            return bad(f"{part} 为空或过长", f"'{part}' is empty or too long")
    if plain_name(cell["from"]) == plain_name(cell["to"]):
        return bad("起点和终点相同", "'from' and 'to' are the same place")
    try:
        minutes = float(fold(cell["minutes"]))
    except ValueError:
        return bad(f"分钟不是数字：{cell['minutes'][:40]}", f"'minutes' is no number: {cell['minutes'][:40]}")
    if not math.isfinite(minutes) or not 0 < minutes <= MOST_MINUTES:
        return bad("分钟要大于 0，且不超过一周", "'minutes' must be above 0 and within a week")
    mode = _MODE_WORDS.get(fold(cell["mode"]).casefold())
    if mode is None:
        return bad(
            f"方式不认识：{cell['mode'][:40]}；写 rail 或 road",
            f"'mode' is '{cell['mode'][:40]}'; write rail or road",
        )
    if not cell["source"]:
        return bad("没有来源：没有出处的时间不采用", "no source: a time that nobody vouches for is not used")
    return TravelTime(cell["from"], cell["to"], minutes, mode, cell["source"][:300], number)
