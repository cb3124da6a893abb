"""Figures of a wish: floor space in square metres, and how near something shall be."""

import re
from dataclasses import dataclass

from fairground.language.normalise import fold
from fairground.language.quantities import quantities

NEAR_KM = 50.0  # what 'near' is read as where no figure is given; the answer says so
_HAN_DIGITS = {
    sign: value
    for value, signs in enumerate(("", "一", "二两", "三", "四", "五", "六", "七", "八", "九"))
    for sign in signs
}
_HAN_SIZES = {"百": 100, "千": 1000, "万": 10_000}
_HAN_AREA = re.compile(r"([一二两三四五六七八九])([百千万])(?:([一二两三四五六七八九])百)?(?=平)")
_AREA_SPELLING = (
    (re.compile(r"(?<=[\d万千百])\s?(?:平方(?!米|公里|千米|英尺)|平(?!方|米))"), "平米"),
    (re.compile(r"(?<=\d)\s?(?:m2|㎡|m\^2|sqm|sq\.?\s?m(?:et(?:re|er)s?)?)(?![a-z])", re.IGNORECASE), " m²"),
)
_HOUR_WORDS = {
    "半": 0.5, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "half an": 0.5, "an": 1, "a": 1, "one": 1,
    "two": 2, "three": 3, "four": 4, "five": 5, "half": 0.5,
}  # fmt: skip
_DURATION = re.compile(
    r"(?P<figure>\d{1,3}(?:\.\d+)?|一个半|[半一二两三四五]|half[\s-]an|\b(?:an|a|one|two|three|four|five|half))"
    r"[\s-]?个?(?P<half>半)?(?P<unit>小时|钟头|分钟|分(?!之)|hours?\b|hrs?\b|h\b|minutes?\b|mins?\b)(?P<after>半)?",
    re.IGNORECASE,
)
_LENGTH = re.compile(
    r"(?P<figure>\d{1,4}(?:\.\d+)?|[一二两三四五六七八九]?[十百]|[一二两三四五六七八九]十[一二三四五六七八九]?)"
    r"\s?(?:公里|千米|km\b|kilomet(?:re|er)s?\b|里(?!面))",
    re.IGNORECASE,
)
_MILES = re.compile(r"(?P<figure>\d{1,3}(?:\.\d+)?)\s?miles?\b", re.IGNORECASE)
_RAIL = re.compile(r"高铁|动车|火车|铁路|城际|地铁|\b(?:rail|railway|train|bullet)\b", re.IGNORECASE)
_ROAD = re.compile(
    r"车程|开车|驾车|自驾|公路|高速(?!铁)|\b(?:driv(?:e|ing)|car|road|motorway|lorry|truck)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Nearness:
    """How near a place shall be: at most so many kilometres, or minutes by 'rail', 'road' or ('') either."""

    place: str
    km: float | None = None
    minutes: float | None = None
    mode: str = ""
    assumed: bool = False  # 'near' without a figure: `NEAR_KM` is ours


def area_m2(text: str) -> float | None:
    """Return the floor space a text asks for, in m²; the least of a range; None where it names none."""
    spelled = _spelled(text)
    for item in quantities(spelled):
        if item.dimension == "area":
            value = item.low if item.low is not None else item.high
            if value is not None and value > 0:
                return value
    return None


def without_area(text: str) -> str:
    """Return what is left of a text when its floor space is taken out: the kind of space, say."""
    spelled = _spelled(text)
    for item in reversed(quantities(spelled)):
        if item.dimension == "area":
            spelled = f"{spelled[: item.start]} {spelled[item.end :]}"
    return _LINK.sub("", _PLAIN_BOUND.sub(" ", spelled).strip(" ,，的、-")).strip()


_LINK = re.compile(r"^(?:of|for)\s|\s(?:of|for)$", re.IGNORECASE)
_PLAIN_BOUND = re.compile(
    r"不少于|不低于|不小于|至少|大约|约|左右|以上|以内|面积|[≥≤><]=?|"
    r"\b(?:at\sleast|about|around|some|approximately|of\sfloor\sspace|floor\sspace|up\sto|or\smore)\b",
    re.IGNORECASE,
)


def _spelled(text: str) -> str:
    spelled = _HAN_AREA.sub(_han_area, fold(text))
    for pattern, plain in _AREA_SPELLING:
        spelled = pattern.sub(plain, spelled)
    return spelled


def _han_area(found: re.Match[str]) -> str:
    value = _HAN_DIGITS[found.group(1)] * _HAN_SIZES[found.group(2)]
    return str(value + (_HAN_DIGITS[found.group(3)] * 100 if found.group(3) else 0))


def minutes_of(text: str) -> float | None:
    """Return the first length of time a text names, in minutes; None where it names none."""
    found = _DURATION.search(fold(text))
    if found is None:
        return None
    figure = found.group("figure").lower()
    value = 1.5 if figure == "一个半" else _HOUR_WORDS.get(figure.replace("-", " "))
    value = float(figure) if value is None else float(value)
    if found.group("half") or found.group("after"):
        value += 0.5
    return value if found.group("unit").lower().startswith(("分", "min")) else value * 60


def kilometres_of(text: str) -> float | None:
    """Return the first distance a text names, in kilometres; None where it names none."""
    folded = fold(text)
    if miles := _MILES.search(folded):
        return float(miles.group("figure")) * 1.609344
    found = _LENGTH.search(folded)
    if found is None:
        return None
    figure = found.group("figure")
    value = float(figure) if figure[0].isdigit() else _han_number(figure)
    # 里 by itself is half a kilometre; 公里 has been read as a kilometre before it.
    return value / 2 if found.group().endswith("里") and "公里" not in found.group() else value


def _han_number(figure: str) -> float:
    value, digit = 0, 0
    for sign in figure:
        if sign in ("十", "百"):
            value += (digit or 1) * (10 if sign == "十" else 100)
            digit = 0
        else:
            digit = _HAN_DIGITS[sign]
    return float(value + digit)


_TO_PLACE = (
    re.compile(
        r"(?:距离?|离|到达?|至|靠近|邻近|临近|毗邻|紧邻|挨着|往返)\s?(?P<place>[\u4e00-\u9fffA-Za-z' ]{2,24}?)"
        r"(?=$|[\d\s,，]|高铁|动车|火车|铁路|城际|地铁|车程|开车|驾车|自驾|公路|直线|不超过|不到|不大于|在|约|附近|周边|半|"
        r"一个?|两个?|三个?|四个?|五个?|以内|之内|路程|≤|<|的)"
    ),
    re.compile(r"(?P<place>[\u4e00-\u9fff]{2,10}?)(?:周边|附近|方圆|半径)"),
    re.compile(r"(?:到达?|至|抵达?|通达|直达|往)(?P<place>[\u4e00-\u9fff]{2,12})$"),
    re.compile(
        r"(?P<place>[\u4e00-\u9fff]{2,10}?)(?:的?(?:高铁|动车|火车|驾车|开车|自驾)?)(?:半|[一二两三四五\d]+)个?半?"
        r"(?:小时|分钟)(?:经济圈|交通圈|通勤圈|生活圈|圈|以?内|之内)"
    ),
    re.compile(
        r"\b(?:of|from|to|near|close\sto|next\sto|beside|around|reach(?:ing)?)\s(?:the\s)?"
        r"(?P<place>[A-Za-z][A-Za-z' \-]{1,40}?)"
        r"(?=$|[\d,;.()≤<]|\sby\s|\sin\s|\swithin\s|\sat\s|\sunder\s|\sor\s|\sand\s)",
        re.IGNORECASE,
    ),
    re.compile(
        r"\b(?:of|from|to|near|离|距|到)\s?(?P<place>[\u4e00-\u9fff]{2,12}|[A-Za-z][A-Za-z' \-]{1,40})", re.IGNORECASE
    ),
)  # fmt: skip
_NEAR = re.compile(
    r"靠近|邻近|临近|毗邻|紧邻|挨着|附近|周边|\b(?:near|close\sto|next\sto|beside|around)\b", re.IGNORECASE
)
_NO_PLACE = re.compile(
    r"^(?:高铁|动车|火车|铁路|车程|公路|地铁|an?\shour|one\shour|half|within|by|rail|train|the|it|car|road|home|work)\b",
    re.IGNORECASE,
)


def read_nearness(text: str) -> Nearness | None:
    """Read how near a text wants something: '距北京高铁一小时', 'within 100 km of Tianjin', '靠近保定高新区'.

    Returns None where it names no place, or neither a figure nor that it shall be near.
    """
    folded = fold(text).strip()
    km, minutes = kilometres_of(folded), minutes_of(folded)
    near = bool(_NEAR.search(folded))
    if km is None and minutes is None and not near:
        return None
    place = _place_in(folded)
    if not place:
        return None
    if _RAIL.search(folded):
        mode = "rail"
    elif _ROAD.search(folded):
        mode = "road"
    else:
        mode = ""
    if minutes is not None:
        return Nearness(place, minutes=minutes, mode=mode) if minutes > 0 else None
    if km is not None:
        return Nearness(place, km=km, mode=mode) if km > 0 else None
    return Nearness(place, km=NEAR_KM, assumed=True)


def _place_in(folded: str) -> str:
    for pattern in _TO_PLACE:
        for found in pattern.finditer(folded):
            place = found.group("place").strip(" '-的在")
            if len(place) >= 2 and not _NO_PLACE.match(place):
                return place
    return ""
