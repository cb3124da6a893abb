"""Money as integers in minor units with a currency; amounts are read from Chinese and English text."""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from math import prod

from fairground.kernel.numerals import CHINESE_DIGITS, chinese_number, narrow


@dataclass(frozen=True, slots=True)
class MoneyRange:
    """An amount or a range. `low_minor`/`high_minor` are minor units (1 yuan = 100); None is an open end.

    `qualifier` is what the source said: '' | 'about' | 'more than' | 'less than' | 'nearly'.
    `quote` is the text it was read from.
    """

    low_minor: int | None
    high_minor: int | None
    currency: str  # ISO 4217
    qualifier: str
    quote: str


_CURRENCIES = {
    "CNY": "人民币|rmb|cny|yuan|renminbi|元|块钱?|圆|[¥]",
    "USD": r"us\$|usd|us dollars?|dollars?|美元|美金|[$]",
    "EUR": "eur|euros?|欧元|[€]",
    "GBP": "gbp|pounds?|英镑|[£]",
    "HKD": r"hk\$|hkd|港元|港币",
    "JPY": "jpy|yen|日元|日圆",
    "KRW": "krw|won|韩元|[₩]",
    "CHF": "chf|瑞士法郎",
    "SGD": r"s\$|sgd|新加坡元|新元",
    "AUD": r"a\$|aud|澳元",
    "CAD": r"c\$|cad|加元",
}
# ISO 4217 exponents that are not 2.
_EXPONENTS = {"JPY": 0, "KRW": 0}


def minor_digits(currency: str) -> int:
    """Return how many decimal places an ISO 4217 currency's minor unit stands for: 2 for CNY, 0 for JPY."""
    return _EXPONENTS.get(currency, 2)


_MULTIPLIERS = {
    "十": 1, "百": 2, "千": 3, "万": 4, "十万": 5, "百万": 6, "千万": 7, "亿": 8, "十亿": 9, "百亿": 10,
    "千亿": 11, "万亿": 12, "k": 3, "thousand": 3, "m": 6, "mn": 6, "mio": 6, "million": 6, "millions": 6,
    "b": 9, "bn": 9, "billion": 9, "trn": 12, "trillion": 12,
}  # fmt: skip
_TRADITIONAL = str.maketrans({"萬": "万", "億": "亿", "圓": "圆", "約": "约", "餘": "余", "過": "过"})

_BEFORE = {
    "more than": "不少于|不低于|不小于|不下于|超过|超|多于|大于|高于|至少|最少|起|more than|over|at least|"
    "above|exceeding|min(?:imum)?\\.?(?: of)?|from|>=|>|≥|≧",
    "less than": "不超过|不高于|不多于|不大于|低于|少于|小于|至多|最多|最高|上限|up to|less than|under|"
    "below|at most|max(?:imum)?\\.?(?: of)?|no more than|not more than|not exceeding|<=|<|≤|≦",
    "nearly": "近|将近|接近|nearly|almost|close to",
    "about": "约为?|大约|大概|左右|about|around|approx(?:\\.|imately)?|circa|ca\\.|~|≈",
}
_AFTER = {
    "more than": "以上|多|余|起|\\+|or more|and above|and up",
    "less than": "以下|以内|之内|内|or less|and below",
    "about": "左右|上下|or so",
}


def _either(choices: str) -> str:
    return f"(?:{choices})"


_SYMBOL = _either("|".join(sorted("|".join(_CURRENCIES.values()).split("|"), key=len, reverse=True)))
_MULTIPLIER = _either("|".join(sorted(_MULTIPLIERS, key=len, reverse=True)))
_DIGITS = r"\d{1,3}(?:[, ]\d{3})+(?![\d])(?:\.\d+)?|\d+(?:\.\d+)?"
_CHINESE = f"[{CHINESE_DIGITS}]+(?:点[{CHINESE_DIGITS}]+)?"
_TAIL = r"(?![a-z])"


def _amount(name: str) -> str:
    number = f"(?:(?P<{name}_digits>{_DIGITS})|(?P<{name}_chinese>{_CHINESE}))"
    early = f"(?P<{name}_early>[多余])?"  # 300余万元
    scale = f"(?:\\s*[-]?(?P<{name}_scale>{_MULTIPLIER}){_TAIL})?"
    rest = f"(?:(?<=亿)(?P<{name}_rest>{_DIGITS})\\s*(?P<{name}_rest_scale>千万|百万|万))?"
    return number + early + scale + rest


def _currency(name: str) -> str:
    return f"(?:\\s*(?P<{name}>{_SYMBOL}){_TAIL})?"


_QUALIFIERS_BEFORE = _either("|".join(_BEFORE.values()))
_QUALIFIERS_AFTER = _either("|".join(_AFTER.values()))
_MONEY = re.compile(
    f"(?:(?P<before>{_QUALIFIERS_BEFORE})\\s*)?"
    f"(?:(?P<currency_1>{_SYMBOL})\\s*(?:(?P<between>{_QUALIFIERS_BEFORE})\\s*)?)?"
    f"(?<![\\d.,a-z])(?P<minus>-)?{_amount('low')}{_currency('currency_2')}"
    f"(?:\\s*(?:-|–|—|―|−|~|至|到|\\bto\\b|\\band\\b)\\s*(?:(?P<currency_3>{_SYMBOL})\\s*)?{_amount('high')})?"
    f"{_currency('currency_4')}(?:\\s*(?P<after>{_QUALIFIERS_AFTER}))?",
    re.IGNORECASE,
)
_MOST_CHARS = 4_000  # an amount stands early; a pasted report need not be searched to its end
# '50万台', '3 million users': an amount of something else.
_COUNTED = re.compile(r"\s*(?:[\u4e00-\u9fff]|[a-z%℃°])", re.IGNORECASE)
_NOT_COUNTED = re.compile(
    r"\s*(?:以|左右|上下|的|为|，|或|和|及|per|a year|in|for|or|and|with|is|are)", re.IGNORECASE
)


def parse_money(
    text: str, *, default_currency: str | None = "CNY", default_scale: int = 1
) -> MoneyRange | None:
    """Read the first amount of money in a text.

    亿 is 10^8 and 万 is 10^4; the arithmetic is exact (half a minor unit goes to the even one). A number with
    neither currency nor 万/亿 counts only when it is the whole text, as in the cell of a budget column.

    Parameters
    ----------
    text : a cell or a sentence, Chinese or English
    default_currency : ISO 4217 code for an amount that names none; None refuses such amounts
    default_scale : what a bare number stands for, 10,000 in a column headed 万元

    Returns
    -------
    MoneyRange, or None when there is no amount, or it is 0: source systems write 0 for 'to be negotiated'

    >>> parse_money("超3.5万元")
    MoneyRange(low_minor=3500000, high_minor=None, currency='CNY', qualifier='more than', quote='超3.5万元')
    >>> parse_money("面议") is None
    True
    """
    # One character for one, so that positions in `plain` are positions in `text`.
    plain = narrow(text[:_MOST_CHARS]).translate(_TRADITIONAL)
    for found in _MONEY.finditer(plain):
        symbol = next((found[f"currency_{n}"] for n in (1, 2, 3, 4) if found[f"currency_{n}"]), None)
        currency = _code(symbol) if symbol else default_currency
        if currency is None or not _is_money(plain, found, symbol):
            continue
        quote = text[found.start() : found.end()].strip()
        result = _range(found, currency, quote, default_scale)
        if result is not None:
            return result
    return None


def _code(symbol: str) -> str:
    return next(
        code for code, choices in _CURRENCIES.items() if re.fullmatch(choices, symbol, flags=re.IGNORECASE)
    )


def _is_money(plain: str, found: re.Match[str], symbol: str | None) -> bool:
    scales = [found["low_scale"], found["high_scale"]]
    if found["low_chinese"] and not symbol and not re.search("[万亿]", found[0]):
        return False
    if symbol:
        # '3个月，5元' must not read a stray Chinese numeral, '一块' is a piece: ask for a real number.
        return found["low_digits"] is not None or len(found[0]) > 2
    whole = not plain[: found.start()].strip(" :") and not plain[found.end() :].strip(" .。")
    if whole:
        return True
    if not any(scale and re.search("[万亿]", scale) for scale in scales) and not found["low_chinese"]:
        return False
    rest = plain[found.end() :]
    return not _COUNTED.match(rest) or _NOT_COUNTED.match(rest) is not None


def _range(found: re.Match[str], currency: str, quote: str, default_scale: int) -> MoneyRange | None:
    low, low_scaled = _value(found, "low")
    high, high_scaled = _value(found, "high")
    has_high = found["high_digits"] or found["high_chinese"]
    shared = _shared_scale(found)
    if has_high and high_scaled and not low_scaled and low * shared <= high:
        low *= shared  # '100-200万': the unit belongs to both
    elif not low_scaled and not high_scaled and not any(found[f"currency_{n}"] for n in (1, 2, 3, 4)):
        low, high = low * default_scale, high * default_scale
    low_minor, high_minor = _minor(low, currency), _minor(high, currency)
    if found["minus"] or (low_minor == 0 and high_minor == 0):
        return None
    qualifier = _qualifier(found)
    if has_high:
        if low_minor > high_minor:
            low_minor, high_minor = high_minor, low_minor
        return MoneyRange(low_minor or None, high_minor, currency, qualifier, quote)
    if low_minor == 0:
        return None
    return MoneyRange(
        None if qualifier == "less than" else low_minor,
        None if qualifier == "more than" else low_minor,
        currency,
        qualifier,
        quote,
    )


def _value(found: re.Match[str], name: str) -> tuple[Decimal, bool]:
    digits, chinese, scale = found[f"{name}_digits"], found[f"{name}_chinese"], found[f"{name}_scale"]
    if chinese:
        return chinese_number(chinese) * _scale(scale), bool(scale or re.search("[万亿]", chinese))
    if not digits:
        return Decimal(0), False
    value = Decimal(re.sub("[, ]", "", digits)) * _scale(scale)
    if found[f"{name}_rest"]:
        value += Decimal(re.sub("[, ]", "", found[f"{name}_rest"])) * _scale(found[f"{name}_rest_scale"])
    return value, bool(scale)


def _shared_scale(found: re.Match[str]) -> int:
    """Return the unit at the end of a range: that of 200万, and of 一百万 written in characters."""
    spelled = re.search("[万亿]+$", found["high_chinese"] or "")
    return _scale(found["high_scale"]) * prod(_scale(word) for word in (spelled[0] if spelled else ""))


def _scale(word: str | None) -> int:
    return 10 ** _MULTIPLIERS[word.lower()] if word else 1


def _minor(value: Decimal, currency: str) -> int:
    return int((value * 10 ** minor_digits(currency)).to_integral_value(rounding=ROUND_HALF_EVEN))


def _qualifier(found: re.Match[str]) -> str:
    for group, table in (("before", _BEFORE), ("between", _BEFORE), ("low_early", _AFTER), ("after", _AFTER)):
        word = found[group]
        for qualifier, choices in table.items():
            if word and re.fullmatch(choices, word, flags=re.IGNORECASE):
                return qualifier
    return ""
