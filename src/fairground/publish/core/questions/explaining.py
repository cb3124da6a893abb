"""Each filter as a reader sees it: '地区：河北省', 'Region: Hebei'."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import partial

from fairground.language.local_text import LocalText
from fairground.places.core.regions import region_of
from fairground.publish.core.questions.lexicon import KIND_NAMES, LISTS
from fairground.taxonomy import code_list

FACET_NAMES: Mapping[str, tuple[str, str]] = {
    "kind": ("类别", "Kind"),
    "field": ("领域", "Field"),
    "region": ("地区", "Region"),
    "zone": ("高新区", "Zone"),
    "trl": ("技术就绪度", "TRL"),
    "partnership": ("合作方式", "Partnership"),
    "organisation_kind": ("机构类型", "Kind of organisation"),
    "organisation": ("机构", "Organisation"),
    "country": ("国家", "Country"),
    "language": ("语言", "Language"),
    "edition": ("届次", "Edition"),
    "platform_type": ("平台类型", "Type of platform"),
    "publication_type": ("文件类型", "Type of publication"),
    "facility_type": ("设施类型", "Type of facility"),
    "price": ("价格", "Price"),
    "budget": ("预算", "Budget"),
    "deadline": ("截止日期", "Deadline"),
    "open": ("时间", "Time"),
    "words": ("用词", "Words"),
}
_LANGUAGES = {"zh": ("中文", "Chinese"), "en": ("英文", "English")}
_MINOR_DIGITS = {"JPY": 0, "KRW": 0}
Names = Mapping[tuple[str, str], tuple[str, str]]


def explained(facet: str, operator: str, values: Sequence[str], names: Names) -> LocalText:
    """Return the line for one filter; `names` are the hub's own names by facet and code."""
    sides = []
    for side, language in enumerate(("zh", "en")):
        facet_name = FACET_NAMES[facet][side]
        if facet == "open":
            said = ("尚未截止", "still open")[side]
        elif operator in ("in", "not in"):
            name_of: Callable[[str], str] = partial(_name, facet, names=names, side=side)
            joined = ("、", ", ")[side].join(dict.fromkeys(name_of(value) for value in values))
            said = f"{('除外 ', 'not ')[side]}{joined}" if operator == "not in" else joined
        else:
            said = _bounds(facet, operator, values, side)
        sides.append(f"{facet_name}{'：' if language == 'zh' else ': '}{said}")
    return LocalText(zh=sides[0], en=sides[1])


def _name(facet: str, code: str, *, names: Names, side: int) -> str:
    if facet == "kind":
        return KIND_NAMES[code][side]
    if facet in LISTS:
        return code_list(LISTS[facet]).label(code, "en" if side else "zh")
    if facet in ("region", "country"):
        region = region_of(code)
        return code if region is None else (region.zh, region.en)[side]
    if facet == "language":
        return _LANGUAGES[code][side]
    return names.get((facet, code), (code, code))[side]


def _bounds(facet: str, operator: str, values: Sequence[str], side: int) -> str:
    shown: Sequence[str] = values
    unit = ""
    if facet in ("price", "budget"):
        *amounts, unit = values
        exponent = _MINOR_DIGITS.get(unit, 2)
        shown = [f"{(Decimal(amount) / 10**exponent).normalize():,f}" for amount in amounts]
        unit = f" {unit}"
    if operator == "between":
        return f"{shown[0]}–{shown[1]}{unit}"
    sign = {">=": "≥ ", "<=": "≤ ", "=": ""}[operator]
    if facet == "deadline":
        sign = {">=": ("不早于 ", "not before "), "<=": ("不晚于 ", "by ")}[operator][side]
    return f"{sign}{shown[0]}{unit}"
