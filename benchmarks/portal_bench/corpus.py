"""A made-up hub of any size: the same arguments give the same records, in the same order.

N offers and needs (half of each), N/5 platforms, 0.3 N organisations, N/100 facilities, N/200 publications and
datasets, N/500 sessions of four editions, 24 zones. Everything is demonstration data with invented names.

- Languages: two in five records in both, as many in Chinese alone, one in five in English alone.
- Organisations are referred to by a Zipf law: number r with weight 1 / (r + 5).
- Regions, fields, levels and forms of partnership are uneven too, each with a few frequent values.
- Visibility: 92 % public, 6 % members, 2 % parties. 4 % of offers and needs are drafts.
- Texts: see `texts`. An offer has some 250 Chinese characters or 150 English words, a need 200 or 120.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from typing import Any

from fairground.places.core.regions import region_names, region_of
from fairground.taxonomy import code_list
from portal_bench.texts import CONDITIONS, SEED, SENTENCES, TITLES, WANTED, Pair, Texts

VERSION = 1  # of what is made here; another one makes everything anew
PUBLISHED_SHARE = 0.96
_FIRST_DAY = date(2023, 1, 2)
_TODAY = date(2026, 11, 22)

Values = dict[str, Any]


@dataclass(frozen=True)
class Sizes:
    """How many of each kind a hub of `records` offers and needs has."""

    records: int

    @property
    def by_kind(self) -> Mapping[str, int]:
        n = self.records
        return {
            "organisation": max(n * 3 // 10, 5),
            "edition": 4,
            "session": max(n // 500, 4),
            "offer": n - n // 2,
            "need": n // 2,
            "platform": max(n // 5, 2),
            "facility": max(n // 100, 2),
            "publication": max(n // 200, 2),
            "dataset": max(n // 200, 2),
        }


@dataclass(frozen=True)
class ZoneValues:
    code: str
    name: Pair
    region: str
    longitude: float
    latitude: float


class Corpus:
    """Makes the records. `keys` of organisations and editions are given once those are in the database."""

    def __init__(self, records: int) -> None:
        self.sizes = Sizes(records)
        self.fields = _uneven([term.code for term in code_list("fields")], "fields")
        self.texts = Texts(self.fields.codes)
        regions = sorted({code for codes in region_names().values() for code in codes if region_of(code)})
        self.regions = _uneven(sorted(regions, key=lambda code: (not code.isdigit(), code)), "")
        self.partnerships = _uneven([term.code for term in code_list("partnership")], "partnership")
        self.zones = _zones()

    def rows(
        self, kind: str, organisations: Sequence[str] = (), editions: Sequence[str] = ()
    ) -> Iterator[tuple[str, Values]]:
        """Yield reference and plain values of every record of one kind."""
        source = random.Random(f"{SEED} {kind}")
        make = getattr(self, f"_{kind}")
        weights = list(accumulate(1 / (rank + 5) for rank in range(len(organisations))))
        for number in range(self.sizes.by_kind[kind]):
            values: Values = make(source, number)
            if organisations and kind not in ("organisation", "edition"):
                values["organisation"] = source.choices(organisations, cum_weights=weights)[0]
            if editions and kind in ("session", "publication"):
                values["edition"] = source.choice(editions)
            yield f"{kind}-{number:07d}", values

    # Kinds

    def _organisation(self, source: random.Random, number: int) -> Values:
        kind = source.choices(_ORGANISATIONS, (30, 14, 12, 3, 3, 3, 2, 2, 1, 1))[0]
        field = self.fields.one(source)
        word, second = self.texts.words(source, field, 2)
        region = self.regions.one(source)
        place = region_of(region)
        assert place is not None
        name = (
            f"示例·{place.zh}{word[0]}{second[0][:2]}{kind[1]}",
            f"Example {place.en} {word[1].title()} {kind[2]}",
        )
        summary = self.texts.filled(source, field, SENTENCES, source.randint(1, 2))
        values = self._head(source, field, name, summary, region=region)
        return values | {
            "organisation_kind": kind[0],
            "founded": source.randint(1950, 2024),
            "aliases": [f"示例{word[0]}{number}"] if source.random() < 0.3 else [],
        }

    def _edition(self, source: random.Random, number: int) -> Values:
        year = 2023 + number
        return {
            "title": _both((f"示例·{year}年会", f"Example forum {year}")),
            "year": year,
            "starts_on": f"{year}-04-25",
            "ends_on": f"{year}-04-29",
            "region": "110000",
        }

    def _session(self, source: random.Random, number: int) -> Values:
        field = self.fields.one(source)
        title = self.texts.filled(source, field, TITLES)
        values = self._head(
            source,
            field,
            (f"{title[0]}论坛", f"Forum: {title[1]}"),
            self.texts.filled(source, field, SENTENCES),
        )
        return values | {
            "held_on": _day(source, _FIRST_DAY, _TODAY),
            "venue": _both(("示例会场", "Example hall")),
        }

    def _offer(self, source: random.Random, number: int) -> Values:
        field = self.fields.one(source)
        say = self._sayer(source, field)
        values = self._head(source, field, say(TITLES), say(SENTENCES, source.randint(1, 2)))
        sides = _sides(values["title"])
        values |= {
            "problem_solved": _in(sides, say(SENTENCES, source.randint(1, 2))),
            "advantage": _in(sides, say(SENTENCES, source.randint(1, 2))),
            "description": _in(sides, say(SENTENCES, source.randint(2, 5))),
            "method": _in(sides, source.choice(self.texts.words(source, field, 2))),
            "application": _in(sides, source.choice(self.texts.words(source, field, 2))),
            "partnership": self.partnerships.some(source, 3),
            "registration_stage": "",
        }
        if source.random() < 0.75:
            values["maturity"] = [
                {
                    "level": min(9, max(1, round(source.gauss(6, 1.6)))),
                    "element": _in(sides, source.choice(self.texts.words(source, field, 2))),
                    "assessed_on": _day(source, _FIRST_DAY, _TODAY),
                }
            ]
        if source.random() < 0.5:
            low = source.randint(5, 400) * 1_000_000
            values["price"] = {"low_minor": low, "high_minor": low * 2, "quote": f"{low // 1_000_000}万元起"}
        if source.random() < 0.4:
            values["rights"] = [
                {"right": "patent", "number": f"EX{source.randrange(10**9):09d}", "office": "CN"}
            ]
        if source.random() < 0.6:
            values["valid_until"] = _day(source, _TODAY, _TODAY + timedelta(days=900))
        return values

    def _need(self, source: random.Random, number: int) -> Values:
        field = self.fields.one(source)
        say = self._sayer(source, field)
        values = self._head(source, field, say(WANTED), say(SENTENCES))
        sides = _sides(values["title"])
        values |= {
            "problem": _in(sides, say(SENTENCES, source.randint(1, 3))),
            "current_method": _in(sides, say(SENTENCES)),
            "wanted_outcome": _in(sides, say(SENTENCES, source.randint(1, 2))),
            "conditions": [
                {"text": _in(sides, say(CONDITIONS)), "level": source.choice(("must", "must", "should"))}
                for _ in range(source.randint(1, 4))
            ],
            "partnership": self.partnerships.some(source, 2),
        }
        if source.random() < 0.6:
            values["trl"] = source.choices(range(1, 10), (1, 1, 2, 4, 6, 8, 8, 4, 2))[0]
        if source.random() < 0.5:
            values["budget"] = {"high_minor": source.randint(5, 900) * 1_000_000}
        if source.random() < 0.6:
            values["deadline"] = _day(source, _TODAY, _TODAY + timedelta(days=700))
        return values

    def _platform(self, source: random.Random, number: int) -> Values:
        field = self.fields.one(source)
        zone = source.choices(self.zones, [1 / (rank + 2) for rank in range(len(self.zones))])[0]
        word = self.texts.words(source, field, 1)[0]
        title = f"示例·{word[0]}公共服务平台{number}", f"Example {word[1]} service platform {number}"
        values = self._head(
            source, field, title, self.texts.filled(source, field, SENTENCES), region=zone.region
        )
        sides = _sides(values["title"])
        return values | {
            "zone": zone.code,
            "platform_type": source.choice([term.code for term in code_list("platform_type")]),
            "services": _in(sides, self.texts.filled(source, field, SENTENCES, source.randint(1, 3))),
            "equipment": [
                {"name": _in(sides, pair), "model": f"EX-{source.randint(10, 999)}"}
                for pair in self.texts.words(source, field, source.randint(1, 3))
            ],
            "longitude": round(zone.longitude + source.gauss(0, 0.02), 5),
            "latitude": round(zone.latitude + source.gauss(0, 0.02), 5),
            "address": _in(sides, ("示例路1号", "1 Example Road")),
            "checked_on": _day(source, date(2026, 1, 5), _TODAY),
        }

    def _facility(self, source: random.Random, number: int) -> Values:
        field = self.fields.one(source)
        say = self._sayer(source, field)
        values = self._head(source, field, say(TITLES), say(SENTENCES))
        return values | {
            "model": f"EX-{source.randint(10, 9999)}",
            "capability": _in(_sides(values["title"]), say(SENTENCES, 2)),
        }

    def _publication(self, source: random.Random, number: int) -> Values:
        field = self.fields.one(source)
        say = self._sayer(source, field)
        values = self._head(source, field, say(TITLES), say(SENTENCES))
        return values | {
            "publication_type": source.choice([term.code for term in code_list("publication_type")]),
            "issued_year": source.randint(2019, 2026),
            "content": _in(_sides(values["title"]), say(SENTENCES, 3)),
        }

    def _dataset(self, source: random.Random, number: int) -> Values:
        field = self.fields.one(source)
        say = self._sayer(source, field)
        values = self._head(source, field, say(TITLES), say(SENTENCES, 2))
        return values | {"publication_year": source.randint(2019, 2026), "creators": ["Example laboratory"]}

    # Parts

    def _sayer(self, source: random.Random, field: str) -> Any:
        def say(frames: Sequence[Pair], count: int = 1) -> Pair:
            return self.texts.filled(source, field, frames, count)

        return say

    def _head(
        self, source: random.Random, field: str, title: Pair, summary: Pair, *, region: str = ""
    ) -> Values:
        sides = source.choices(("ze", "z", "e"), (2, 2, 1))[0]
        words = self.texts.words(source, field, 3)
        fields = [field, *self.fields.some(source, 2)] if source.random() < 0.4 else [field]
        return {
            "title": _in(sides, title),
            "summary": _in(sides, summary),
            "keywords": _in(sides, ("；".join(zh for zh, _ in words), "; ".join(en for _, en in words))),
            "fields": list(dict.fromkeys(fields)),
            "region": region or (self.regions.one(source) if source.random() < 0.9 else ""),
            "visibility": source.choices(("public", "members", "parties"), (92, 6, 2))[0],
        }


@dataclass(frozen=True)
class _Uneven:
    codes: Sequence[str]
    weights: Sequence[float]

    def one(self, source: random.Random) -> str:
        return source.choices(self.codes, cum_weights=self.weights)[0]

    def some(self, source: random.Random, most: int) -> list[str]:
        return list(dict.fromkeys(self.one(source) for _ in range(source.randint(1, most))))


def _uneven(codes: Sequence[str], shuffled_by: str) -> _Uneven:
    codes = list(codes)
    if shuffled_by:
        random.Random(f"{SEED} {shuffled_by}").shuffle(codes)
    return _Uneven(codes, list(accumulate(1 / (rank + 2) for rank in range(len(codes)))))


def _zones() -> list[ZoneValues]:
    source = random.Random(f"{SEED} zones")
    provinces = sorted(
        {code for codes in region_names().values() for code in codes if code.isdigit() and region_of(code)}
    )
    zones = []
    for number, region in enumerate(source.sample(provinces, 24), start=1):
        place = region_of(region)
        assert place is not None
        name = f"示例·{place.zh}高新区", f"Example {place.en} High-tech Zone"
        zones.append(
            ZoneValues(
                f"example-{number:02d}",
                name,
                region,
                round(source.uniform(90, 125), 3),
                round(source.uniform(22, 45), 3),
            )
        )
    return zones


def _in(sides: str, pair: Pair) -> dict[str, str]:
    """Return a text in the languages of `sides` ('z', 'e', 'ze'), cut to what a line may hold."""
    values = {}
    if "z" in sides:
        values["zh"] = pair[0]
    if "e" in sides:
        values["en"] = pair[1]
    return values


def _both(pair: Pair) -> dict[str, str]:
    return _in("ze", pair)


def _sides(text: Mapping[str, str]) -> str:
    return "".join(side for side, name in (("z", "zh"), ("e", "en")) if name in text)


def _day(source: random.Random, first: date, last: date) -> str:
    return (first + timedelta(days=source.randrange((last - first).days))).isoformat()


_ORGANISATIONS = (
    ("firm", "科技公司", "Technologies"),
    ("university", "大学", "University"),
    ("institute", "研究所", "Institute"),
    ("hospital", "医院", "Hospital"),
    ("investor", "基金", "Fund"),
    ("association", "联盟", "Alliance"),
    ("new-rd-body", "新型研发机构", "R&D Body"),
    ("government", "局", "Bureau"),
    ("zone", "管委会", "Zone Administration"),
    ("international-body", "国际组织", "International"),
)
