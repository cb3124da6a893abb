"""Single values of a list's cells: readiness, dates, places, forms of partnership, yes and no."""

import calendar
import re
from datetime import date, datetime, timedelta

from fairground.kernel.numerals import CHINESE_DIGITS, chinese_number, narrow
from fairground.kernel.tables import Cell

# Code list A, with the words that name each code.
PARTNERSHIPS = {
    "licence": r"许可|licen[cs]",
    "assignment": r"(?<!成果)(?<!技术)转让|技术转让|成果转让|专利转让|assignment|"
    r"\bsale of (?:the )?(?:patent|right)|buy-?out",
    "equity": r"作价|入股|股权|equity|\bshares?\b|investment",
    "joint_development": r"合作开发|联合开发|共同开发|联合攻关|合作研发|联合研发|产学研合作|"
    r"joint (?:development|r&d|research)|"
    r"co-?development|collaborative (?:r&d|research|development)|joint[_ ]development",
    "commissioned_development": r"委托开发|委托研发|定制开发|commission|contract (?:r&d|research|"
    r"development)",
    "consulting": r"咨询|consult|advisory",
    "technical_service": r"技术服务|检测服务|technical[_ ]service|service agreement|technical assistance",
    "pilot": r"应用场景|场景|试点|示范应用|中试合作|pilot|scenario|demonstration project|trial",
    "supply": r"供应|采购|供货|经销|代理|分销|supply|distribut|procure|purchas|reseller",
    "joint_venture": r"合资|joint[_ ]venture",
    "talent_exchange": r"人才|talent|secondment|staff exchange",
}

_PERPETUAL = re.compile(
    r"长期|永久|不限|无期限|持续有效|long[- ]?term|permanent|no (?:deadline|limit)|open[- ]ended|"
    r"unlimited|ongoing|面议|待定|tbd|"
    r"negotiable|^(?:n/?a|none|无|-+|—+|/)$",
    re.IGNORECASE,
)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH_WORD = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_MOST_CHARS = 200  # a cell for one value; what is pasted behind it is not searched
_FIRST_SERIAL, _LAST_SERIAL = 36_526, 73_050  # 2000-01-01 to 2099-12-31


class UnreadableDateError(ValueError):
    """A cell that should hold a date but could mean several or none."""


def parse_trl(cell: Cell) -> int | None:
    """Return the readiness level a cell states, 1 to 9; the lower end of a range; None when it states none.

    Stages in words ('中试', 'prototype') stay notes: nine steps are not to be guessed from three.

    >>> parse_trl("TRL 6-7"), parse_trl("6级"), parse_trl("中试"), parse_trl(6.0), parse_trl("≥ TRL5")
    (6, 6, None, 6, 5)
    """
    if isinstance(cell, bool) or cell is None:
        return None
    if isinstance(cell, int | float):
        return int(cell) if cell in range(1, 10) else None
    text = narrow(str(cell)[:_MOST_CHARS]).strip()
    found = (
        re.search(
            r"(?:trl|technology readiness level|成熟度|就绪度)\D{0,6}?([1-9])(?![\d.])", text, re.IGNORECASE
        )
        or re.search(r"(?<![\d.])([1-9])\s*(?:[-–—~至到]\s*[1-9]\s*)?级", text)
        or re.match(
            r"^\D{0,3}?([1-9])(?:\s*[-–—~至到/]\s*[1-9])?\s*(?:\+|以上|及以上|or (?:above|higher))?$", text
        )
    )
    if found:
        return int(found[1])
    spelled = re.search(r"([一二三四五六七八九])\s*级", text)
    return int(chinese_number(spelled[1])) if spelled else None


def parse_date(cell: Cell) -> date | None:
    """Return the last day a cell names: '2026年3月' is 31 March, 'end of 2026' 31 December.

    Returns None for an empty cell and for words that set no date ('长期有效', '面议').

    Raises
    ------
    UnreadableDateError : text that names no day, or could name two ('03/04/2026')

    >>> parse_date("2026年3月"), parse_date("end of 2026"), parse_date("长期有效")
    (datetime.date(2026, 3, 31), datetime.date(2026, 12, 31), None)
    """
    if cell is None or isinstance(cell, bool):
        return None
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, int | float):
        return _from_number(cell)
    text = _arabic(narrow(cell[:_MOST_CHARS]).strip().lower())
    if not text:
        return None
    found = _full_date(text) or _month(text) or _year(text)
    if found is None and re.fullmatch(r"\d{5}(?:\.\d+)?", text):
        return _from_number(float(text))
    if found is None and not _PERPETUAL.search(text):
        raise UnreadableDateError(cell)
    return found


def is_serial(cell: Cell) -> bool:
    """Return whether a cell holds the bare serial number of a date, as a spreadsheet keeps it."""
    if isinstance(cell, str):
        return re.fullmatch(r"\d{5}(?:\.\d+)?", cell.strip()) is not None and is_serial(float(cell))
    return (
        not isinstance(cell, bool) and isinstance(cell, int | float) and _FIRST_SERIAL <= cell <= _LAST_SERIAL
    )


def _from_number(number: float) -> date:
    if _FIRST_SERIAL <= number <= _LAST_SERIAL:
        return date(1899, 12, 30) + timedelta(days=int(number))
    if number == int(number) and 1990 <= number <= 2100:
        return date(int(number), 12, 31)
    if number == int(number) and 19900101 <= number <= 21001231:
        return _day(int(number) // 10_000, int(number) // 100 % 100, int(number) % 100, str(int(number)))
    raise UnreadableDateError(number)


def _arabic(text: str) -> str:
    """Turn 二〇二六年三月 into 2026年3月."""
    return re.sub(
        f"[{CHINESE_DIGITS}]+(?=[年月日号])", lambda found: str(int(chinese_number(found[0]))), text
    )


def _day(year: int, month: int, day: int, text: str) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise UnreadableDateError(text) from error


def _full_date(text: str) -> date | None:
    if found := re.search(r"(?<!\d)((?:19|20)\d\d)\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?!\d)", text):
        return _day(int(found[1]), int(found[2]), int(found[3]), text)
    if found := re.search(r"(?<!\d)((?:19|20)\d\d)(\d\d)(\d\d)(?!\d)", text):
        return _day(int(found[1]), int(found[2]), int(found[3]), text)
    if found := re.search(rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th)?\s+{_MONTH_WORD},?\s+(\d{{4}})", text):
        return _day(int(found[3]), _MONTHS.index(found[2]) + 1, int(found[1]), text)
    if found := re.search(rf"\b{_MONTH_WORD}\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})", text):
        return _day(int(found[3]), _MONTHS.index(found[1]) + 1, int(found[2]), text)
    if found := re.search(r"(?<!\d)(\d{1,2})[/.](\d{1,2})[/.](\d{4})(?!\d)", text):
        first, second = int(found[1]), int(found[2])
        if first <= 12 and second <= 12 and first != second:
            raise UnreadableDateError(text)  # day first or month first: the reader must not guess
        return _day(
            int(found[3]), min(first, second) if max(first, second) > 12 else first, max(first, second), text
        )
    return None


def _month(text: str) -> date | None:
    if found := re.search(r"(?<!\d)((?:19|20)\d\d)\s*[-/.年]\s*(\d{1,2})(?!\d)", text):
        year, month = int(found[1]), int(found[2])
    elif found := re.search(rf"\b{_MONTH_WORD},?\s+(\d{{4}})", text):
        year, month = int(found[2]), _MONTHS.index(found[1]) + 1
    elif found := re.search(r"((?:19|20)\d\d)\D{0,3}?(?:q([1-4])|第?([一二三四])季度)", text):
        year, month = int(found[1]), 3 * (int(found[2]) if found[2] else "一二三四".index(found[3]) + 1)
    elif found := re.search(r"q([1-4])\D{0,3}((?:19|20)\d\d)", text):
        year, month = int(found[2]), 3 * int(found[1])
    else:
        return None
    if not 1 <= month <= 12:
        raise UnreadableDateError(text)
    return date(year, month, calendar.monthrange(year, month)[1])


def _year(text: str) -> date | None:
    if found := re.search(
        r"(?:end of|by|before|until|截至|至|到)?\s*(?<!\d)((?:19|20)\d\d)(?!\d)\s*年?", text
    ):
        half = re.search(r"上半年|年中|mid-?|first half", text)
        return date(int(found[1]), 6, 30) if half else date(int(found[1]), 12, 31)
    return None


def split_values(text: str) -> tuple[str, ...]:
    """Cut a cell with several values at list marks and line breaks; spaces and single commas in names stay.

    >>> split_values("河北、天津；北京")
    ('河北', '天津', '北京')
    >>> split_values("Tianjin; Hebei")
    ('Tianjin', 'Hebei')
    """
    parts = re.split(r"[、;；|\n，]|,(?!\s*(?:inc|ltd|co)\b)", text, flags=re.IGNORECASE)
    return tuple(dict.fromkeys(part for part in (part.strip() for part in parts) if part))


def parse_partnerships(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the codes of list A that a cell names, in the list's order, and the values that name none.

    >>> parse_partnerships("技术许可、合作开发")
    (('licence', 'joint_development'), ())
    """
    values = split_values(text)
    codes = [code for code, words in PARTNERSHIPS.items() if re.search(words, text, re.IGNORECASE)]
    every = "|".join(PARTNERSHIPS.values())
    return tuple(codes), tuple(value for value in values if not re.search(every, value, re.IGNORECASE))


def parse_flag(cell: Cell) -> bool:
    """Return whether a cell says yes.

    >>> parse_flag("是"), parse_flag("no"), parse_flag(1)
    (True, False, True)
    """
    if isinstance(cell, bool | int | float):
        return bool(cell)
    text = "" if cell is None else str(cell).strip().casefold()
    return text in {
        "yes",
        "y",
        "true",
        "t",
        "1",
        "x",
        "是",
        "对",
        "√",
        "✓",
        "演示",
        "示例",
        "demo",
        "demonstration",
        "虚构",
        "演示数据",
    }
