"""How a bound is said: at least, not over, 不低于, 以上, about, ±, up to."""

import re

BETTER = "better"


_BEFORE: tuple[tuple[str, str], ...] = (
    (r"(?:±|\+/-|\+-|正负)", "tolerance"),
    (
        r"(?:(?:不|未|没有|无|勿)(?:能|得|应|可|宜|会|要|允许|必)?\s?(?:够)?(?:低于|少于|"
        r"小于|短于|慢于|弱于|低过)|不少於|≥|>=|=>|>=|大于等于|大于或等于|高于或等于|"
        r"高于等于|等于或大于|至少|起码|最低为|最低|最少|最小为|下限为?|不低過)",
        "ge",
    ),
    (r"(?:至少|起码)(?:能够?|可以?)?[\u4e00-\u9fff]{0,3}", "ge"),
    (
        r"(?:(?:不|未|没有|勿)(?:能|得|应|可|宜|会|要|允许|必)?\s?(?:高于|超过|超出|大于|"
        r"多于|长于|超|高过)|≤|<=|=<|小于等于|小于或等于|低于或等于|低于等于|等于或小于|至多|"
        r"上限为?|控制在|限制在|限于)",
        "le",
    ),
    (r"(?:最高可?达?到?|最大可?达?到?|最多可?|最长可?达?|最快可?达?|上至)", "upto"),
    (r"(?:不足|不到|未达到?|达不到|未能达到|无法达到|不能达到|未满|小于|低于|少于|短于|<|" r"不及)", "lt"),
    (r"(?:超过|超出|大于|高于|多于|长于|>|突破|逾|超)", "gt"),
    (r"(?:优于|好于|胜于)", BETTER),
    (r"(?:约为|大约|大概|(?<![节制])约|近|接近|将近|左右|≈|~)", "about"),
    (
        r"(?:(?:no|not|never|n't)(?:\s(?:be|have|weigh|cost|take|drop|fall))?\s(?:(?:be|"
        r"any)\s)?(?:less|lower|fewer|smaller|shorter|worse|under|below)(?:\sthan)?|(?:not|"
        r"never)\s(?:fall|drop|go|be)\s(?:below|under))",
        "ge",
    ),
    (
        r"(?:(?:no|not|never|n't|without)(?:\s(?:be|have|weigh|cost|take))?\s(?:(?:be|"
        r"any)\s)?(?:more|greater|higher|larger|longer|heavier|thicker|over|above|exceed|"
        r"exceeds|exceeded|exceeding|wider)(?:\sthan)?|(?:not|never)\sto\sexceed)",
        "le",
    ),
    (
        r"(?:at\sleast|a\sminimum\sof|minimum(?:\sof)?|min\.?(?:\sof)?|"
        r"greater\sthan\sor\sequal\sto|equal\sto\sor\s(?:greater|more|higher)\sthan|"
        r"more\sthan\sor\sequal\sto|starting\sat|upwards\sof)",
        "ge",
    ),
    (
        r"(?:at\smost|a\smaximum\sof|maximum(?:\sof)?|max\.?(?:\sof)?|"
        r"less\sthan\sor\sequal\sto|equal\sto\sor\s(?:less|lower)\sthan|limited\sto|within|"
        r"capped\sat)",
        "le",
    ),
    (r"(?:up\sto|as\s(?:much|many|long|far|fast)\sas)", "upto"),
    (r"(?:down\sto|as\s(?:small|little|few)\sas)", "downto"),
    (
        r"(?:(?:cannot|can't|can\snot|unable\sto|fails?\sto|failed\sto|does\snot|did\snot|"
        r"not\syet|never|not)\s(?:yet\s)?(?:reach(?:ed)?|achieve[ds]?|attain(?:ed)?|meet|"
        r"hit))",
        "lt",
    ),
    (
        r"(?:more\sthan|greater\sthan|higher\sthan|larger\sthan|longer\sthan|in\sexcess\sof|"
        r"over(?!\s(?:an?|the)\s)|above|exceed(?:s|ing|ed)?|beyond|surpass(?:es|ed|ing)?|top(?:s|ped))",
        "gt",
    ),
    (
        r"(?:less\sthan|lower\sthan|fewer\sthan|smaller\sthan|shorter\sthan|under|below|" r"beneath|sub-?)",
        "lt",
    ),
    (r"(?:better\sthan)", BETTER),
    (
        r"(?:approximately|about|around|approx\.?|roughly|nearly|almost|some|close\sto|circa|"
        r"ca\.|on\sthe\sorder\sof)",
        "about",
    ),
)


_FILLER = (
    r"(?:\s|:|：|支持|容纳|承载|承受|处理|覆盖|存储|连续|同时|接入|管理|为|在|是|到|了|至|有|只有|仅|仅为|只|in|of|a|an|the|be|[¥￥$€£(（]|US\$|"
    r"RMB|CNY|USD|EUR)*$"
)


_BEFORE_RES = tuple((re.compile(pattern + _FILLER, re.IGNORECASE), name) for pattern, name in _BEFORE)


_BEFORE_HINT = re.compile(
    r"[±≥≤<>=≈~不未没无勿至起最下上限控超达足到满高低大小多少于突逾优好约近概]|than|"
    r"least|most|min|max|exceed|over|above|below|under|up to|down to|as |within|"
    r"about|around|approx|rough|near|almost|some|close|reach|achiev|attain|meet|hit|"
    r"beyond|surpass|top|sub|limited|capped|ca\.|circa|order|excess|start|upward|\+/-|"
    r"\+-",
    re.IGNORECASE,
)


_AFTER: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), name)
    for pattern, name in (
        (
            r"\s?(?:\(含\))?\s?(?:及|或|和)?(?:以上|更高|更多)|\+(?!\s?\d|/|-)|\s?(?:or|"
            r"and)\s(?:more|higher|above|beyond|better|greater|over|up|longer)\b|\s(?:at\sleast|minimum|"
            r"min\b)|\s?起(?![到来重飞])",
            "ge",
        ),
        (
            r"\s?(?:及|或|和)?(?:以下|以内|之内|内(?![部置存径])|更低|更少)|\s(?:or|"
            r"and)\s(?:less|lower|below|fewer|under|smaller|shorter)\b|\s(?:at\smost|maximum|"
            r"max\b)",
            "le",
        ),
        (r"\s?(?:左右|上下|前后)", "about"),
    )
)


_ABOUT_TOO = re.compile(
    r"(?:约|大约|约为|近|接近|approximately|about|around|approx\.?|roughly|nearly|" r"almost)[\s为]*$",
    re.IGNORECASE,
)


def comparator_before(text: str, start: int) -> tuple[str, bool, int]:
    """Return the comparator that ends at `start`, whether it is approximate, and where it begins."""
    window = max(0, start - 34)
    before = text[window:start]
    if not _BEFORE_HINT.search(before):
        return "eq", False, start
    for pattern, name in _BEFORE_RES:
        match = pattern.search(before)
        if match:
            place = window + match.start()
            if name == "about":
                return "eq", True, place
            if name == "tolerance":
                outer = comparator_before(text, place)
                if outer[0] in ("le", "lt", BETTER):  # '≤ ±0.02 mm' bounds the tolerance itself
                    return ("lt" if outer[0] == BETTER else outer[0]), outer[1], outer[2]
            return name, bool(_ABOUT_TOO.search(text[max(0, place - 14) : place])), place
    return "eq", False, start


def comparator_after(text: str, end: int) -> tuple[str, int] | None:
    for pattern, name in _AFTER:
        match = pattern.match(text, end)
        if match:
            return name, match.end()
    return None
