"""Telling a relative change (‘30 % less’) from a level (‘30 %’)."""

import re

from fairground.language.units import Unit, dimension_of

_UP = (
    r"提高|提升|增加|延长|extend\w*|prolong\w*|增长|增强|上升|改善|improv\w*|increas\w*|rais\w*|boost\w*|gain\w*|"
    r"rose\b|ris(?:es|en|ing)\b|grow\w*|enhanc\w*|higher by"
)


_DOWN = (
    r"降低|减少|下降|缩短|减小|节省|节约|节能率?|节电率?|节水率?|节油率?|节材率?|减排率?|减重率?|减轻|减|降|省|reduc\w*|"
    r"decreas\w*|lower\w*|cut\w*|sav\w*|short\w*|drop\w*|declin\w*|f[ae]ll(?:s|ing|"
    r"en)?\b|fewer by"
)


_LEVEL_LINK = re.compile(
    r"(?:到|至|为|达到?|高达|\bto|\bat|\breach\w*|\bof\sat\sleast\sto)\s?(?:了|约|about|"
    r"around|approximately|at least|less than|"
    r"more than|below|above|over|under|不低于|不高于|不超过|≥|≤|>|<|=|\s)*$",
    re.IGNORECASE,
)


_CHANGE_BEFORE = re.compile(rf"(?P<up>{_UP})|(?P<down>{_DOWN})|(?P<fall>↓|−\s?$)|(?P<rise>↑)", re.IGNORECASE)


_CHANGE_AFTER = re.compile(
    r"(?:\s|个百分点|of|的)*(?:(?P<up>improvement|increase|gain|growth|boost|higher|"
    r"faster|better|more(?=\s\w+\sthan)|longer|greater|提升|提高|增幅|增长|增加)"
    r"|(?P<down>reduction|decrease|savings?|lower(?!ing)|less(?=\s|$)|fewer|cheaper|"
    r"lighter|smaller|shorter|drop|decline|降幅|下降|降低|减少|节省))",
    re.IGNORECASE,
)


_SAVED = re.compile(r"节省|节约|\bsav(?:e|es|ed|ing|ings)\b", re.IGNORECASE)


_OLD_LEVEL_BEFORE = re.compile(r"(?:从|由|\bfrom)\s?(?:原来的|原有的|原先的|the\s)?$", re.IGNORECASE)


_OLD_LEVEL_AFTER = re.compile(
    r"\s?(?:提高|提升|降低|下降|降|增加|增至|减少|缩短|减|压缩|升|\bto\b|到|至|逐步|大幅|" r"down|up)",
    re.IGNORECASE,
)


def change_of(text: str, begin: int, clause: int, end: int, unit: Unit | None) -> str:
    """Tell whether the value is a relative change ('up' or 'down') rather than a level."""
    left = text[clause:begin]
    if _OLD_LEVEL_BEFORE.search(left) and _OLD_LEVEL_AFTER.match(text, end):
        return "before"
    dimension = "ratio" if unit is None else dimension_of(unit.vector)
    money = dimension.startswith("money")
    if not money and dimension not in ("ratio", "factor", "time", "level"):
        return ""
    relative = unit is not None and dimension in ("ratio", "factor")
    if relative:
        after = _CHANGE_AFTER.match(text, end)
        if after:
            return "up" if after.group("up") else "down"
    last = None
    for last in _CHANGE_BEFORE.finditer(left):  # noqa: B007 -- the last hit is what is wanted
        pass
    if last is None:
        return ""
    tail = left[last.end() :]
    saving = last.group().startswith("节") and len(last.group()) > 2
    if len(tail) > 40 or (_LEVEL_LINK.search(left) and not saving):
        return ""
    if money and _SAVED.search(left):
        return "down"
    if not relative and not re.search(r"(?:\bby|了)\s?[^\s]{0,12}\s?$", tail):
        return ""
    if (
        last.group("down")
        and re.match(r"(?:cut|sav|short|drop)", last.group("down"), re.IGNORECASE)
        and len(tail) > 25
    ):
        return ""
    return "up" if last.group("up") or last.group("rise") else "down"
