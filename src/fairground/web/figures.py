"""Numbers, amounts, dates and spans as a Chinese or an English reader writes them. Nothing is rounded silently."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from fairground.kernel.money import minor_digits
from fairground.web.words import QUALIFIERS

_SCALES = {
    "zh": ((Decimal(10**8), "亿"), (Decimal(10**4), "万")),
    "en": ((Decimal(10**9), " billion"), (Decimal(10**6), " million")),
}
_SHORT_SCALES = {" billion": "bn", " million": "m"}
# A number that needs more places than this is written out: 12,345 stays 12,345, not 1.23万.
_PLACES = {"zh": 2, "en": 3}
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_CURRENCIES = {
    "CNY": ("元", "yuan"),
    "USD": ("美元", "US dollars"),
    "EUR": ("欧元", "euros"),
    "GBP": ("英镑", "pounds"),
    "HKD": ("港元", "Hong Kong dollars"),
    "JPY": ("日元", "yen"),
    "KRW": ("韩元", "won"),
}

Number = int | Decimal


@dataclass(frozen=True, slots=True)
class Figure:
    """A number in two parts, so that a large numeral can stand before a small unit of size: 673.17 亿."""

    digits: str
    scale: str

    def __str__(self) -> str:
        return f"{self.digits}{self.scale}"

    @property
    def short_scale(self) -> str:
        """The scale as it stands beside a large numeral, where 'billion' would not fit: bn, m, 亿, 万."""
        return _SHORT_SCALES.get(self.scale, self.scale)


def grouped(number: Number) -> str:
    """Return every digit, in groups of three: 12,345.5; no trailing zeros after the point."""
    text = f"{number:,f}" if isinstance(number, Decimal) else f"{number:,}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def compact(number: Number, language: str) -> Figure:
    """Return a number as its reader counts: 1.2万, 12,000, 673.17亿, 67.317 billion; exact, else written out.

    >>> str(compact(12_000, "zh")), str(compact(12_000, "en")), str(compact(12_345, "zh"))
    ('1.2万', '12,000', '12,345')
    """
    exact = Decimal(number)
    for size, word in _SCALES[language]:
        if abs(exact) >= size:
            scaled = exact / size
            if scaled == round(scaled, _PLACES[language]):
                return Figure(grouped(round(scaled, _PLACES[language])), word)
            break
    return Figure(grouped(number), "")


def qualified(text: str, qualifier: str, language: str) -> str:
    """Return 'about 12' or '约12'; a qualifier that is not in our list stands as it came."""
    if not qualifier:
        return text
    known = QUALIFIERS.get(qualifier)
    word = known.in_language(language) if known else qualifier
    return f"{word}{text}" if language == "zh" else f"{word} {text}"


def money(
    low_minor: int | None,
    high_minor: int | None,
    currency: str,
    language: str,
    qualifier: str = "",
) -> str:
    """Return an amount or a range from minor units: 约673.17亿元, 'about 67.317 billion yuan', 100万–200万元.

    Both ends None means that nothing was stated, and gives ''. One open end is said in words.
    """
    unit = _unit(currency, language)
    gap = "" if language == "zh" else " "
    low, high = (
        None if minor is None else str(compact(Decimal(minor).scaleb(-minor_digits(currency)), language))
        for minor in (low_minor, high_minor)
    )
    if low and high and low != high:
        return qualified(f"{low}–{high}{gap}{unit}", qualifier, language)
    if low and high:
        return qualified(f"{low}{gap}{unit}", qualifier, language)
    if low:
        return qualified(f"{low}{gap}{unit}", qualifier or "more than", language)
    if high:
        return f"不超过{high}{unit}" if language == "zh" else f"up to {high} {unit}"
    return ""


def _unit(currency: str, language: str) -> str:
    pair = _CURRENCIES.get(currency)
    return (pair[0] if language == "zh" else pair[1]) if pair else currency


def percent(share: float | Decimal, *, signed: bool = False) -> str:
    """Return a share (0.298) as 29.8%, one place at most; `signed` writes the plus of a change."""
    value = round(Decimal(str(share)) * 100, 1)
    text = grouped(value)
    return f"+{text}%" if signed and value > 0 else f"{text}%".replace("-", "−")


def day(when: date, language: str) -> str:
    """Return 2024年4月25日, or 25 April 2024."""
    if language == "zh":
        return f"{when.year}年{when.month}月{when.day}日"
    return f"{when.day} {_MONTHS[when.month - 1]} {when.year}"


def day_of_year(when: date, language: str) -> str:
    """Return a date whose year is plain from where it stands: 4月25日, or 25 April."""
    return f"{when.month}月{when.day}日" if language == "zh" else f"{when.day} {_MONTHS[when.month - 1]}"


def moment(when: datetime, language: str) -> str:
    """Return a day with hours and minutes, in the time zone the value carries."""
    return f"{day(when.date(), language)} {when:%H:%M}"


def days(first: date, last: date | None, language: str) -> str:
    """Return a span of days without repeating month or year: 25–29 April 2024, 2024年4月25日至29日."""
    if last is None or last == first:
        return day(first, language)
    same_month = (first.year, first.month) == (last.year, last.month)
    if language == "zh":
        end = f"{last.day}日" if same_month else f"{last.month}月{last.day}日"
        return f"{day(first, 'zh')}至{end if first.year == last.year else day(last, 'zh')}"
    if same_month:
        return f"{first.day}–{day(last, 'en')}"
    start = day(first, "en")
    return f"{start.removesuffix(f' {last.year}')} – {day(last, 'en')}"
