"""The gazetteer: countries, China's provinces, cities, counties, towns, the world's cities, and their names.

Read once from `data/gazetteer.tsv.gz` (built), `data/places_own.tsv` and `data/regions.tsv` (by hand). A place is known
by its code of GB/T 2260 or ISO 3166 where it has one, else by an id of this gazetteer.
"""

import functools
import gzip
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files

from fairground.language.local_text import LocalText
from fairground.places.core.regions import region_of

LEVELS = ("country", "province", "city", "county", "area", "town")  # from wide to close
_KINDS = (
    ("自治县", "Autonomous County"), ("自治旗", "Autonomous Banner"), ("自治州", "Autonomous Prefecture"),
    ("新区", "New Area"), ("地区", "Prefecture"), ("区", "District"), ("县", "County"), ("旗", "Banner"),
    ("盟", "League"), ("镇", "Town"), ("乡", "Township"),
)  # fmt: skip
_HAN = re.compile(r"[\u3400-\u9fff]")
_SUFFIX = re.compile(r"(?:省|市|区|县|旗|盟|州|镇|乡)$")


_AUTONOMOUS = re.compile(r"自治([县州旗])$")


@dataclass(frozen=True, slots=True)
class Place:
    """One place. `radius_m` is of a circle around the point that its ground mostly lies in."""

    id: str
    level: str  # one of LEVELS
    parent: str  # id of the place it lies in, '' for a country
    longitude: float  # degrees, WGS-84
    latitude: float
    radius_m: int
    population: int  # 0 where the sources do not say
    namesakes: int  # smaller places of the world of the same name that the gazetteer leaves out
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Name:
    """One name of a place. form: full (says its kind: 朝阳区) | short (朝阳) | old | code (MA)."""

    place: str
    form: str


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """All places, and names as they are looked up: Han as written in simplified characters, Latin as `latin_key`."""

    places: Mapping[str, Place]
    han: Mapping[str, tuple[Name, ...]]
    latin: Mapping[str, tuple[Name, ...]]
    towns: Mapping[str, tuple[str, ...]]  # Han names of China's towns, with and without 镇 or 乡
    longest: int  # characters of the longest Han name

    def lineage(self, place_id: str) -> tuple[str, ...]:
        """Return the ids of a place and of all it lies in, the closest first; () for an unknown id."""
        found: list[str] = []
        while place_id in self.places and len(found) < len(LEVELS):
            found.append(place_id)
            place_id = self.places[place_id].parent
        return tuple(found)

    def region(self, place_id: str) -> str:
        """Return the code of the province (GB/T 2260) or country (ISO 3166-1) that a place lies in."""
        chain = self.lineage(place_id)
        for one in reversed(chain):
            if one.isdigit():
                return one
        return chain[-1] if chain else ""

    def label(self, place_id: str) -> LocalText:
        """Return the place with all it lies in: 北京市朝阳区; Chaoyang District, Beijing."""
        chain = [self.places[one] for one in self.lineage(place_id)]
        inside = [place for place in chain if place.level != "country"] if self._is_chinese(chain) else chain
        inside = inside or chain
        zh = "".join(place.zh or place.en for place in reversed(inside))
        if not self._is_chinese(chain):
            zh = "，".join(place.zh or place.en for place in reversed(inside))
        return LocalText(zh, ", ".join(_english(place) for place in inside))

    @staticmethod
    def _is_chinese(chain: list[Place]) -> bool:
        return any(place.id == "CN" for place in chain)


def _english(place: Place) -> str:
    if place.level in ("county", "town") and place.en:
        for ending, kind in _KINDS:
            if place.zh.endswith(ending) and not place.en.endswith((kind, "xian", "qu")):
                return f"{place.en} {kind}"
    return place.en or place.zh


def latin_key(name: str) -> str:
    """Return the letters of a Latin name in lower case, without marks and spaces: Xi'an → xian."""
    decomposed = unicodedata.normalize("NFKD", name)
    return re.sub(r"[^a-z]", "", decomposed.lower()) if not decomposed.isascii() else re.sub(
        r"[^a-z]", "", name.lower()
    )  # fmt: skip


def _read(name: str) -> bytes:
    return files("fairground.places.core").joinpath("data", name).read_bytes()


class _Builder:
    def __init__(self) -> None:
        self.places: dict[str, Place] = {}
        self.han: defaultdict[str, dict[str, str]] = defaultdict(dict)
        self.latin: defaultdict[str, dict[str, str]] = defaultdict(dict)
        self.towns: defaultdict[str, list[str]] = defaultdict(list)

    def add_names(self, place: Place, names: Iterable[str], form: str = "") -> None:
        for name in names:
            if not name:
                continue
            if _HAN.search(name):
                if place.level == "town":
                    self.towns[name].append(place.id)
                self._add_han(place, name, form)
            elif place.level != "town" and (key := latin_key(name)):
                code = name.isupper() and len(name) < 4
                self.latin[name if code else key].setdefault(place.id, "code" if code else form or "full")

    def _add_han(self, place: Place, name: str, form: str) -> None:
        said = bool(_SUFFIX.search(name)) and len(name) > 2 and (name == place.zh or form == "old")
        if place.level == "town" and not name.endswith(("镇", "乡")):
            return
        if not form:
            whole = (
                said
                or (place.level == "area" and (len(name) > 3 or name[-1] in "区镇"))
                or place.level == "country"
            )
            form = "full" if whole else "short"
        self.han[name].setdefault(place.id, form)

    def add_row(self, place: Place, names: Iterable[str]) -> None:
        self.places[place.id] = place
        names = [*names]
        self.add_names(place, (place.zh, place.en, *names))
        if match := _AUTONOMOUS.search(place.zh):
            # 大厂回族自治县 is 大厂县 to everybody.
            self.add_names(place, [name + match[1] for name in names if _HAN.match(name)], "full")


def _named(code: str, zh: str, en: str) -> tuple[str, str]:
    """Return the names of a country or province, those of `regions.tsv` first."""
    region = region_of(code)
    return (region.zh, region.en) if region is not None else (zh, en)


def _region_names() -> dict[str, list[str]]:
    names = {}
    for line in _read("regions.tsv").decode("utf-8").splitlines():
        if line and not line.startswith("#"):
            code, _, _, _, others, _ = line.split("\t")
            names[code] = [name for name in others.split("|") if len(name) > 1]
    return names


@functools.lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    """Return the shipped gazetteer; reading it takes about half a second once."""
    builder = _Builder()
    more = _region_names()
    for line in gzip.decompress(_read("gazetteer.tsv.gz")).decode("utf-8").splitlines():
        row = line.split("\t")
        zh, en = _named(row[0], row[8], row[9]) if row[1] in ("country", "province") else (row[8], row[9])
        place = Place(
            row[0],
            row[1],
            row[2],
            float(row[3]),
            float(row[4]),
            int(row[5]) * 1000,
            int(row[6]),
            int(row[7]),
            zh,
            en,
        )
        builder.add_row(place, row[10].split("|"))
        # A zone or a landmark is no other name of its region.
        builder.add_names(place, (name for name in more.get(place.id, ()) if name not in _NOT_NAMES), "short")
    _add_own(builder)
    return Gazetteer(
        builder.places,
        {
            name: tuple(Name(place, form) for place, form in found.items())
            for name, found in builder.han.items()
        },
        {
            name: tuple(Name(place, form) for place, form in found.items())
            for name, found in builder.latin.items()
        },
        {name: tuple(found) for name, found in builder.towns.items()},
        max(map(len, builder.han)),
    )


_NOT_NAMES = {"中关村", "Zhongguancun", "境内"}


def _add_own(builder: _Builder) -> None:
    for line in _read("places_own.tsv").decode("utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        row = (line.split("\t") + [""] * 9)[:9]
        names = (row[8] if row[1] else line.split("\t")[-1]).split("|")
        if row[1]:
            east, north, radius = (float(number) for number in row[3:6])
            place = Place(row[0], row[1], row[2], east, north, int(radius * 1000), 0, 0, row[6], row[7])
            builder.add_row(place, names)
        elif (known := builder.places.get(row[0])) is not None:
            if known.level in ("country", "province") and not known.zh:
                known = Place(
                    known.id, known.level, known.parent, known.longitude, known.latitude, known.radius_m,
                    known.population, known.namesakes, names[0], known.en,
                )  # fmt: skip
                builder.places[known.id] = known
                builder.add_names(known, names)
            else:
                builder.add_names(known, names, "old")
