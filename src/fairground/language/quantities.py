"""Measured values in running text, Chinese and English: value or range, unit, comparator, and of what.

A quantity is an interval in base units. How it was said is kept beside it, because '30 % less' is no
level, 'up to 90 %' is a best case, and 'over 90 %' leaves 90 % itself out.
"""

import math
import re
from dataclasses import dataclass
from functools import lru_cache

from fairground.language.changes import change_of
from fairground.language.comparators import comparator_after, comparator_before
from fairground.language.normalise import fold
from fairground.language.units import UNITS, Unit, dimension_of, divided, read_unit

_MULTIPLIERS = {
    "万亿": 1e12,
    "千亿": 1e11,
    "百亿": 1e10,
    "十亿": 1e9,
    "亿": 1e8,
    "千万": 1e7,
    "百万": 1e6,
    "十万": 1e5,
    "万": 1e4,
    "千": 1e3,
    "百": 1e2,
    "trillion": 1e12,
    "billion": 1e9,
    "bn": 1e9,
    "million": 1e6,
    "mn": 1e6,
    "thousand": 1e3,
    "k": 1e3,
    "hundred": 1e2,
    "dozen": 12.0,
}
# Nothing after 'digit dot': '0.92.5' and '1.2.3' are slips or versions, not values.
_WHOLE_OR_DECIMAL = r"(?<!\d\.)(?<![\d.])(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?(?!\.\d)"
_PLAIN = _WHOLE_OR_DECIMAL + r"|(?<![\d.])\.\d+(?!\.\d)"
_POWER = (
    r"(?:\s?[×xX*·]\s?10\s?(?:\^\s?[-+]?\d+|[-⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+|-\d+|(?<=10)\d(?!\d))|"
    r"[eE][-+]?\d+(?![\w.]))"
)
_SIZE = (
    r"(?:\s?(?:万亿|千亿|百亿|十亿|千万|百万|十万|亿|万|百(?!分)|"
    r"千(?![克米瓦帕伏安赫焦牛字比卡欧])|trillion|billion|million|thousand|hundred|bn|"
    r"mn)(?![a-z])|(?<=\d)k(?![A-Za-z/]))"
)
_NUMBER = re.compile(
    rf"(?P<sign>(?<![A-Za-z0-9_)）.%])[-+](?=\.?\d)|(?<=[~至到(（,，"
    rf":：])\s?[-+](?=\.?\d))?"
    rf"(?P<plain>{_PLAIN})(?P<power>{_POWER})?(?P<size>{_SIZE})?"
)
_WORDS = {
    word: value
    for value, words in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
        ]
    )
    for word in [words]
} | {
    "fifteen": 15,
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "ninety": 90,
    "hundred": 100,
}
_WORD_NUMBER = re.compile(
    r"(?<!ty-)(?<!ty )\b(" + "|".join(word for word in _WORDS if word != "one") + r")\b(?=[\s-][A-Za-z])",
    re.IGNORECASE,
)
_HAN_DIGITS = dict(zip("零〇一二三四五六七八九两", [0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 2], strict=True))
_PARTS = re.compile(
    r"(?P<base>[二三四五六七八九十千万])分之(?P<count>[一二三四五六七八九十])"
    r"|(?P<half>一半|(?<=\bby\s)half\b|(?<=\bthan\s)half\b)"
    r"|(?<=\bby\s)(?P<english>a\sthird|one\sthird|two\sthirds|a\squarter|three\squarters)\b"
    r"|(?P<twice>\bdoubl(?:e[ds]?|ing)\b|翻一?番|提高一倍|提升一倍|增加一倍|延长一倍)"
    r"|(?P<halved>\bhalv(?:e[ds]?|ing)\b|减半)"
    r"|(?P<thrice>\btripl(?:e[ds]?|ing)\b)",
    re.IGNORECASE,
)
_PART_VALUES = {
    "a third": 1 / 3,
    "one third": 1 / 3,
    "two thirds": 2 / 3,
    "a quarter": 0.25,
    "three quarters": 0.75,
}
_BASES = {"千": 1000, "万": 10000}
_HAN_NUMBER = re.compile(
    r"百分之(?P<percent>[零〇一二三四五六七八九十百两点]+|\d+(?:\.\d+)?)"
    r"|(?P<plain>[一二三四五六七八九两][十百]?[零一二三四五六七八九]?十?[一二三四五六七八"
    r"九]?|十[一二三四五六七八九]?)"
    r"(?=个?(?:小时|月|工作日|星期)|年(?!级|代|来|后)|天|周|倍|秒|分钟|毫米|厘米|公里|"
    r"公斤|吨|万|亿|台|种|路|层(?!次))"
)
_RANGE = re.compile(
    r"\s?(?:~|-|至|到|to|through)\s?(?=[-+.]?\d)|\s?(?:to|through|and|至|" r"到)\s(?=[-+.]?\d)"
)
_PERCENT_WORD = re.compile(r"\s?per\s?cent\b", re.IGNORECASE)
_GAP = re.compile(r"[ \t]|-(?=[A-Za-z])")

_LATIN_BEFORE = re.compile(r"[A-Za-z_]$")
_NOT_A_VALUE_BEFORE = re.compile(
    r"(?:\b(?:phase|phases|fig(?:ure)?|figs|table|task|tasks|aim|aims|eq|ref|section|"
    r"chapter|step|version|ver|type|model|class|"
    r"part|item|objective|topic|stage|grade|no|ISO|IEC|GB/T|GB|ASTM|IEEE|MIL-STD|EN|IP|"
    r"PM|CO|COVID|Covid|level|option|year|"
    r"windows|python|web|industry|tier|mil|std)\s?[-.:#]?\s?|第|图|表|附件|阶段|版本|"
    r"型号|[#№$]\s?(?=$)(?<![$]))$",
    re.IGNORECASE,
)
_YEAR = re.compile(r"^(?:19|20)\d\d$")
_DATE_AFTER = re.compile(r"\s?(?:年(?!内)|月\s?\d|月份|[-/]\d{1,2}[-/]\d)")
_LABEL_AFTER = re.compile(r"[、)）](?=\D)|[.．](?=\s|[\u4e00-\u9fff])")

_FROM = re.compile(r"(?:\bfrom|\bbetween|介于|从|自|在)\s?$", re.IGNORECASE)

_CLAUSE_END = re.compile(r"[;；。!?！？\n]|[,，](?!\d{3}(?!\d))|、(?=\D)")


@dataclass(frozen=True, slots=True)
class Quantity:
    """One value or range as the text states it.

    `low` and `high` are in the base unit of `dimension` (SI; percent as a fraction; temperatures in
    kelvin; money in whole units of its currency); None is an open end; `low_open`/`high_open` say
    that the bound itself is left out. `comparator` is how it was said: eq, ge, gt, le, lt, range,
    tolerance (±x, kept as [-x, x]), upto and downto (a best case or a reach), better (the text says
    'better than' and the sense of better depends on what is measured). `change` is '' for a level,
    'up' or 'down' for a relative change, 'before' for the old level
    of one ('from 10' to 6 kWh). `start` and `end` are offsets in the text read, `quote` the
    text between, `subject` the text around it that can name what is measured: (before, after), up to
    the next quantity or end of the clause.
    """

    low: float | None
    high: float | None
    low_open: bool
    high_open: bool
    dimension: str
    comparator: str
    about: bool
    change: str
    start: int
    end: int
    quote: str
    subject: tuple[str, str]
    reach: tuple[int, int] = (0, 0)  # offsets between which the words of the subject stand

    @property
    def is_point(self) -> bool:
        """Whether the quantity is one single value."""
        return self.low is not None and self.low == self.high


@dataclass(slots=True)
class _Value:
    value: float
    unit: Unit | None
    bare: bool  # no unit was written
    start: int
    end: int
    number_end: int


def _han_value(text: str) -> float:
    if "点" in text:
        whole, _, decimals = text.partition("点")
        return _han_value(whole) + float("0." + "".join(str(_HAN_DIGITS.get(mark, 0)) for mark in decimals))
    total, digit = 0, 0
    for mark in text:
        if mark == "百":
            total, digit = total + (digit or 1) * 100, 0
        elif mark == "十":
            total, digit = total + (digit or 1) * 10, 0
        else:
            digit = _HAN_DIGITS.get(mark, 0)
    return float(total + digit)


def _number_value(match: re.Match[str]) -> float:
    value = float(match.group("plain").replace(",", ""))
    power = match.group("power")
    if power:
        if power[0] in "eE":
            value *= float(f"1e{int(power[1:])}")
        else:
            digits = power[power.index("10") + 2 :].translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-"))
            value *= float(f"1e{int(digits.replace('^', '').strip())}")
    if match.group("size"):
        value *= _MULTIPLIERS[match.group("size").strip().lower()]
    sign = match.group("sign")
    return -value if sign and sign.strip() == "-" else value


_TIMES = re.compile(
    r"(?:\s?times|\s?-?fold|\s?[x×X])(?=\s(?:faster|higher|more|better|longer|greater|"
    r"lower|less|the|as|smaller|cheaper|lighter|"
    r"improvement|increase|reduction|that)\b|[,.;\s]*$)",
    re.IGNORECASE,
)


def _unit_after(text: str, place: int) -> tuple[Unit, int] | None:
    times = _TIMES.match(text, place)
    if times:
        return Unit((("fold", 1),), 1.0), times.end()
    percent = _PERCENT_WORD.match(text, place)
    if percent:
        return Unit((), 0.01), percent.end()
    found = read_unit(text, place)
    if found is None and (gap := _GAP.match(text, place)):
        found = read_unit(text, gap.end())
    return found


_CURRENCY_BEFORE = re.compile(
    r"(?:(?P<usd>US\$|\$|USD)|(?P<cny>[¥￥]|RMB|CNY|人民币)|(?P<eur>€|EUR)|(?P<gbp>£|" r"GBP))\s?$"
)
_CURRENCIES = frozenset({"CNY", "USD", "EUR", "GBP"})
_MONEY_SIZES = {"K": 1e3, "M": 1e6, "B": 1e9}
_CURRENCY_UNITS = {"usd": "$", "cny": "元", "eur": "€", "gbp": "£"}


_READINESS = re.compile(
    r"(?:TRL|就绪度|成熟度|就绪水平|readiness\slevel|readiness)(?:\s|TRL|\(|\)|（|）|"
    r"水平|等级|级别|[-:：≥>=<≤]|为|达到?|至|到|是|of|is|at|least|above|no\slower\sthan|"
    r"minimum|reached|reaches|不低于|不小于|至少|已|第|评定|目前|处于|在){0,6}$",
    re.IGNORECASE,
)
_PER_AFTER = re.compile(
    r"\s?(?:per\s(?=[a-z])|/\s?(?=[A-Za-z])|a\s(?=tonne|ton|kilogram|litre|liter|metre|" r"meter))",
    re.IGNORECASE,
)
_PER_BEFORE = re.compile(
    r"每(吨|千克|公斤|克|升|立方米|平方米|亩|公顷|小时|分钟|千瓦时|千瓦|瓦时|瓦|米|公里|"
    r"台|套|件)(?:的?(?:成本|费用|水)?(?:约为|仅为|约|为|仅|不超过|不高于|不大于|低于|小于|不低于|"
    r"不少于|高于|≤|<|≥|>|控制在)?\s?)$"
)


def _price_per(unit: Unit, divisor: Unit) -> Unit:
    # '8,500 euros per unit' is the price of the thing itself.
    return unit if divisor.vector == (("item", 1),) else divided(unit, divisor)


# 年产能1500吨 and 1500吨/年 are the same rate.
_PERIOD_BEFORE = re.compile(
    r"(年|月|日|天|小时|annual|daily)\s?(?:"
    r"(?:设计|最大)?(?:产能|产量|处理水?量|处理能力|生产能力|加工能力|output|capacity|production)|"
    r"(?:产|处理|加工|生产|回收|消纳|分拣|利用|转化)[\u4e00-\u9fff]{0,8}?)"
    r"\s?(?:为|达到?|可达|可|约|不低于|不少于|不小于|大于|超过|至少|≥|>|of|is|at least|:|：|\s)*$",
    re.IGNORECASE,
)
_PERIODS = {"年": "年", "月": "月", "日": "日", "天": "日", "时": "小时", "l": "year", "y": "day"}
_PROTECTION = re.compile(r"(?<![A-Za-z])IP\s?$")


def _values(text: str) -> list[_Value]:
    """Read every number with its unit; dates, labels and parts of names are left out."""
    values: list[_Value] = []
    for match in _NUMBER.finditer(text):
        start = match.start("plain") if match.group("sign") is None else match.start("sign")
        while text[start].isspace():
            start += 1
        before = text[max(0, start - 16) : start]
        if _PROTECTION.search(before) and len(match.group("plain")) == 2:
            level = Unit((("ip", 1),), 1.0)
            values.append(_Value(float(match.group("plain")), level, False, start, match.end(), match.end()))
            continue
        if _LATIN_BEFORE.search(before) and not before.endswith(("TRL", "pH", "Ra")):
            continue
        if values and start < values[-1].end:
            continue
        end = match.end()
        found = _unit_after(text, end)
        if found is None and match.group("plain") and text[end : end + 1].isalpha() and text[end].isascii():
            continue  # '3D', '5G', '2nd': part of a name
        readiness = _READINESS.search(text[max(0, start - 30) : start]) is not None
        if found is None and not readiness and _NOT_A_VALUE_BEFORE.search(before):
            continue
        plain = match.group("plain")
        if _YEAR.match(plain) and (found is None or text[end:].lstrip().startswith("年")):
            continue
        if before.endswith("月") and text[end : end + 1] in "日号":
            continue
        if (
            _DATE_AFTER.match(text, end)
            and len(plain) <= 4
            and re.match(r"\s?月\s?\d|\s?月份|[-/]\d", text[end:])
        ):
            continue
        if (
            found is None
            and _LABEL_AFTER.match(text, end)
            and (start == 0 or text[start - 1] in " \n;；。(（")
        ):
            continue
        value = _number_value(match)
        if not math.isfinite(value):  # '12e4567' is a name: no amount of anything is that large
            continue
        unit, bare = (found[0], False) if found else (None, True)
        unit_end = found[1] if found else end
        per = _PER_BEFORE.search(before) if unit is not None and len(unit.vector) == 1 else None
        if (
            per
            and unit is not None
            and (divisor := read_unit(per.group(1))) is not None
            and divisor[1] == len(per.group(1))
        ):
            unit = _price_per(unit, divisor[0])
        if unit is not None and ("item", -1) in unit.vector and _CURRENCIES & dict(unit.vector).keys():
            unit = Unit(tuple(part for part in unit.vector if part != ("item", -1)), unit.factor)
        period = (
            _PERIOD_BEFORE.search(text[max(0, start - 30) : start])
            if unit is not None and len(unit.vector) == 1
            else None
        )
        if period and unit is not None and unit.vector[0][0] in ("kg", "m", "item"):
            unit = divided(unit, UNITS[_PERIODS[period.group(1)[-1].lower()]])
        currency = _CURRENCY_BEFORE.search(before)
        if currency and text[end : end + 1] in _MONEY_SIZES and not text[end + 1 : end + 2].isalpha():
            value, unit, bare, unit_end = value * _MONEY_SIZES[text[end]], None, True, end + 1  # '$20K'
        if currency and bare:
            name = next(key for key, text_found in currency.groupdict().items() if text_found)
            unit, bare = read_unit(_CURRENCY_UNITS[name])[0], False  # type: ignore[index]
            start -= len(currency.group())
            after = _PER_AFTER.match(text, unit_end)
            if after and (by := read_unit(text, after.end())) is not None:
                unit, unit_end = _price_per(unit, by[0]), by[1]
        if bare and readiness:
            unit, bare = Unit((("trl", 1),), 1.0), False
        values.append(_Value(value, unit, bare, start, unit_end, end))
    values.extend(_worded_values(text, values))
    values.sort(key=lambda value: value.start)
    return values


def _worded_values(text: str, taken: list[_Value]) -> list[_Value]:
    found: list[_Value] = []
    covered = [(value.start, value.end) for value in taken]

    def free(start: int, end: int) -> bool:
        return all(end <= first or start >= last for first, last in covered)

    for match in _WORD_NUMBER.finditer(text):
        unit = _unit_after(text, match.end())
        if unit and free(match.start(), unit[1]):
            found.append(
                _Value(
                    float(_WORDS[match.group().lower()]), unit[0], False, match.start(), unit[1], match.end()
                )
            )
    for match in _PARTS.finditer(text):
        if free(match.start(), match.end()):
            found.append(_part_value(match))
            covered.append((match.start(), match.end()))
    for match in _HAN_NUMBER.finditer(text):
        if match.group("percent"):
            digits = match.group("percent")
            value = float(digits) if digits[0].isdigit() else _han_value(digits)
            found.append(_Value(value, Unit((), 0.01), False, match.start(), match.end(), match.end()))
            covered.append((match.start(), match.end()))
            continue
        unit = _unit_after(text, match.end())
        if unit and free(match.start(), unit[1]):
            found.append(
                _Value(_han_value(match.group()), unit[0], False, match.start(), unit[1], match.end())
            )
    return [value for value in found if (value.start, value.end) not in [(v.start, v.end) for v in taken]]


def _part_value(match: re.Match[str]) -> _Value:
    """Read 三分之一, 一半, 'by half', and 'doubled' or 减半, which are changes by a whole or a half."""
    if match.group("base"):
        base = _BASES.get(match.group("base")) or _han_value(match.group("base"))
        value = _han_value(match.group("count")) / base
    elif match.group("english"):
        value = _PART_VALUES[" ".join(match.group("english").lower().split())]
    else:
        value = 2.0 if match.group("thrice") else 1.0 if match.group("twice") else 0.5
    return _Value(value, Unit((), 1.0), False, match.start(), match.end(), match.end())


def _bounds(comparator: str, value: float) -> tuple[float | None, float | None, bool, bool]:
    if comparator in ("ge", "gt"):
        return value, None, comparator == "gt", False
    if comparator in ("le", "lt", "upto"):
        return None, value, False, comparator == "lt"
    if comparator == "downto":
        return value, None, False, False
    if comparator == "tolerance":
        return -abs(value), abs(value), False, False
    return value, value, False, False


def _in_base(value: float, unit: Unit | None, *, difference: bool) -> float:
    if unit is None:
        return value
    base = value * unit.factor + (0.0 if difference else unit.offset)
    # 0.3 mm and 300 µm must be the same number: rounding at 12 digits takes away binary noise only.
    return base if base == 0 or not math.isfinite(base) else float(f"{base:.12g}")


def _clause_start(text: str, place: int) -> int:
    start = 0
    for match in _CLAUSE_END.finditer(text, 0, place):
        start = match.end()
    return start


def _clause_end(text: str, place: int) -> int:
    match = _CLAUSE_END.search(text, place)
    return match.start() if match else len(text)


def _unit_of_range(first: _Value, second: _Value) -> tuple[Unit | None, bool]:
    """Return the unit both ends share, and whether they can form a range at all."""
    if first.unit is None or second.unit is None:
        return (second.unit or first.unit), first.unit is None or second.unit is None
    return second.unit, first.unit.vector == second.unit.vector


def _joined(text: str, first: _Value, second: _Value) -> bool:
    between = _RANGE.fullmatch(text, first.end, second.start) or re.fullmatch(
        r"\s?(?:~|-|至|到|to|through|and)\s?", text[first.end : second.start]
    )
    if not between:
        return False
    joiner = between.group().strip()
    if joiner == "and":
        return bool(
            re.search(r"\bbetween\s(?:about\s|approximately\s)?$", text[: first.start], re.IGNORECASE)
        )
    if re.search(r"(?:从|由|\bfrom)[^,，;；]{0,12}$", text[: first.start]) and re.search(
        r"(?:提高|提升|降低|下降|降|增加|increas|reduc|improv|decreas|cut|rais|lower)",
        text[max(0, first.start - 40) : first.start]
        + text[second.end : second.end + 12]
        + text[first.end : second.start],
        re.IGNORECASE,
    ):
        return False  # 'reduced from 10 to 4 ms': two levels, the second is the new one
    return _unit_of_range(first, second)[1]


@lru_cache(maxsize=4096)
def _has_digit_or_number_word(text: str) -> bool:
    return bool(
        re.search(r"\d", text) or _PARTS.search(text) or _WORD_NUMBER.search(text) or _HAN_NUMBER.search(text)
    )


def quantities(text: str) -> list[Quantity]:
    """Return the quantities of `text` in order of place.

    Numbers without a unit are kept only where a comparator or a linking word shows that a value is
    meant. Dates, standards, figure and phase numbers and parts of names are not quantities. Linear
    in the length of the text.
    """
    folded = fold(text)
    if not _has_digit_or_number_word(folded):
        return []
    values = _values(folded)
    found: list[Quantity] = []
    spans: list[tuple[int, int]] = []
    place = 0
    while place < len(values):
        first = values[place]
        second = values[place + 1] if place + 1 < len(values) else None
        place += 1
        if second is not None and _joined(folded, first, second):
            unit, last, comparator_name = _unit_of_range(first, second)[0], second, "range"
            place += 1
        elif second is not None and re.fullmatch(r"\s?(?:±|\+/-)\s?", folded[first.end : second.start]):
            unit, last, comparator_name = second.unit or first.unit, second, "plusminus"
            place += 1
        else:
            unit, last, comparator_name = first.unit, first, "single"
        item = _build(text, folded, first, last, unit, comparator_name)
        if item is not None:
            found.append(item)
            spans.append((item.start, item.end))
    return [_with_subject(item, folded, spans, index) for index, item in enumerate(found)]


_BARE_LINK = re.compile(
    r"(?:[=:：≥≤<>≈~±]|为|达到?|\bof|\bis|\bwas|\bare|\bequals|至|到|\breach\w*|于)\s?$", re.IGNORECASE
)


def _build(
    text: str, folded: str, first: _Value, last: _Value, unit: Unit | None, kind: str
) -> Quantity | None:
    comparator, about, begin = comparator_before(folded, first.start)
    after = comparator_after(folded, last.end)
    end = last.end
    if after:
        if after[0] == "about":
            about, end = True, after[1]
        elif comparator in ("eq", after[0]):
            comparator, end = after[0], after[1]
    if unit is None and comparator == "eq" and not about and not _BARE_LINK.search(folded[: first.start]):
        return None
    clause = _clause_start(folded, first.start)
    change = change_of(folded, begin, clause, end, unit)
    itself = _PARTS.fullmatch(folded, first.start, first.end) if kind == "single" else None
    if itself and itself.lastgroup in ("twice", "thrice"):
        change = "up"
    elif itself and itself.lastgroup == "halved":
        change = "down"
    difference = comparator == "tolerance" or bool(change)
    high = _in_base(last.value, unit if last.unit is None else last.unit, difference=difference)
    if kind == "single":
        if first.value < 0 and change == "" and unit is not None and dimension_of(unit.vector) == "ratio":
            change, high = "down", abs(high)  # '-43 %' beside a name is a change
        elif folded[first.start] == "+" and unit is not None and dimension_of(unit.vector) == "ratio":
            change = "up"
        low_value, high_value, low_open, high_open = _bounds(comparator, high)
    else:
        low = _in_base(first.value, first.unit or unit, difference=difference)
        if kind == "plusminus":
            spread = _in_base(last.value, unit, difference=True)
            centre = _in_base(first.value, first.unit or unit, difference=False)
            low, high = centre - spread, centre + spread
        low_value, high_value = min(low, high), max(low, high)
        low_open = high_open = False
        if kind == "range" and _FROM.search(folded[: first.start]):
            begin = _FROM.search(folded[: first.start]).start()  # type: ignore[union-attr]
        comparator = "range"
    dimension = "number" if unit is None else dimension_of(unit.vector)
    begin = min(begin, first.start)
    while begin < first.start and folded[begin].isspace():
        begin += 1
    return Quantity(
        low_value,
        high_value,
        low_open,
        high_open,
        dimension,
        comparator,
        about,
        change,
        begin,
        end,
        text[begin:end],
        ("", ""),
    )


# '11%、12.4% 和 13.8%': several values of one thing.
_LISTED = re.compile(r"\s?(?:、|和|及|与|/|and|or|,\s?and|,\s?or)\s?")


def _with_subject(item: Quantity, folded: str, spans: list[tuple[int, int]], index: int) -> Quantity:
    left = _clause_start(folded, item.start)
    right = _clause_end(folded, item.end)
    if (
        index
        and spans[index - 1][1] > left
        and not _LISTED.fullmatch(folded, spans[index - 1][1], item.start)
    ):
        left = spans[index - 1][1]
    if index + 1 < len(spans) and spans[index + 1][0] < right:
        right = spans[index + 1][0]
    subject = (folded[left : item.start].strip(), folded[item.end : max(item.end, right)].strip())
    return Quantity(
        item.low,
        item.high,
        item.low_open,
        item.high_open,
        item.dimension,
        item.comparator,
        item.about,
        item.change,
        item.start,
        item.end,
        item.quote,
        subject,
        (left, max(item.end, right)),
    )
