"""Opening hours as a line that a person types and reads: '9:00-12:00, 13:00-17:00', nothing for a closed day."""

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

from fairground.kernel.intervals import DAY_MINUTES, WallSpan
from fairground.language.local_text import LocalText

_PART = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?-(\d{1,2})(?:[:.](\d{2}))?")
_MOST_PARTS = 6


class WrongHoursError(ValueError):
    """A line is no hours. `message` says what to write, in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        self.message = LocalText(zh, en)
        super().__init__(en)


def read_line(line: str) -> tuple[WallSpan, ...]:
    """Return the hours of one day, in order; none for an empty line. Raises WrongHoursError.

    >>> read_line("9-12, 13:30-17:00")
    (WallSpan(opens=540, closes=720), WallSpan(opens=810, closes=1020))
    """
    text = re.sub("[‐‑‒–—―~〜～−至到]+", "-", unicodedata.normalize("NFKC", line))
    text = re.sub(r"\s", "", text)
    if not text:
        return ()
    parts = re.split("[,、;]", text)
    if len(parts) > _MOST_PARTS:
        raise WrongHoursError(f"一天最多{_MOST_PARTS}段。", f"At most {_MOST_PARTS} spans a day.")
    spans = sorted(_span(part) for part in parts)
    for one, other in pairwise(spans):
        if one.closes > other.opens:
            raise WrongHoursError("时段互相重叠。", "Two of the spans overlap.")
    return tuple(spans)


def _span(part: str) -> WallSpan:
    found = _PART.fullmatch(part)
    numbers = [int(each or 0) for each in found.groups()] if found else []
    if not numbers or numbers[1] > 59 or numbers[3] > 59 or numbers[0] > 23 or numbers[2] > 24:
        raise WrongHoursError(
            "请写成“9:00-17:00”；分段用逗号隔开，休息日留空。",
            "Write 9:00-17:00, with a comma between spans; leave a closed day empty.",
        )
    opens, closes = numbers[0] * 60 + numbers[1], numbers[2] * 60 + numbers[3]
    if closes > DAY_MINUTES:
        raise WrongHoursError("一天到24:00为止。", "A day ends at 24:00.")
    if closes <= opens:
        closes += DAY_MINUTES
    return WallSpan(opens, closes)


def write_line(spans: Sequence[WallSpan]) -> str:
    """Return hours as they are typed; '' for a closed day."""
    return ", ".join(f"{clock(span.opens)}-{clock(span.closes)}" for span in spans)


def clock(minutes: int) -> str:
    """Return minutes after midnight as a clock shows them; 24:00 for the end of the day."""
    shown = minutes if minutes <= DAY_MINUTES else minutes - DAY_MINUTES
    return f"{shown // 60:02d}:{shown % 60:02d}"
