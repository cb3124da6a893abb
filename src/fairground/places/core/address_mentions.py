"""Which words of an address name places: spans of the text with every place each may mean.

Longest names win, from the left. A name that goes on as a street or a university (北京路, Beijing University) is kept
but weighs little: Shanghai's 南京路 must not move an address to Nanjing.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from fairground.language.normalise import fold
from fairground.places.core.gazetteer import Gazetteer, Name, latin_key

LONGEST_ADDRESS = 400  # characters read; what follows is no address
MOST_MENTIONS = 24
WEIGHTS = {"full": 1.0, "old": 0.9, "short": 0.75, "code": 0.8, "fuzzy": 0.6}
FAINT = 0.15

_HAN_NUMBER = r"(?:东|西|南|北|中|前|后|内|外|新|老|第|[一二三四五六七八九十]|\d)"
_HAN_STREET = re.compile(
    rf"{_HAN_NUMBER}{{0,3}}(?:大街|大道|公路|高速|胡同|广场|大厦|花园|小区|[路街道巷弄桥])"
)
_HAN_BODY = re.compile(
    r"[^\s,，、;；()（）\d区市县镇乡号路街]{0,4}(?:大学|学院|医院|研究院|研究所|银行|饭店|酒店)(?!大?[路街道])"
)
_ENDINGS = "省市区县旗盟州镇乡區縣鎮鄉城园"
_TOKEN = re.compile(r"[^\W\d_]+(?:['’`.-]+[^\W\d_]+)*", re.UNICODE)
_STREETS = (
    "road rd street st avenue ave lu jie dajie dadao boulevard blvd lane ln hutong highway hwy drive dr "
    "bridge square xiang alley expressway tower building plaza mansion park garden"
)
STREET_WORDS = frozenset(_STREETS.split())
_SIDES = "east west north south middle central zhong dong xi nan bei inner outer ring"
DIRECTIONS = frozenset(_SIDES.split())
_BODIES = "university college institute hospital hotel bank school academy normal polytechnic"
BODIES = frozenset(_BODIES.split())
# What may follow a name in English or pinyin, and the endings of the Chinese names it allows.
KIND_WORDS = {
    "district": "区", "qu": "区", "county": "县", "xian": "县", "city": "市", "shi": "市", "municipality": "市",
    "province": "省", "sheng": "省", "prov": "省", "prefecture": "州区", "town": "镇", "zhen": "镇",
    "township": "乡", "banner": "旗", "qi": "旗",
}  # fmt: skip
# Towns of the world are called University and Center; in an address these words name nothing.
_NO_NAMES = (
    STREET_WORDS
    | DIRECTIONS
    | BODIES
    | KIND_WORDS.keys()
    | {"center", "centre", "science", "industrial", "of"}
) - {"xian"}


@dataclass(frozen=True, slots=True)
class Mention:
    """Words of the address from `start` to `end` that may name each of `names`."""

    start: int
    end: int
    text: str
    names: tuple[Name, ...]
    weight: float  # 0 to 1: how surely these words name a place at all
    is_han: bool

    @property
    def is_faint(self) -> bool:
        """Tell whether the words rather belong to a street or a body."""
        return self.weight <= FAINT


def find_mentions(text: str, places: Gazetteer) -> list[Mention]:
    """Return the mentions of at most `LONGEST_ADDRESS` characters in order, none overlapping another."""
    text = text[:LONGEST_ADDRESS]
    folded = fold(text)
    found = sorted((*_han(text, folded, places), *_latin(text, folded, places)), key=lambda one: one.start)
    return found[:MOST_MENTIONS]


def _weight(names: Iterable[Name]) -> float:
    return max(WEIGHTS[name.form] for name in names)


def _han(text: str, folded: str, places: Gazetteer) -> list[Mention]:
    spans: list[Mention] = []
    at = 0
    while at < len(folded):
        for length in range(min(places.longest, len(folded) - at), 1, -1):
            names = places.han.get(folded[at : at + length])
            if names and _is_cut_wrongly(folded, at, length, places):
                continue
            if names:
                spans.append(Mention(at, at + length, text[at : at + length], names, _weight(names), True))
                at += length
                break
        else:
            at += 1
    starts = {span.start for span in spans}
    return [_weakened(span, folded, starts) for span in spans]


def _is_cut_wrongly(folded: str, at: int, length: int, places: Gazetteer) -> bool:
    """Tell whether the last character begins the next name: 济南市中区 is 济南 and 市中区."""
    end = at + length
    return (
        length > 2
        and folded[end - 1] == "市"
        and folded[at : end - 1] in places.han
        and any(name.form == "full" for name in places.han.get(folded[end - 1 : end + 2], ()))
    )


def _weakened(span: Mention, folded: str, starts: set[int]) -> Mention:
    if span.end in starts or (span.text[-1] in _ENDINGS and all(name.form == "full" for name in span.names)):
        return span
    after = folded[span.end : span.end + 12]
    if _HAN_STREET.match(after) or _HAN_BODY.match(after):
        return replace(span, weight=FAINT)
    return span


def _latin(text: str, folded: str, places: Gazetteer) -> list[Mention]:
    tokens = [match for match in _TOKEN.finditer(folded) if match.group()[0] < "\u2e80"]
    keys = [latin_key(match.group()) for match in tokens]
    spans: list[Mention] = []
    at = 0
    while at < len(tokens):
        length, names = _longest_name(folded, tokens, keys, at, places)
        if not names:
            at += 1
            continue
        start, end = tokens[at].start(), tokens[at + length - 1].end()
        after = keys[at + length : at + length + 3]
        weight = _weight(names)
        if after and after[0] in KIND_WORDS and _joined(folded, tokens, at + length - 1):
            wanted = KIND_WORDS[after[0]]
            kept = tuple(name for name in names if _allows(places, name, wanted))
            if kept:
                names, weight = kept, 1.0
            length += 1
            end = tokens[at + length - 1].end()
        elif _goes_on_as(after, STREET_WORDS) or _goes_on_as(after, BODIES):
            weight = FAINT
        else:
            weight = min(weight, WEIGHTS["short"])
        spans.append(Mention(start, end, text[start:end], names, weight, False))
        at += length
    return spans


def _allows(places: Gazetteer, name: Name, endings: str) -> bool:
    zh = places.places[name.place].zh
    return bool(zh) and zh[-1] in endings


def _joined(folded: str, tokens: list["re.Match[str]"], place: int) -> bool:
    """Tell whether only spaces lie between a token and the next."""
    if place + 1 >= len(tokens):
        return False
    return not folded[tokens[place].end() : tokens[place + 1].start()].strip(" -")


def _goes_on_as(after: list[str], words: frozenset[str]) -> bool:
    for word in after:
        if word in words:
            return True
        if word not in DIRECTIONS:
            return False
    return False


def _longest_name(
    folded: str, tokens: list["re.Match[str]"], keys: list[str], at: int, places: Gazetteer
) -> tuple[int, tuple[Name, ...]]:
    run = 1
    while run < 5 and at + run < len(tokens) and _joined(folded, tokens, at + run - 1):
        run += 1
    for length in range(run, 0, -1):
        key = "".join(keys[at : at + length])
        if names := places.latin.get(key if len(key) > 2 and key not in _NO_NAMES else ""):
            return length, names
    # Of a name of one syllable the kind is a part: Yu County is 蔚县, Yuxian.
    if run > 1 and keys[at + 1] in ("county", "xian") and (names := places.latin.get(keys[at] + "xian")):
        return 1, names
    written = tokens[at].group().replace(".", "")
    if written.isupper() and len(written) < 4:
        before = folded[: tokens[at].start()].rstrip()
        if not before or before[-1] in ",;(" or written in ("USA", "UK", "UAE", "PRC", "SIP", "BDA", "ZGC"):
            return 1, places.latin.get(written, ())
    return 1, ()
