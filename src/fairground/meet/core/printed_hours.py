"""A reading of opening hours as they are printed: a suggestion for whoever makes a rule of them, never the rule itself.

'周一至周五 9:00-17:00', 'Mon–Fri 9–17', 'Tuesdays and Thursdays, 9 am to 4 pm', '全年每天24小时'.
What is not plain is not read: half a reading would be taken for a whole one.
"""

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise

from fairground.kernel.intervals import DAY_MINUTES, WallSpan

Week = tuple[tuple[WallSpan, ...], ...]
_LONGEST = 300  # characters: opening hours, not a page of text

_ZH_DAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6, "末": 5}
_EN_DAYS = {"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6}
_EN_DAY = r"(?:mon|tue|wed|thu|fri|sat|sun)(?:s|day|days|sday|sdays|nesday|nesdays|r|rs|rsday|rsdays|urday|urdays)?\.?"
_TO = r"(?:-|至|到|to|until|till)"
_TIME = (
    r"(?P<{0}half>上午|下午|中午|晚上|晚)?(?P<{0}hour>\d{{1,2}})(?:[:.点时](?P<{0}minute>\d{{2}}|半)?分?)?"
    r"\s*(?P<{0}after>am|pm|a\.m\.|p\.m\.)?"
)
_SPAN = re.compile(_TIME.format("a") + rf"\s*{_TO}\s*" + _TIME.format("b"))
_ALL_DAY = re.compile(r"24\s*(?:小时|hours|h\b)|全天|昼夜|round the clock|day and night|24/7")
_EVERY_DAY = re.compile(r"每天|每日|全年|天天|daily|every day|all year|24/7|day and night")
_WORKDAYS = re.compile(r"工作日|workdays?|working days?|weekdays?")
_WEEKEND = re.compile(r"周末|双休日|weekends?")
_ZH_RANGE = re.compile(
    rf"(?:每?(?:周|星期|礼拜))([一二三四五六日天])\s*{_TO}\s*(?:周|星期|礼拜)?([一二三四五六日天])"
)
_ZH_LIST = re.compile(
    r"(?:每?(?:周|星期|礼拜))([一二三四五六日天](?:\s*[、,和及]?\s*(?:周|星期|礼拜)?[一二三四五六日天])*)"
)
_EN_RANGE = re.compile(rf"\b({_EN_DAY})\s*{_TO}\s*({_EN_DAY})(?![a-z])")
_EN_LIST = re.compile(rf"\b{_EN_DAY}(?![a-z])")
_DAYS = re.compile(rf"周|星期|礼拜|双休日|工作日|weekends?|weekdays?|\b{_EN_DAY}(?![a-z])")
_CLOSED = re.compile(r"休息|关闭|不开放|闭馆|closed")
# Words that change nothing of what was read. What is left beside them was not understood.
_HARMLESS = re.compile(
    r"对外开放|开放时间|开放|营业|时间|两班|三班|单班|小时|工作|每|周|open to outsiders|opening hours|open|"
    r"in (?:one|two|three) shifts?|hours|from|between|and|on|the|at|to|(?<![a-z])h(?![a-z])|及|和|为"
)
_EXCEPT = re.compile(r"除|法定|节假日|holiday|except|寒暑假|vacation|预约|appointment|单双|隔")


@dataclass(frozen=True, slots=True)
class HoursReading:
    """What was read: seven lists of hours, Monday first, and the text they were read from."""

    week: Week
    quote: str


def read_hours(printed: str) -> HoursReading | None:
    """Return the opening hours a text plainly states; None where a part of it is not understood.

    A text that speaks of holidays, exceptions or appointments is not read: whoever knows them writes the rule.

    >>> read_hours("Mon–Fri 9–17").week[4]
    (WallSpan(opens=540, closes=1020),)
    """
    quote = printed.strip()
    text = _plain(quote)
    if not text or len(text) > _LONGEST or _EXCEPT.search(text):
        return None
    week: list[tuple[WallSpan, ...]] = [()] * 7
    found = False
    for clause in _clauses(text):
        if not clause.strip(" ,."):
            continue
        read = _read_clause(clause)
        if read is None:
            return None
        days, spans = read
        for day in days:
            week[day] = tuple(sorted({*week[day], *spans})) if spans else ()
        found = found or bool(spans)
    return HoursReading(tuple(week), quote) if found and not _overlap(week) else None


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).lower()
    return re.sub(r"\s+", " ", re.sub("[‐‑‒–—―~〜～−]+", "-", folded)).strip()


def _clauses(text: str) -> list[str]:
    """Split a text where it goes on to other days: at a stop, and at a comma between hours and the next days."""
    found: list[str] = []
    for sentence in re.split(r"[;。\n]", text):
        begun = ""
        for part in sentence.split(","):
            if begun and _SPAN.search(begun) and _DAYS.search(part):
                found.append(begun)
                begun = part
            else:
                begun = f"{begun},{part}" if begun else part
        found.append(begun)
    return found


def _read_clause(clause: str) -> tuple[set[int], list[WallSpan]] | None:
    days, rest = _read_days(clause)
    is_closed = bool(_CLOSED.search(rest))
    spans, rest = _read_spans(_CLOSED.sub(" ", rest))
    if spans is None or re.sub(r"[\s,.:、()&/-]+", "", _HARMLESS.sub(" ", rest)):
        return None
    if is_closed:
        return (days, []) if days and not spans else None
    return (days, spans) if days and spans else None


def _read_days(clause: str) -> tuple[set[int], str]:
    days: set[int] = set()
    rest = clause

    def take(found: "re.Match[str]", numbers: set[int]) -> str:
        days.update(numbers)
        return " "

    rest = _EVERY_DAY.sub(lambda found: take(found, set(range(7))) + _kept_all_day(found.group()), rest)
    rest = _WORKDAYS.sub(lambda found: take(found, set(range(5))), rest)
    rest = _WEEKEND.sub(lambda found: take(found, {5, 6}), rest)
    rest = _ZH_RANGE.sub(lambda found: take(found, _between(_ZH_DAYS[found[1]], _ZH_DAYS[found[2]])), rest)
    rest = _ZH_LIST.sub(
        lambda found: take(found, {_ZH_DAYS[each] for each in found[1] if each in _ZH_DAYS}), rest
    )
    rest = _EN_RANGE.sub(
        lambda found: take(found, _between(_EN_DAYS[found[1][:3]], _EN_DAYS[found[2][:3]])), rest
    )
    rest = _EN_LIST.sub(lambda found: take(found, {_EN_DAYS[found.group()[:3]]}), rest)
    return days, rest


def _kept_all_day(words: str) -> str:
    """Of words that say both every day and all day, leave what says all day."""
    return f" {words} " if words in ("24/7", "day and night") else ""


def _between(first: int, last: int) -> set[int]:
    return {(first + number) % 7 for number in range((last - first) % 7 + 1)}


def _read_spans(text: str) -> tuple[list[WallSpan] | None, str]:
    """Return the spans and what is left; None for the spans where one of them is no time of day."""
    if _ALL_DAY.search(text):
        return [WallSpan(0, DAY_MINUTES)], _ALL_DAY.sub(" ", text)
    spans: list[WallSpan] = []
    for found in _SPAN.finditer(text):
        after = found["aafter"] or (found["bafter"] if _is_small(found) else None)
        opens = _minutes(found["ahour"], found["aminute"], found["ahalf"], after)
        closes = _minutes(found["bhour"], found["bminute"], found["bhalf"], found["bafter"])
        if opens is None or closes is None or opens == DAY_MINUTES:
            return None, text
        if closes <= opens:
            closes += DAY_MINUTES
        spans.append(WallSpan(opens, closes))
    return spans, _SPAN.sub(" ", text)


def _is_small(found: "re.Match[str]") -> bool:
    """Tell whether 'pm' behind the second time is meant for the first too: 2-4 pm, but not 9-5 pm."""
    return int(found["ahour"]) < int(found["bhour"]) != 12


def _minutes(hour: str, minute: str | None, half: str | None, after: str | None) -> int | None:
    value = int(hour)
    late = half in ("下午", "晚上", "晚") or (after or "").startswith("p")
    if late and value < 12:
        value += 12
    if (after or "").startswith("a") and value == 12:
        value = 0
    minutes = 30 if minute == "半" else int(minute or 0)
    if value > 24 or minutes > 59 or (value == 24 and minutes):
        return None
    return value * 60 + minutes


def _overlap(week: list[tuple[WallSpan, ...]]) -> bool:
    return any(one.closes > other.opens for spans in week for one, other in pairwise(spans))
