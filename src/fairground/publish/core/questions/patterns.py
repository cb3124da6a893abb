"""Conditions that are written with numbers or in turns of phrase: readiness, money, dates, language, cues."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from fairground.collect.core.values import UnreadableDateError, parse_date
from fairground.kernel.money import parse_money


@dataclass(frozen=True, slots=True)
class Found:
    """A condition and where it stands; `facet` 'money' becomes price or budget once the kind is known."""

    start: int
    end: int
    facet: str
    operator: str
    values: tuple[str, ...]


_LEVELS = dict(zip("一二三四五六七八九", range(1, 10), strict=True)) | {str(n): n for n in range(1, 10)}
_LEVEL = r"([1-9一二三四五六七八九])(?![\d.]\d|\d)(?:\s*级)?"
_SCALE = (
    r"(?:(?<![a-z])trls?|技术(?:就绪|成熟)度(?:等级)?|(?:就绪|成熟)度(?:等级)?|technology readiness(?: level)?s?|"
    r"readiness levels?|maturity levels?)"
)
_LINK = r"(?:\s|:|-|为|在|达到?|到|要|须|is|of|levels?|between|from)*"
_LEAST = (
    r"≥|>=|=>|不低于|不小于|不少于|至少|最低|大于等于|at least|not below|no less than|min(?:imum)?(?: of)?"
)
_MOST = r"≤|<=|=<|不高于|不超过|不大于|至多|最高|小于等于|at most|up to|not above|no more than|max(?:imum)?(?: of)?"
_ABOVE = r">|大于|高于|超过|above|over|more than|higher than|greater than"
_BELOW = r"<|小于|低于|below|under|less than|lower than"
_COMPARE = rf"(?:(?P<least>{_LEAST})|(?P<most>{_MOST})|(?P<above>{_ABOVE})|(?P<below>{_BELOW}))"
_UP = r"(?:及|或|和|\(含\))?(?:以上|更高)|\+|(?:or|and) (?:higher|above|more|better|up|over|upwards?)"
_DOWN = r"(?:及|或|和|\(含\))?(?:以下|更低)|(?:or|and) (?:lower|below|less|under)"
_TRL_RANGE = re.compile(
    rf"{_SCALE}{_LINK}{_LEVEL}\s*(?:-|~|到|至|–|to|and)\s*(?:trl\s*)?{_LEVEL}(?:之间)?", re.IGNORECASE
)
_TRL = re.compile(rf"{_SCALE}{_LINK}{_COMPARE}?{_LINK}{_LEVEL}\s*(?:(?P<up>{_UP})|(?P<down>{_DOWN}))?")
_TRL_AFTER = re.compile(rf"{_COMPARE}\s*{_SCALE}{_LINK}{_LEVEL}")


def readiness_in(text: str) -> Iterator[Found]:
    """Yield the readiness levels asked for in lowered text."""
    for match in _TRL_RANGE.finditer(text):
        low, high = sorted(_LEVELS[match[n]] for n in (1, 2))
        yield Found(match.start(), match.end(), "trl", "between", (str(low), str(high)))
    for match in _TRL_AFTER.finditer(text):
        yield _readiness(match, match[5], up=False, down=False)
    for match in _TRL.finditer(text):
        yield _readiness(match, match[5], up=bool(match["up"]), down=bool(match["down"]))


def _readiness(match: re.Match[str], level: str, *, up: bool, down: bool) -> Found:
    value, operator = _LEVELS[level], "="
    if match["least"] or up:
        operator = ">="
    elif match["most"] or down:
        operator = "<="
    elif match["above"] and value < 9:
        operator, value = ">=", value + 1
    elif match["below"] and value > 1:
        operator, value = "<=", value - 1
    return Found(match.start(), match.end(), "trl", operator, (str(value),))


_MONEY_WORD = re.compile(
    r"(?:(?:with|within|for)?\s*(?:an? |the |our |my )?\b(?:budgets?|prices?|costs?|costing|priced)"
    r"(?:\s+(?:of|is|at|from|below|limit))*|(?:项目|总)?(?:预算|经费|投资额?|价格|报价|售价|费用|金额|成本)"
    r"(?:[为是在约]|大概|大约|只有|控制在|要在)*)\s*[:,，]?\s*$"
)
_MONEY_AFTER = re.compile(r"\s*(?:的?(?:预算|经费)|budgets?\b)")
_HAN_JOINED = re.compile(r"(?<=[元块万亿])[\u4e00-\u9fff]")
_MONEY_FOLLOWS = re.compile(r"[的以之内上下左的，,、]|预算|经费|到|能|可|做|找|想|有|就|成果|技术|需求")
_OPERATORS = {"more than": ">=", "less than": "<="}


def money_in(text: str) -> Iterator[Found]:
    """Yield the first amount of money in folded text that is plainly a limit; operator '' for a bare amount."""
    found = parse_money(text)
    # '三元锂电池' is no price: a numeral in characters counts with its 万 or 亿.
    if found is None or not re.search(r"\d|[一二两三四五六七八九十百千][万亿]", found.quote):
        return
    start = text.find(found.quote)
    end = start + len(found.quote)
    cue = _MONEY_WORD.search(text[:start].lower())
    after = _MONEY_AFTER.match(text[end:].lower())
    limited = found.qualifier in _OPERATORS or (
        found.low_minor is not None and found.low_minor != found.high_minor
    )
    if not (cue or after or limited):
        return
    if _HAN_JOINED.match(text, end) and not _MONEY_FOLLOWS.match(text, end):
        return
    if cue:
        start = cue.start() + len(cue[0]) - len(cue[0].lstrip())
    if after:
        end += after.end()
    bounds: tuple[int | None, ...]
    if found.qualifier == "more than":
        operator, bounds = ">=", (found.low_minor,)
    elif found.qualifier == "less than":
        operator, bounds = "<=", (found.high_minor,)
    elif found.low_minor != found.high_minor and None not in (found.low_minor, found.high_minor):
        operator, bounds = "between", (found.low_minor, found.high_minor)
    else:
        operator, bounds = "", (found.high_minor or found.low_minor,)
    yield Found(start, end, "money", operator, (*(str(bound) for bound in bounds), found.currency))


_DATE_ZH = r"(20\d\d年(?:\d{1,2}月(?:\d{1,2}[日号])?)?(?:底|末)?|20\d\d[-/.]\d{1,2}[-/.]\d{1,2}日?)"
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DATE_EN = (
    rf"((?:\d{{1,2}}(?:st|nd|rd|th)? )?{_MONTH},? 20\d\d|20\d\d-\d\d-\d\d|(?:the )?end of 20\d\d|20\d\d)"
)
_DUE = r"(?:due|closing|closes?|deadlines?|submissions?|open until|valid|expir(?:es|ing|e))"
_EARLY = r"by|before|until|till|on or before|no later than|not later than"
_LATE = r"after|from|later than|on or after|no earlier than"
_DATES = (
    re.compile(
        rf"(?:截止|到期|有效)(?:日期|时间|期)?[在到至为:\s]*{_DATE_ZH}\s*(?P<early>之?前|以前)?(?P<late>之?后|以后)?"
    ),
    re.compile(
        rf"(?:在|到)?{_DATE_ZH}\s*(?:(?P<early>之?前|以前|内)|(?P<late>之?后|以后))?(?:还|仍|才)?(?:截止|到期|结束)"
    ),
    re.compile(
        rf"(?:(?:with|a|an|the) )*\b{_DUE}(?: date)?(?: is| are| dates?| for submissions?)? "
        rf"(?:(?P<early>{_EARLY})|(?P<late>{_LATE})|in) {_DATE_EN}\b"
    ),
)


def dates_in(text: str) -> Iterator[Found]:
    """Yield the deadlines asked for in lowered text; a day that cannot be read sets none."""
    for pattern in _DATES:
        for match in pattern.finditer(text):
            written = next(group for group in match.groups() if group and re.search(r"20\d\d", group))
            try:
                day = parse_date(written)
            except UnreadableDateError:
                continue
            if day is not None:
                yield Found(
                    match.start(),
                    match.end(),
                    "deadline",
                    ">=" if match["late"] else "<=",
                    (day.isoformat(),),
                )


_OPEN = re.compile(
    r"(?:现在|目前)?(?:还|仍|仍然|正)?(?:在)?(?:开放申请|开放申报|接受申报|接受申请|可申报|开放征集|征集中)|(?:现在|目前)还?(?:在|正在)征集|正在征集|"
    r"(?:还|仍)(?:未|没有?|在)(?:截止|到期|过期|有效期内?)|尚未截止|未截止|未过期|没(?:有)?(?:截止|过期)|有效期内|仍然?有效|"
    r"\b(?:that (?:are|is) |which (?:are|is) )?(?:still|currently) (?:open|valid)(?: for \w+)?\b|\bopen now\b|"
    r"\bopen for (?:bids|applications?|proposals)\b|\bopen(?= (?:challenges|needs|calls|requests)\b)|\bnot yet closed\b"
)
_HAN_LANGUAGE = re.compile(
    r"(?:用|有|以)?(?P<name>中英文|中英双语|双语|英文|英语|中文|汉语)"
    r"(?:(?:版本?|撰写|写成?|书写|授课|演讲)(?:的)?|的|(?=报告|白皮书|资料|材料|介绍|论坛|活动|场次|政策|文件|成果|数据集|标准|$|[\s,，。?]))"
)
_LATIN_LANGUAGE = re.compile(
    r"\b(?:(?:written |available |published )?in (?P<plain>english|chinese|mandarin)\b"
    r"(?! (?:hospitals?|companies|universit|firms|cit|market|provinces?|industr))|"
    r"(?P<hyphen>english|chinese)[- ]language\b|(?P<version>english|chinese) versions?\b)"
)


def open_in(text: str) -> Iterator[Found]:
    """Yield where lowered text asks for what is still open."""
    for match in _OPEN.finditer(text):
        yield Found(match.start(), match.end(), "open", "in", ("now",))


def languages_in(text: str) -> Iterator[Found]:
    """Yield the languages a record is asked to be in."""
    for match in _HAN_LANGUAGE.finditer(text):
        name = match["name"]
        codes = ("zh", "en") if name[0] in "双中" and name not in ("中文",) else ("zh",)
        yield Found(match.start(), match.end(), "language", "in", ("en",) if name[0] == "英" else codes)
    for match in _LATIN_LANGUAGE.finditer(text):
        name = match["plain"] or match["hyphen"] or match["version"]
        yield Found(match.start(), match.end(), "language", "in", ("en" if name == "english" else "zh",))


# Turns of phrase that say what is asked for, tried in this order.
CUES: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "need",
        re.compile(
            r"谁(?:正在|家)?(?:需要|在找|想要|想找|缺|急需|求购|在求|要买)|(?<=[业司校院所构])(?:正在|急)?(?:需要|在找|想要|急需|求购|缺)|"
            r"有(?:谁|人|没有人)(?:需要|在找|想要)|\bwho (?:needs|need|wants|is looking for|are looking for|is seeking|"
            r"requires)\b|"
            r"(?:(?<=companies )|(?<=firms )|(?<=universities )|(?<=hospitals )|(?<=institutes )|(?<=manufacturers )|"
            r"\b(?:that|which|who) )(?:are |is )?(?:needs?|looking for|seeking|in need of|searching for)\b"
        ),
    ),
    (
        "where",
        re.compile(
            r"(?:哪里|哪儿|什么地方|去哪儿?|在哪里?)(?:可以|能|能够|提供)?(?:做|测试|检测|测|试验|开展|进行|租到|租|借到|借|预约)|(?:哪里|哪儿)(?:可以|能)(?=\S)|"
            r"\bwhere (?:can|could|do|may|should) (?:i|we|you|one)(?: get| go to| go for)? ?"
            r"(?:test|measure|do|run|try|use|analyse|analyze|have|simulate|calibrate)?\b"
        ),
    ),
    (
        "book",
        re.compile(
            r"(?:一|几|两|哪)台|\b(?:that |which )?(?:i|we|one) (?:can|could|may) (?:book|rent|hire|borrow|use|share)\b"
            r"|\b(?:to|for) (?:rent|hire)\b"
        ),
    ),
    (
        "offer",
        re.compile(
            r"谁家?(?:能够?|会|可以|可|有能力|擅长)(?:做|提供|解决|生产|供应|加工|制造|研发)?|谁(?:有|做|生产|供应|掌握|提供|拥有)|"
            r"有(?:没有)?人(?:能|会|可以|做|在做)|有谁(?:能|会|可以|做|在做)(?:做)?|"
            r"\bwho (?:can|could|has|have|had|offers?|makes?|sells?|provides?|builds?|develops?|produces?|supplies|"
            r"knows how to)(?: (?:do|make|offer|provide|supply|build|perform|deliver|produce))?\b|"
            r"\b(?:can|could|does|is there|do you know) (?:anyone|anybody|someone|somebody)"
            r"(?: (?:who|that))?(?: (?:can|could|to|with|able to|has|have))?"
            r"(?: (?:do|make|makes|offer|offers|provide|provides|supply|supplies|build|perform|produce|have))?\b|"
            r"\b(?:someone|somebody|anyone|anybody) (?:who|that|to|with|able to)(?: (?:can|could|has|have))?"
            r"(?: (?:do|does|make|makes|offers?|provides?|supply|supplies|builds?|performs?|produces?))?\b"
        ),
    ),
    (
        "can",
        re.compile(
            r"(?:能够?|可以|会|有能力)(?:做|提供|解决|生产|供应|加工|制造|研发|承接)|提供|"
            r"\b(?:can|could|able to|capable of) (?:do|make|offer|provide|supply|build|perform|deliver|produce|solve|"
            r"making|doing)\b|\b(?:offer|offering|provide|providing|supply|supplying)\b"
        ),
    ),
)

NEGATORS = re.compile(
    r"(?:不要|不想要|不找|不看|排除|别要|不考虑|不接受|不支持|不包括|不含|不在|不是|不用|不需要|除了|除去|除开|除|非(?!常|晶|线|金|接|均|标|遗|牛|洲|平衡|对称))|"
    r"\b(?:outside of|outside|except for|except from|except in|except|"
    r"excluding|other than|but not from|but not in|but not|"
    r"not located in|not based in|not from|not in|not by|not at|without|apart from|not)(?![a-z])|\bnon-"
)
# These shut out a word too; the others shut out only what is a filter: 'without lead' is a property, to be searched.
STRONG_NEGATORS = frozenset(
    [
        "不要",
        "不想要",
        "不找",
        "不看",
        "排除",
        "别要",
        "不考虑",
        "excluding",
        "except",
        "other",
        "apart",
        "but",
    ]
)

# What stands before an organisation when it is the one that asks, or the one that is to be served.
ASKING_SELF = re.compile(
    r"(?:(?:我们?是|作为|我们?这)[一几]?[家所个名位]?[^,，。;；?？!！找寻想求]{0,12}|(?:^|[,，。;；\s])(?:本|我们?|我司))$|"
    r"\b(?:we are|we're|i am|i'm|as|i represent|we represent|i work (?:for|at|in)|we work (?:for|at|in)|on behalf of)"
    r"(?: an?| the| my| our)(?: [\w-]+){0,2} $|\b(?:our|my) $"
)
SERVED = re.compile(
    r"(?:适合|面向|针对|适用于|用于|服务于|提供给|供|(?<!look )(?<!looking )(?<!search )(?<!searching )(?<!ask )\bfor|"
    r"\b(?:aimed at|used (?:by|in)))"
    r"\s*(?:small |medium |large |local |the |all |some |these |our |广大|各类|所有|大型|小型)*$"
)
