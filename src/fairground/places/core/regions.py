"""Regions by code: China's provinces and the countries we meet, read from Chinese and English text."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from fairground.language.normalise import fold

# Groups of provinces that plan together; a pair inside one counts as near.
CLUSTERS: Mapping[str, frozenset[str]] = {
    "京津冀": frozenset({"110000", "120000", "130000"}),
    "长三角": frozenset({"310000", "320000", "330000", "340000"}),
    "粤港澳": frozenset({"440000", "810000", "820000"}),
    "成渝": frozenset({"510000", "500000"}),
}
_CLUSTER_NAMES = {
    "京津冀": ("京津冀", "jing-jin-ji", "jingjinji", "beijing-tianjin-hebei", "beijing–tianjin–hebei"),
    "长三角": ("长三角", "长江三角洲", "yangtze river delta", "yangtze delta"),
    "粤港澳": ("粤港澳", "大湾区", "greater bay area"),
    "成渝": ("成渝", "川渝", "chengdu-chongqing"),
}
# Wider groups that a text may name; they stand for no single province.
_WIDER = {
    "EU": ("欧盟", "european union", "eu"),
    "*": (
        "全球",
        "国外",
        "海外",
        "境外",
        "不限",
        "worldwide",
        "global",
        "anywhere",
        "any region",
        "international",
    ),
}


@dataclass(frozen=True, slots=True)
class Region:
    """A province of China (`code` of GB/T 2260) or a country (`code` of ISO 3166-1)."""

    code: str
    kind: str  # 'province' | 'country'
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class _Names:
    regions: Mapping[str, Region]
    han: Mapping[str, tuple[str, ...]]
    latin: Mapping[str, tuple[str, ...]]
    single: Mapping[str, str]  # one-character short names, read only where they stand alone or in a row
    han_re: re.Pattern[str]
    latin_re: re.Pattern[str]


def _alternatives(names: Mapping[str, tuple[str, ...]]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=lambda name: (-len(name), name)))


@lru_cache(maxsize=1)
def _names() -> _Names:
    regions: dict[str, Region] = {}
    han: dict[str, list[str]] = {}
    latin: dict[str, list[str]] = {}
    single: dict[str, str] = {}

    def add(name: str, code: str) -> None:
        if not name:
            return
        if len(name) == 1:
            single[name] = code
            return
        place = latin.setdefault(name.lower(), []) if name.isascii() else han.setdefault(name, [])
        if code not in place:
            place.append(code)

    text = files("fairground.places.core").joinpath("data", "regions.tsv").read_text("utf-8")
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        code, kind, zh, en, others, cities = line.split("\t")
        regions[code] = Region(code, kind, zh, en)
        for name in (zh, en, *others.split("|")):
            add(name, code)
        for city in cities.split("|"):
            for name in city.split("/"):
                add(name, code)
    for name, spellings in _CLUSTER_NAMES.items():
        for spelling in spellings:
            for code in sorted(CLUSTERS[name]):
                add(spelling, code)
    for code, spellings in _WIDER.items():
        for spelling in spellings:
            add(spelling, code)
    frozen_han = {name: tuple(codes) for name, codes in han.items()}
    frozen_latin = {name: tuple(codes) for name, codes in latin.items()}
    return _Names(
        regions,
        frozen_han,
        frozen_latin,
        single,
        re.compile(_alternatives(frozen_han)),
        re.compile(rf"(?<![a-z])(?:{_alternatives(frozen_latin)})(?![a-z])"),
    )


_SHORT_ROW = re.compile(r"^[\u4e00-\u9fff]{1,8}$")
_CODE = re.compile(r"(?<!\d)(\d{2})\d{4}(?!\d)")


def region_of(code: str) -> Region | None:
    """Return the region with `code`, or None where this list does not hold it."""
    return _names().regions.get(code)


def region_names() -> Mapping[str, tuple[str, ...]]:
    """Return every name of two letters or more that stands for a place, folded, with the codes it may mean.

    English names are in lower case. For readers of running text who must know which words name the place.
    """
    names = _names()
    return {**names.han, **names.latin}


def region_codes(text: str) -> tuple[str, ...]:
    """Return the codes of all regions that `text` names, in order of place, each once.

    A city gives its province; a name that fits several places (Suzhou in Jiangsu and in Anhui) gives
    all of them; a cluster (京津冀) gives its provinces; 'EU' and '*' (anywhere) stand for themselves.
    A six-digit code of GB/T 2260 is read as its province. One-character short names count only where
    the whole text is a row of them ('京津冀', '沪').
    """
    names = _names()
    folded = fold(text).strip()
    found: list[tuple[int, str]] = []
    if _SHORT_ROW.match(folded) and all(character in names.single for character in folded):
        return tuple(dict.fromkeys(names.single[character] for character in folded))
    lower = folded.lower()
    for match in names.han_re.finditer(folded):
        found.extend((match.start(), code) for code in names.han[match.group()])
    for match in names.latin_re.finditer(lower):
        found.extend((match.start(), code) for code in names.latin[match.group()])
    for match in _CODE.finditer(folded):
        code = match.group(1) + "0000"
        if code in names.regions:
            found.append((match.start(), code))
    found.sort(key=lambda item: item[0])
    return tuple(dict.fromkeys(code for _, code in found))


def country_of(code: str) -> str:
    """Return the country code of a region code; provinces are China's."""
    return "CN" if code.isdigit() else code


_EU = frozenset(["DE", "FR", "IT", "ES", "PT", "NL", "BE", "AT", "SE", "FI", "DK", "IE", "PL", "CZ", "GR"])


def are_near(first: str, second: str) -> bool:
    """Tell whether two codes are the same region, in the same cluster, or one holds the other."""
    if first == second or "*" in (first, second):
        return True
    if "EU" in (first, second) and (first in _EU or second in _EU):
        return True
    if country_of(first) != country_of(second):
        return False
    if "CN" in (first, second):
        return True
    return any(first in cluster and second in cluster for cluster in CLUSTERS.values())
