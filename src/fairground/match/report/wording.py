"""The report's words, numbers, dates and sums as a Chinese and as an English reader writes them."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from fairground.kernel.money import MoneyRange
from fairground.match.core.results import Evidence, Verdict

Phrase = tuple[str, str]  # (Chinese, English)

EVIDENCE_MARK: Mapping[Evidence, str] = {Evidence.ENOUGH: "●", Evidence.THIN: "◐", Evidence.NONE: "○"}
EVIDENCE_WORD: Mapping[Evidence, Phrase] = {
    Evidence.ENOUGH: ("依据充分", "enough evidence"),
    Evidence.THIN: ("依据单薄", "thin evidence"),
    Evidence.NONE: ("依据不足", "not enough evidence"),
}

VERDICT_MARK: Mapping[Verdict, str] = {Verdict.MET: "✓", Verdict.MISSING: "–", Verdict.CONTRADICTED: "✗"}
VERDICT_WORD: Mapping[Verdict, Phrase] = {
    Verdict.MET: ("符合", "met"),
    Verdict.MISSING: ("未找到", "not found"),
    Verdict.CONTRADICTED: ("抵触", "contradicted"),
}

# A refused approach is not wanted: its verdicts read the other way.
REFUSED_WORD: Phrase = ("不接受", "refused")
REFUSED_VERDICT_WORD: Mapping[Verdict, Phrase] = {
    Verdict.MET: ("未采用", "not used, and says so"),
    Verdict.MISSING: ("未说明", "not stated"),
    Verdict.CONTRADICTED: ("采用了", "uses it"),
}

LEVEL_WORD: Mapping[str, Phrase] = {"must": ("必须", "must"), "should": ("希望", "should")}

SEVERITY_WORD: Mapping[str, Phrase] = {
    "blocks": ("不可行", "ruled out"),
    "warns": ("注意", "caution"),
    "open": ("待确认", "to confirm"),
}

CONSTRAINT_WORD: Mapping[str, Phrase] = {
    "trl": ("技术成熟度", "readiness level"),
    "region": ("地区", "region"),
    "budget": ("预算", "budget"),
    "deadline": ("期限", "deadline"),
    "ipr": ("知识产权", "intellectual property"),
    "export": ("出口限制", "export restriction"),
    "excluded": ("排除的方案", "excluded approach"),
    "partnership": ("合作方式", "form of partnership"),
}

PART_WORD: Mapping[str, Phrase] = {
    "words": ("用词", "words"),
    "phrases": ("短语", "phrases"),
    "meaning": ("语义", "meaning"),
    "titles": ("标题", "titles"),
    "fits_need": ("合需求", "fits the need"),
    "fits_offer": ("合成果", "fits the offer"),
}

FIELD_WORD: Mapping[str, Phrase] = {
    "title": ("标题", "title"),
    "summary": ("摘要", "summary"),
    "description": ("说明", "description"),
    "problem_solved": ("解决的问题", "problem solved"),
    "advantage": ("优势", "advantage"),
    "economics": ("经济性", "economics"),
    "material": ("材料", "material"),
    "method": ("方法", "method"),
    "efficacy": ("功效", "efficacy"),
    "product": ("产品", "product"),
    "application": ("应用", "application"),
    "evidence": ("佐证", "evidence"),
    "deployed": ("应用情况", "where deployed"),
    "keywords": ("关键词", "keywords"),
    "field": ("领域", "field"),
}

QUALIFIER_WORD: Mapping[str, Phrase] = {
    "about": ("约", "about"),
    "more than": ("超过", "more than"),
    "less than": ("不到", "less than"),
    "nearly": ("近", "nearly"),
}

CURRENCY_WORD: Mapping[str, str] = {
    "CNY": "元",
    "USD": "美元",
    "EUR": "欧元",
    "JPY": "日元",
    "GBP": "英镑",
    "HKD": "港元",
}

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def phrase(table: Mapping[str, Phrase], key: str) -> Phrase:
    """Return the phrase for `key`, or the key itself (blanks for underscores) in both languages."""
    plain = key.replace("_", " ")
    return table.get(key, (plain, plain))


def listed(phrases: Sequence[Phrase]) -> Phrase:
    """Join phrases the way each language joins a list: '甲、乙' and 'a, b'."""
    return "、".join(zh for zh, _ in phrases), ", ".join(en for _, en in phrases)


def count_phrase(number: int) -> Phrase:
    """Return a count for each reader: exact, with 万 from ten thousand on in Chinese ('1.2万', '12,000')."""
    english = f"{number:,}"
    if abs(number) < 10_000:
        return english, english
    return f"{_plain(Decimal(number) / 10_000)}万", english


def day_phrase(day: date) -> Phrase:
    """Return a date for each reader: '2024年4月25日' and '25 April 2024'."""
    return f"{day.year}年{day.month}月{day.day}日", f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def money_phrase(money: MoneyRange) -> Phrase:
    """Return an amount for each reader, its qualifier kept; the quote stands in where no number was read."""
    low, high = money.low_minor, money.high_minor
    if low is None and high is None:
        return money.quote, money.quote
    unit = CURRENCY_WORD.get(money.currency, money.currency)
    if low is None or high is None:
        known = high if low is None else low
        if known is None:
            raise AssertionError("one end is known here")
        zh, en = _amount(known)
        if low is None:
            return f"不超过{zh}{unit}", f"up to {money.currency} {en}"
        return f"{zh}{unit}以上", f"{money.currency} {en} or more"
    before_zh, before_en = QUALIFIER_WORD.get(money.qualifier, ("", ""))
    (low_zh, low_en), (high_zh, high_en) = _amount(low), _amount(high)
    if low == high:
        return f"{before_zh}{low_zh}{unit}", f"{before_en} {money.currency} {low_en}".strip()
    return f"{before_zh}{low_zh}–{high_zh}{unit}", f"{before_en} {money.currency} {low_en}–{high_en}".strip()


def _amount(minor: int) -> Phrase:
    whole = Decimal(minor) / 100
    if whole >= 100_000_000:
        zh = f"{_plain(whole / 100_000_000)}亿"
    elif whole >= 10_000:
        zh = f"{_plain(whole / 10_000)}万"
    else:
        zh = _plain(whole)
    if whole >= 1_000_000_000:
        return zh, f"{_plain(whole / 1_000_000_000)} bn"
    if whole >= 1_000_000:
        return zh, f"{_plain(whole / 1_000_000)} m"
    return zh, _plain(whole, ",")


def _plain(number: Decimal, grouping: str = "") -> str:
    """Print an exact decimal without an exponent and without trailing zeros."""
    text = f"{number:{grouping}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
