"""Does a stated value answer a wanted value? Decided on intervals, with the sense of 'better' in view.

The rules, in order:

1. A wanted value without comparator means 'at least' where more is better (efficiency, or 达到/reach
   in the text), 'at most' where less is better (cost, error), else 'equal within 2 %'.
2. *met*: everything the offer's words allow lies inside what is wanted. *contradicted*: nothing does.
   Otherwise *open*: '≥60 %' neither proves nor refutes '≥67 %'.
3. A wanted range of use (operating temperature, measuring range, 'adjustable', 覆盖) is met by an
   offer that covers it and contradicted by one that stops short of it.
4. 'up to x' is a reach where the dimension is one (temperature, speed, load): x must reach the bound.
   For a share (accuracy, efficiency) it is a best case: it can refute, not prove.
5. ±x is compared as the size x; 'about x' as x ± 5 %.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from fairground.language.quantities import Quantity

_COVERING = re.compile(
    r"可调|可(?=[切割加测处焊灌装钻磨夹抓提吊识检])|均可|\b(?:tilt|turn|rotate|swivel|reach|span|extend|range)s?\sfrom|覆盖|适用|适应|支持|适合|兼容|量程|测量范围|检测范围|工作|运行|使用|调节|耐|"
    r"可选|可设|设定|选择|可控|\bset\b|selectable|chosen|select(?:ed)?\b|var(?:y|ied)\b|rated\sfor|"
    r"adjust|tun(?:e|able)|cover|operat|work|support|handl|"
    r"measur\w+\s(?:range|from)|accommodat|withstand|surviv|function|compatible|suitable|"
    r"process(?:es)?\s|range\sof\suse",
    re.IGNORECASE,
)
_SETTABLE = re.compile(
    r"可调|调节|可选|可设|设定|adjust|tun(?:e|able)|\bset\b|chosen|select|vari(?:ed|able)", re.IGNORECASE
)
_RANGE = re.compile(r"范围|\brange", re.IGNORECASE)
# A range of these is a property that must lie within, not a reach that must be covered.
_SIZES = re.compile(
    r"粒|颗|厚度|孔径|直径|含量|particle|grain|thickness|diameter|content|pore", re.IGNORECASE
)
_REACHED = re.compile(
    r"达到|达|到达|实现|能够|可(?!靠|见|用性)|reach|achiev|attain|support|withstand|"
    r"handle|deliver|耐|承受|支持",
    re.IGNORECASE,
)
_REDUCED = re.compile(
    r"降至|降到|降低到|降低至|减至|缩短至|缩短到|控制|reduc\w*\sto|lower\w*\sto|cut\sto|"
    r"bring\w*\sdown\sto",
    re.IGNORECASE,
)
_WORKS = re.compile(
    r"工作|运行|使用|可用|制热|启动|作业|正常|适应|works?\b|operat|function|usable|start|heat|run",
    re.IGNORECASE,
)
_ABOUT = 0.05
_SAME = 0.02
_DIFFERENT = 0.10
_KELVIN = 273.15


class Answer(StrEnum):
    """How a stated value bears on a wanted one."""

    MET = "met"
    CONTRADICTED = "contradicted"
    OPEN = "open"
    BEST_CASE = "best case"


@dataclass(frozen=True, slots=True)
class Interval:
    """A set of values between two ends; None is an end that is open to infinity."""

    low: float | None
    high: float | None
    low_open: bool = False
    high_open: bool = False

    def inside(self, other: "Interval") -> bool:
        """Whether every value of this interval lies in `other`."""
        return _low_not_below(self, other) and _high_not_above(self, other)

    def apart(self, other: "Interval") -> bool:
        """Whether no value lies in both."""
        return _ends_before(self, other) or _ends_before(other, self)


def _low_not_below(inner: Interval, outer: Interval) -> bool:
    if outer.low is None:
        return True
    if inner.low is None or inner.low < outer.low:
        return False
    return inner.low > outer.low or inner.low_open or not outer.low_open


def _high_not_above(inner: Interval, outer: Interval) -> bool:
    if outer.high is None:
        return True
    if inner.high is None or inner.high > outer.high:
        return False
    return inner.high < outer.high or inner.high_open or not outer.high_open


def _ends_before(first: Interval, second: Interval) -> bool:
    if first.high is None or second.low is None:
        return False
    return first.high < second.low or (first.high == second.low and (first.high_open or second.low_open))


@dataclass(frozen=True, slots=True)
class Target:
    """A wanted value: the interval an answer must lie in, or (`covers`) must contain; `near`: about equal."""

    interval: Interval
    covers: bool
    near: bool
    better: str
    dimension: str
    cold: bool = (
        False  # 'works at −30 °C': colder is better still, and what is said of warmth settles nothing
    )


def _span(value: float, share: float, dimension: str) -> float:
    # 2 % of 300 K would be 6 K: temperatures count from 0 °C.
    return abs(value - _KELVIN if dimension == "temperature" else value) * share


def target_of(quantity: Quantity, better: str, text: str) -> Target:
    """Read what is wanted from a need's quantity; `text` is the requirement it stands in."""
    low, high, name, dimension = quantity.low, quantity.high, quantity.comparator, quantity.dimension
    if name == "tolerance":
        return Target(Interval(None, high), False, False, better, dimension)
    if name == "better":
        more = better == "+" or (better != "-" and dimension in ("ratio", "number"))
        interval = Interval(low, None, low_open=True) if more else Interval(None, high, high_open=True)
        return Target(interval, False, False, better, dimension)
    if name == "range":
        covers = better == "r" or bool(_COVERING.search(text))
        covers = covers or bool(_RANGE.search(text) and not _SIZES.search(text))
        return Target(Interval(low, high), covers, False, better, dimension)
    if name == "upto":
        covers = better != "-" and not (better == "0" and dimension in ("length", "mass"))
        interval = Interval(high, None) if covers else Interval(None, high)
        return Target(interval, False, False, better, dimension)
    if name == "downto":
        return Target(Interval(None, low), False, False, better, dimension)
    if name == "eq" and low is not None:
        return _plain_target(low, quantity, better, text)
    slack = _span(low if low is not None else high or 0.0, _ABOUT, dimension) if quantity.about else 0.0
    interval = Interval(
        None if low is None else low - slack,
        None if high is None else high + slack,
        quantity.low_open,
        quantity.high_open,
    )
    return Target(interval, False, False, better, dimension)


def _plain_target(value: float, quantity: Quantity, better: str, text: str) -> Target:
    dimension = quantity.dimension
    slack = _span(value, _ABOUT, dimension) if quantity.about else 0.0
    if quantity.change:
        return Target(Interval(value - slack, None), False, False, "+", dimension)
    if dimension == "temperature" and value <= _KELVIN and _WORKS.search(text):
        return Target(Interval(None, value + _SAME), True, False, "r", dimension, cold=True)
    if better == "-" or _REDUCED.search(text):
        return Target(Interval(None, value + slack), False, False, better, dimension)
    if better == "+" or _REACHED.search(text) or dimension in ("trl", "ip"):
        return Target(Interval(value - slack, None), False, False, better, dimension)
    margin = _span(value, _ABOUT if quantity.about else _SAME, dimension)
    return Target(Interval(value - margin, value + margin), better == "r", True, better, dimension)


def _stated(quantity: Quantity) -> Interval:
    if quantity.comparator == "tolerance":
        return Interval(quantity.high, quantity.high)
    slack = 0.0
    if quantity.about and quantity.low is not None and quantity.comparator == "eq":
        slack = _span(quantity.low, _ABOUT, quantity.dimension)
    return Interval(
        None if quantity.low is None else quantity.low - slack,
        None if quantity.high is None else quantity.high + slack,
        quantity.low_open,
        quantity.high_open,
    )


def answer(target: Target, stated: Quantity, text: str) -> Answer:
    """Judge a value an offer states, in the sentence `text`, against a wanted one of the same subject."""
    said = _stated(stated)
    if target.cold:
        return _at_cold(target.interval, said, stated)
    if stated.comparator == "better" and stated.low is not None:
        more = target.better == "+" or (target.better != "-" and stated.dimension in ("ratio", "number"))
        said = (
            Interval(stated.low, None, low_open=True) if more else Interval(None, stated.low, high_open=True)
        )
    if _reaches_from_zero(target, said, stated):
        return Answer.MET
    if target.covers and not target.near:
        return _covering(target.interval, said, stated)
    if target.near:
        return _nearness(target, said, stated, text)
    wanted = target.interval
    reach = target.better == "r" or bool(
        stated.comparator == "range"
        and _COVERING.search(text)
        and (target.better in ("", "0", "+", "r") or (wanted.low is not None and wanted.high is not None))
    )
    if (
        stated.comparator == "upto"
        and said.high is not None
        and wanted.high is None
        and wanted.low is not None
    ):
        if said.high < wanted.low or (said.high == wanted.low and wanted.low_open):
            return Answer.CONTRADICTED
        return Answer.BEST_CASE if stated.dimension in ("ratio", "number") else Answer.MET
    if (
        stated.comparator == "downto"
        and said.low is not None
        and wanted.low is None
        and wanted.high is not None
    ):
        if said.low > wanted.high:
            return Answer.CONTRADICTED
        return (
            Answer.MET
            if stated.dimension in ("length", "temperature", "density", "ratio")
            else Answer.BEST_CASE
        )
    if stated.comparator == "range" and wanted.inside(said) and _SETTABLE.search(text):
        return Answer.MET
    if reach and stated.comparator == "range":
        return _reaching(wanted, said)
    if said.inside(wanted):
        return Answer.MET
    return Answer.CONTRADICTED if said.apart(wanted) else Answer.OPEN


def _reaches_from_zero(target: Target, said: Interval, stated: Quantity) -> bool:
    """A measuring range of '120 m' covers a wanted 0–100 m."""
    top = target.interval.high
    return (
        target.covers
        and target.interval.low == 0
        and top is not None
        and target.better in ("r", "+")
        and stated.comparator in ("eq", "upto")
        and said.high is not None
        and said.high >= top
    )


def _at_cold(wanted: Interval, said: Interval, stated: Quantity) -> Answer:
    if said.low is None or wanted.high is None:
        return Answer.OPEN
    if said.low <= wanted.high:
        return Answer.MET
    return Answer.CONTRADICTED if stated.comparator in ("range", "downto", "ge", "gt") else Answer.OPEN


def _covering(wanted: Interval, said: Interval, stated: Quantity) -> Answer:
    if wanted.inside(said) and stated.comparator == "range":
        return Answer.MET
    if stated.comparator == "range":
        return Answer.CONTRADICTED
    if stated.comparator in ("upto", "le", "lt") and said.high is not None and wanted.high is not None:
        if stated.comparator == "upto" and wanted.low == 0 and said.high >= wanted.high:
            return Answer.MET  # 'up to 120 m' covers 0–100 m
        return Answer.CONTRADICTED if said.high < wanted.high else Answer.OPEN
    if stated.comparator in ("downto", "ge", "gt") and said.low is not None and wanted.low is not None:
        return Answer.CONTRADICTED if said.low > wanted.low else Answer.OPEN
    return Answer.OPEN


def _reaching(wanted: Interval, said: Interval) -> Answer:
    """A range of use against one bound: its near end must get there."""
    if said.low is None or said.high is None:
        return Answer.OPEN
    if wanted.high is None and wanted.low is not None:
        return Answer.MET if said.high >= wanted.low else Answer.CONTRADICTED
    if wanted.low is None and wanted.high is not None and wanted.high <= _KELVIN:
        return Answer.MET if said.low <= wanted.high else Answer.CONTRADICTED
    if wanted.inside(said):
        return Answer.MET
    return Answer.CONTRADICTED if said.apart(wanted) or said.inside(wanted) else Answer.OPEN


def _nearness(target: Target, said: Interval, stated: Quantity, text: str) -> Answer:
    wanted = target.interval
    middle = ((wanted.low or 0.0) + (wanted.high or 0.0)) / 2
    point = Interval(middle, middle)
    if stated.comparator == "range" and (target.better == "r" or _COVERING.search(text)):
        return Answer.MET if point.inside(said) else Answer.CONTRADICTED
    if target.better == "r" and stated.comparator in ("upto", "ge", "gt", "downto", "le", "lt"):
        if stated.comparator in ("upto", "le", "lt"):
            return Answer.OPEN if said.high is None or said.high >= middle else Answer.CONTRADICTED
        return Answer.OPEN if said.low is None or said.low <= middle else Answer.CONTRADICTED
    if said.inside(wanted):
        return Answer.MET
    margin = _span(middle, _DIFFERENT, target.dimension)
    far = said.apart(Interval(middle - margin, middle + margin))
    return Answer.CONTRADICTED if far and target.better != "r" else Answer.OPEN
