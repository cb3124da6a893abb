"""What a request to the feature service asks: bbox, datetime, limit, place in the walk. Pure: texts in, values out.

Source: OGC API – Features – Part 1: Core (OGC 17-069r4), clauses 7.15.2 to 7.15.8. Every parameter that the service
does not know, and every value that cannot be read, is an error of the request (7.15.2, /req/core/query-param-unknown
and -invalid): a filter that is passed over would answer another question than was asked.
"""

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

DEFAULT_LIMIT = 100
MOST = 1000  # items a page; more than that is answered with that many (7.15.3, /req/core/fc-limit-response-1)
_KEY = re.compile(r"[A-Za-z0-9_-]{1,40}")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
OPEN_ENDS = frozenset({"", ".."})


class FeatureRequestError(ValueError):
    """The request cannot be read. `parameter` names what is wrong, the message what to write instead."""

    def __init__(self, parameter: str, message: str) -> None:
        super().__init__(message)
        self.parameter = parameter


@dataclass(frozen=True, slots=True)
class Box:
    """Degrees, WGS-84, longitude before latitude, edges included. `west` > `east` goes across the 180th meridian."""

    west: float
    south: float
    east: float
    north: float

    def holds(self, longitude: float, latitude: float) -> bool:
        """Tell whether a point lies in it."""
        if not self.south <= latitude <= self.north:
            return False
        if self.west <= self.east:
            return self.west <= longitude <= self.east
        return longitude >= self.west or longitude <= self.east


@dataclass(frozen=True, slots=True)
class FeatureRequest:
    """One request for items.

    begins, ends : the time asked for, both included; None is open; `ends` of a day is its last microsecond
    after, before : key of the item next to which the page lies, '' for none; never both
    filters : names of properties → values that must be equal
    """

    limit: int = DEFAULT_LIMIT
    box: Box | None = None
    begins: datetime | None = None
    ends: datetime | None = None
    after: str = ""
    before: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)


def read_request(parameters: Mapping[str, Sequence[str]], properties: Collection[str]) -> FeatureRequest:
    """Read the parameters of a request for items.

    Parameters
    ----------
    parameters : name → values as they came
    properties : names of the properties that can be filtered by

    Raises FeatureRequestError for a parameter nobody knows, one that comes twice, and a value that cannot be read.
    """
    known = {"limit", "bbox", "datetime", "after", "before", *properties}
    single = single_values(parameters, known)
    after, before = _key("after", single), _key("before", single)
    if after and before:
        raise FeatureRequestError("before", "'after' and 'before' exclude each other: send one of them.")
    begins, ends = _times(single["datetime"]) if "datetime" in single else (None, None)
    return FeatureRequest(
        limit=_limit(single["limit"]) if "limit" in single else DEFAULT_LIMIT,
        box=_box(single["bbox"]) if "bbox" in single else None,
        begins=begins,
        ends=ends,
        after=after,
        before=before,
        filters={name: single[name][:60] for name in properties if name in single},
    )


def single_values(parameters: Mapping[str, Sequence[str]], known: Collection[str]) -> dict[str, str]:
    """Return each parameter's one value. Raises FeatureRequestError."""
    found: dict[str, str] = {}
    for name, values in parameters.items():
        if name not in known:
            raise FeatureRequestError(
                name[:40],
                f"There is no parameter called '{name[:40]}'. Known are: {', '.join(sorted(known)) or 'none'}.",
            )
        if len(values) != 1:
            raise FeatureRequestError(name, f"'{name}' was sent {len(values)} times: send it once.")
        found[name] = values[0].strip()
    return found


def _limit(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) >= 1):
        raise FeatureRequestError("limit", f"'limit' is a whole number from 1 to {MOST}.")
    return min(int(text), MOST)


def _box(text: str) -> Box:
    """Read four numbers, or six with heights, which are read and not used: nothing here has a height."""
    parts = text.split(",")
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        raise _box_error() from None
    if len(numbers) not in (4, 6) or not all(math.isfinite(number) for number in numbers):
        raise _box_error()
    west, south, east, north = numbers if len(numbers) == 4 else (*numbers[:2], *numbers[3:5])
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):
        raise _box_error()
    return Box(west, south, east, north)


def _box_error() -> FeatureRequestError:
    return FeatureRequestError(
        "bbox",
        "'bbox' is west,south,east,north in degrees (WGS-84): longitudes from -180 to 180, latitudes from -90 to 90, "
        "south not above north; heights may stand third and last of six numbers.",
    )


def _times(text: str) -> tuple[datetime | None, datetime | None]:
    first, slash, last = text.partition("/")
    if not slash:
        if text in OPEN_ENDS:
            raise _time_error()
        return _moment(text), _moment(text, is_end=True)
    if first in OPEN_ENDS and last in OPEN_ENDS:
        raise _time_error()
    begins = None if first in OPEN_ENDS else _moment(first)
    ends = None if last in OPEN_ENDS else _moment(last, is_end=True)
    if begins is not None and ends is not None and begins > ends:
        raise FeatureRequestError("datetime", "'datetime' ends before it begins.")
    return begins, ends


def _moment(text: str, *, is_end: bool = False) -> datetime:
    try:
        if _DAY.fullmatch(text):
            day = datetime.fromisoformat(text).replace(tzinfo=UTC)
            return day + timedelta(days=1, microseconds=-1) if is_end else day
        if _MOMENT.fullmatch(text):
            return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise _time_error()


def _time_error() -> FeatureRequestError:
    return FeatureRequestError(
        "datetime",
        "'datetime' is a day (2026-05-31), a moment of RFC 3339 (2026-05-31T09:30:00Z), or two of them with a slash "
        "between; one end may be open, written '..'.",
    )


def _key(name: str, single: Mapping[str, str]) -> str:
    if name not in single:
        return ""
    if not _KEY.fullmatch(single[name]):
        raise FeatureRequestError(name, f"'{name}' is the id of an item, as a page's links give it.")
    return single[name]
