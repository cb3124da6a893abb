"""Some 320 invented service platforms over the nine zones, made from word lists: the same ones every time.

Each of sixty patterns (`data/platform_patterns.jsonl`) is used five or six times, each time with two other topics,
another name, other terms, equipment, hours and place, so that no two platforms read alike.
"""

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files
from itertools import product
from typing import Any

from pydantic import TypeAdapter

from fairground.demo.shapes import STRICT, Device, Park, Platform, Zone
from fairground.language.local_text import LocalText

_SEED = 2024
_PER_ZONE = {  # a big zone has more platforms than a small one
    "zone:zgc": 56,
    "zone:tianjin-binhai": 48,
    "zone:shijiazhuang": 42,
    "zone:baoding": 40,
    "zone:tangshan": 34,
    "zone:yanjiao": 28,
    "zone:cangzhou": 27,
    "zone:hengshui": 23,
    "zone:chengde": 22,
}
_SPREAD = 0.018  # degrees: about two kilometres around the centre of the zone
_CHECKED_FROM = date(2026, 1, 5)
_FREE_SPACE_M2 = {  # smallest, largest, step
    "space": (600, 12_000, 50),
    "incubation": (60, 1_500, 20),
    "industrial-innovation": (100, 2_400, 20),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pattern:
    __pydantic_config__ = STRICT
    code: str
    platform_type: str
    fields: tuple[str, ...]
    name: LocalText
    service: LocalText  # with {a} and {b} for two topics
    topics: tuple[LocalText, ...]
    equipment: tuple[LocalText, ...] = ()
    terms: str  # which of _Words.terms suit it


@dataclass(frozen=True, slots=True)
class _Words:
    __pydantic_config__ = STRICT
    name_words: Mapping[str, tuple[LocalText, ...]]
    terms: Mapping[str, tuple[LocalText, ...]]
    opening: tuple[LocalText, ...]
    policies: tuple[LocalText, ...]


@dataclass(frozen=True, slots=True)
class _Use:
    """One use of a pattern: for which two topics, and on which terms."""

    pattern: _Pattern
    topics: tuple[LocalText, LocalText]
    terms: tuple[LocalText, LocalText]


def make_platforms(zones: Sequence[Zone], parks: Sequence[Park]) -> tuple[Platform, ...]:
    """Make the platforms of the zones; the same zones give the same platforms, in the order of the zones.

    Four in five stand in one of the zone's parks, the fifth outside of them.
    """
    patterns, words = _patterns(), _words()
    chance = random.Random(_SEED)
    names = _names(words, chance)
    uses = _uses(patterns, words, chance)
    found: list[Platform] = []
    for zone in zones:
        inside = [park.ref for park in parks if park.zone == zone.ref]
        for number in range(1, _PER_ZONE[zone.ref] + 1):
            ref = f"platform:{zone.ref.removeprefix('zone:')}-{number:02d}"
            park = inside[number % len(inside)] if inside and number % 5 else ""
            found.append(_platform(ref, zone, park, next(uses), next(names), words, chance))
    return tuple(found)


def _platform(
    ref: str, zone: Zone, park: str, use: _Use, name: LocalText, words: _Words, chance: random.Random
) -> Platform:
    pattern = use.pattern
    devices = chance.sample(pattern.equipment, min(len(pattern.equipment), chance.randint(2, 3)))
    most = (
        1 if pattern.platform_type == "space" else 4
    )  # a park has one heat station, a laboratory many devices
    space = _FREE_SPACE_M2.get(pattern.platform_type)
    # A normal spread keeps most platforms near the centre; the cut keeps all of them in the zone.
    longitude, latitude = (max(-2.0, min(2.0, chance.gauss(0, 1))) * _SPREAD for _ in range(2))
    return Platform(
        ref=ref,
        title=LocalText(f"示例·{name.zh}{pattern.name.zh}", f"Example {name.en} {pattern.name.en}"),
        summary=_summary(use.topics, zone),
        demonstration=True,
        platform_type=pattern.platform_type,
        organisation=zone.operator,
        zone=zone.ref,
        region=zone.region,
        fields=pattern.fields,
        services=_services(use),
        equipment=tuple(Device(device, chance.randint(1, most)) for device in devices),
        free_space_m2=chance.randrange(*space) if space else None,
        opening=chance.choice(words.opening),
        policies=chance.choice(words.policies),
        longitude=round(zone.centre.longitude + longitude, 5),
        latitude=round(zone.centre.latitude + latitude, 5),
        checked_on=_CHECKED_FROM + timedelta(days=chance.randrange(180)),
        park=park,
    )


def _summary(topics: tuple[LocalText, LocalText], zone: Zone) -> LocalText:
    first, second = topics
    return LocalText(
        f"服务{first.zh}、{second.zh}，位于{zone.title.zh}。",
        f"For {first.en} and {second.en}, in {zone.title.en}.",
    )


def _services(use: _Use) -> LocalText:
    first, second = use.topics
    lines = (use.pattern.service, *use.terms)
    return LocalText(
        "".join(line.zh or "" for line in lines).format(a=first.zh, b=second.zh),
        " ".join(line.en or "" for line in lines).format(a=first.en, b=second.en),
    )


def _names(words: _Words, chance: random.Random) -> Iterator[LocalText]:
    """Give out names of two characters, each once."""
    made = [
        LocalText(f"{first.zh}{second.zh}", f"{first.en}{second.en}".capitalize())
        for first, second in product(words.name_words["first"], words.name_words["second"])
    ]
    chance.shuffle(made)
    return iter(made)


def _uses(patterns: Sequence[_Pattern], words: _Words, chance: random.Random) -> Iterator[_Use]:
    """Go round the patterns, in a new order each time; the uses of one differ in topics and in terms."""
    topics = {pattern.code: _pairs(pattern.topics, chance) for pattern in patterns}
    terms = {pattern.code: _pairs(words.terms[pattern.terms], chance) for pattern in patterns}
    while True:
        for pattern in chance.sample(patterns, len(patterns)):
            yield _Use(pattern, next(topics[pattern.code]), next(terms[pattern.code]))


def _pairs(texts: Sequence[LocalText], chance: random.Random) -> Iterator[tuple[LocalText, LocalText]]:
    """Give out each pair once, as in a round-robin: as long as possible none of the texts comes again."""
    even = chance.sample(texts, len(texts) - len(texts) % 2)
    fixed, ring = even[0], even[1:]
    for turn in range(len(ring)):
        turned = [*ring[turn:], *ring[:turn]]
        yield fixed, turned[0]
        rest = turned[1:]
        yield from zip(rest[: len(rest) // 2], reversed(rest), strict=False)


def _patterns() -> tuple[_Pattern, ...]:
    lines = (files("fairground.demo") / "data" / "platform_patterns.jsonl").read_text("utf-8").splitlines()
    return TypeAdapter(tuple[_Pattern, ...]).validate_python([json.loads(line) for line in lines])


def _words() -> _Words:
    text: Any = (files("fairground.demo") / "data" / "platform_words.json").read_text("utf-8")
    return TypeAdapter(_Words).validate_json(text)
