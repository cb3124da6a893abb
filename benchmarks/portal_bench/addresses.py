"""Thousands of different addresses for each page, drawn from the records that are there.

Words and filters of a question come from one record that everybody may see, so that every question has an answer; a
page that shows no row is then an error. The same records give the same addresses, but for the records' random keys.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from fairground.language.tokens import surface_forms
from portal_bench.load import Page
from portal_bench.texts import SEED

_ROW = r'<h3><a href="/(?:zh|en)/[a-z]+/[0-9a-z]{12}/'
_SOME = 20_000  # records that addresses are drawn from
_KINDS = {"offer": 45, "need": 35, "platform": 12, "organisation": 8}
_FACETS = {"kind": 0.5, "field": 0.6, "region": 0.4, "trl": 0.25}


@dataclass(frozen=True)
class Seen:
    """A record that everybody may see."""

    key: str
    kind: str
    title: dict[str, str]
    region: str
    field: str
    trl: str
    of: int  # how many such records there are

    def side(self, source: random.Random) -> tuple[str, str]:
        language = source.choice(sorted(self.title))
        return language, self.title[language]


def some_records() -> list[Seen]:
    """Return records that everybody may see, evenly from all there are."""
    from fairground.accounts.models import Record

    public = Record.objects.filter(state="published", visibility="public", kind__in=_KINDS)
    of = public.count()
    step = max(of // _SOME, 1)
    columns = ("key", "kind", "title", "region", "fields", "trl")
    return [
        Seen(
            key,
            kind,
            {side: text for side, text in (("zh", title.zh), ("en", title.en)) if text},
            region,
            fields[0],
            str(trl or ""),
            of,
        )
        for key, kind, title, region, fields, trl in public.order_by("reference", "kind").values_list(
            *columns
        )[::step]
    ]


def matched_records() -> list[tuple[str, str]]:
    """Return kind and key of the records that have pairs and that everybody may see."""
    from fairground.accounts.models import Record
    from fairground.match.models import Match

    shown = Match.objects.exclude(evidence="none")
    having = {*shown.values_list("asking_id", flat=True), *shown.values_list("answering_id", flat=True)}
    public = Record.objects.filter(state="published", visibility="public", pk__in=having)
    return list(public.order_by("reference", "kind").values_list("kind", "key"))


def placed_records() -> list[tuple[float, float]]:
    """Return longitude and latitude of platforms that everybody may see."""
    from fairground.collect.models import Platform

    public = Platform.objects.filter(state="published", visibility="public", longitude__isnull=False)
    return list(public.order_by("reference").values_list("longitude", "latitude")[:_SOME])


def pages(
    records: Sequence[Seen],
    count: int,
    warm_up: int,
    matched: Sequence[tuple[str, str]] = (),
    points: Sequence[tuple[float, float]] = (),
) -> list[Page]:
    """Return the pages to drive, each with `warm_up` + `count` addresses.

    `matched` : kind and key of what has pairs. `points` : longitude and latitude of what stands on the map.
    """
    by_kind = {kind: [record for record in records if record.kind == kind] for kind in _KINDS}
    by_kind = {kind: some for kind, some in by_kind.items() if some}
    weights = [_KINDS[kind] for kind in by_kind]

    def one(source: random.Random) -> Seen:
        return source.choice(by_kind[source.choices(list(by_kind), weights)[0]])

    made: dict[str, tuple[Callable[[random.Random, Seen], str], str]] = {
        "bare": (_bare, "^ok$"),
        "home": (_home, _ROW),
        "catalogue": (_catalogue, _ROW),
        "search": (_search, _ROW),
        "suggest": (_suggest, r'^\{"suggestions": \['),
        "record": (_record, r"<h1[^>]*>.*</html>\s*$"),
    }
    if matched:

        def match_page(source: random.Random, record: Seen) -> str:
            kind, key = source.choice(matched)
            return f"/{_language(source)}/matches/{kind}/{key}/"

        made["match_page"] = (match_page, r'<article class="match')
    if points:

        def tile(source: random.Random, record: Seen) -> str:
            return _tile(source, record, source.choice(points))

        def map_page(source: random.Random, record: Seen) -> str:
            return _map_page(source, record, source.choice(points))

        # A tile without anything is no bytes; one with something names its layers.
        made["tile"] = (tile, r"^$|places|areas")
        made["map_page"] = (map_page, r'<h2 id="map-list-name".*</html>\s*$')
    return [
        Page(
            name,
            list(_different(make, one, random.Random(f"{SEED} {name}"), warm_up + count)),
            f"(?s){holds}",
            warm_up,
        )
        for name, (make, holds) in made.items()
    ]


def _different(
    make: Callable[[random.Random, Seen], str],
    one: Callable[[random.Random], Seen],
    source: random.Random,
    count: int,
) -> Iterator[str]:
    """Yield addresses, none twice as long as new ones are found within twenty draws."""
    given: set[str] = set()
    for _ in range(count):
        for _ in range(20):
            address = make(source, one(source))
            if address not in given:
                break
        given.add(address)
        yield address


def _language(source: random.Random) -> str:
    return source.choice(("zh", "en"))


def _bare(source: random.Random, record: Seen) -> str:
    return f"/bare/?n={source.randrange(10**9)}"


def _home(source: random.Random, record: Seen) -> str:
    # There are two first pages; the number keeps anything between from knowing them.
    return f"/{_language(source)}/?n={source.randrange(10**9)}"


def _filters(source: random.Random, record: Seen) -> dict[str, str]:
    values = {"kind": record.kind, "field": record.field, "region": record.region, "trl": record.trl}
    return {name: value for name, value in values.items() if value and source.random() < _FACETS[name]}


def _catalogue(source: random.Random, record: Seen) -> str:
    """No filter to four, sometimes another order; without a filter often a later page."""
    chosen: dict[str, Any] = _filters(source, record)
    if not chosen:
        chosen["page"] = source.randint(1, max(min(record.of // 40, 100), 1))
    if source.random() < 0.3:
        chosen["sort"] = source.choice(("newest", "title"))
    return f"/{_language(source)}/catalogue/?{urlencode(chosen)}"


def _search(source: random.Random, record: Seen) -> str:
    """One to three words of a title, in three of ten with a filter or more."""
    language, title = record.side(source)
    words = _words(title)
    first = source.randrange(len(words))
    some = words[first : first + source.choices((1, 2, 3), (4, 4, 2))[0]]
    asked: dict[str, Any] = {"q": ("" if language == "zh" else " ").join(some)}
    if source.random() < 0.3:
        asked |= _filters(source, record)
    return f"/{language if source.random() < 0.8 else _language(source)}/catalogue/?{urlencode(asked)}"


def _suggest(source: random.Random, record: Seen) -> str:
    """The beginning of a title or of a word in it, one letter and more."""
    language, title = record.side(source)
    words = _words(title)
    begun = title if source.random() < 0.5 else source.choice(words)
    length = source.choices((1, 2, 3, 4, 6, 9), (1, 3, 4, 4, 3, 2))[0]
    return f"/{language}/suggest/?q={quote(begun[:length])}"


def _tile(source: random.Random, record: Seen, point: tuple[float, float]) -> str:
    """A tile around something that stands there, from the whole of China to a street; half of them with filters."""
    from fairground.places.core.coordinates import mercator

    zoom = source.choices(range(4, 17), (2, 3, 4, 5, 5, 5, 4, 4, 4, 3, 2, 2, 1))[0]
    # Around it too: a screen shows a dozen tiles, and most of them have less in them.
    column, row = (int(side * 2**zoom) + source.choice((-1, 0, 0, 1)) for side in mercator(*point))
    asked: dict[str, Any] = _filters(source, record) if source.random() < 0.5 else {}
    if source.random() < 0.15:
        asked["q"] = source.choice(_words(record.side(source)[1]))
    path = f"/{_language(source)}/map/tiles/{zoom}/{column}/{row}.mvt"
    return f"{path}?{urlencode(asked)}" if asked else path


def _map_page(source: random.Random, record: Seen, point: tuple[float, float]) -> str:
    """The page with its list, most of them of a part of the map, as a link that somebody sent."""
    asked: dict[str, Any] = _filters(source, record)
    if source.random() < 0.7:
        wide = source.choice((0.02, 0.1, 0.5, 2.0))
        sides = (point[0] - wide, point[1] - wide, point[0] + wide, point[1] + wide)
        asked["bbox"] = ",".join(f"{side:.4f}" for side in sides)
    else:
        asked["page"] = source.randint(1, 100)
    return f"/{_language(source)}/map/?{urlencode(asked)}"


def _words(title: str) -> list[str]:
    """Return the words of a title as they are printed, each once."""
    printed = dict.fromkeys(word for _, word in surface_forms(title))
    return [word for word in printed if len(word) > 1] or [title]


def _record(source: random.Random, record: Seen) -> str:
    return f"/{_language(source)}/{record.kind}/{record.key}/"
