"""A statement answered from the catalogue: whom to look at, by search index and the asker's rights; the answer."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import tantivy
from django.db.models import Max, Q

from fairground.accounts.actors import Actor
from fairground.accounts.core import states
from fairground.accounts.policies import audience_of, readable
from fairground.collect.models import Facility, Platform
from fairground.language.dictionary import gloss
from fairground.language.local_text import LocalText
from fairground.language.tokens import surface_forms
from fairground.language.vectors import shipped_vectors
from fairground.match.core.landing.holders import Group, Holder
from fairground.match.core.landing.judging import (
    BLOCKS,
    Geography,
    NamedPoint,
    judge_place,
    points_by_name,
    read_wish,
)
from fairground.match.core.landing.measures import area_m2
from fairground.match.core.landing.points import with_gazetteer
from fairground.match.core.landing.standing import Answer, find_landing
from fairground.match.core.landing.statement import LOCATION, Statement, Wish
from fairground.match.core.landing.synonyms import puttings
from fairground.match.core.lexicon import dictionary_lexicon
from fairground.places.models import Zone
from fairground.places.travel_times import assumptions, travel_table
from fairground.publish.core.search.reader import SearchReader
from fairground.publish.index import search_index
from fairground.publish.labels import label_of

MOST_JUDGED = 400  # platforms and facilities looked at for one question; a smaller hub is looked at whole
_HITS = 3000  # of each wish, the best that are considered before they are spread over the zones
_LEAST_GLOSS = 0.5
_OF_OTHER_WORDS, _OF_GLOSS = 0.8, 0.3  # of a word's weight


def answer_for(actor: Actor, statement: Statement, besides: Sequence[str] = ()) -> Answer:
    """Answer where a project could land, from what the actor may read; at most seven queries.

    `besides` : keys of platforms that are looked at in any case: those to be compared.

    Raises what the search index raises where there is none.
    """
    groups, geography = _places(actor)
    keys = _keys(search_index().reader(), actor, statement, groups, geography)
    holders = _holders(actor, list(dict.fromkeys([*besides, *keys])))
    return find_landing(statement, holders, groups, geography, vectors=shipped_vectors())


# Places


def _places(actor: Actor) -> tuple[list[Group], Geography]:
    """Return the zones as groups, and what is known of ways. Two queries."""
    zones = list(Zone.objects.order_by("code"))
    free = Platform.objects.filter(_seen(actor), zone__isnull=False).order_by().values("zone__code")
    largest = {row["zone__code"]: row["largest"] for row in free.annotate(largest=Max("free_space_m2"))}
    groups = [
        Group("zone", zone.code, zone.name, zone.region, _point(zone), largest.get(zone.code))
        for zone in zones
    ]
    note = LocalText("代表点", "a representative point")
    points = [
        NamedPoint(tuple(filter(None, (group.title.zh, group.title.en))), group.point, note)
        for group in groups
        if group.point
    ]
    return groups, Geography(with_gazetteer(points_by_name(points)), travel_table(), assumptions())


def _point(row: Any) -> tuple[float, float] | None:
    return None if row.longitude is None or row.latitude is None else (row.longitude, row.latitude)


def _seen(actor: Actor) -> Q:
    """What the actor may read and is published; drafts are no place to land in, not even one's own."""
    return readable(actor) & Q(state=states.PUBLISHED)


# Whom to look at


def _keys(
    reader: SearchReader, actor: Actor, statement: Statement, groups: Sequence[Group], geography: Geography
) -> list[str]:
    audience = audience_of(actor)
    eligible = reader.visible_to(audience) & reader.columns.facets["kind"].meeting(("platform", "facility"))
    if np.count_nonzero(eligible) <= MOST_JUDGED:
        return _keys_of(reader, np.flatnonzero(eligible))
    ruled_out = _ruled_out(statement, groups, geography)
    if ruled_out:
        left = eligible & ~reader.columns.facets["zone"].meeting(ruled_out)
        eligible = left if left.any() else eligible
    zone_of = reader.columns.facets["zone"].sets
    lists: list[list[tuple[int, str]]] = []
    for wish in statement.wishes:
        if wish.kind not in LOCATION and (query := _query(reader, wish, audience)) is not None:
            rows = reader.find_best(query, _HITS)
            rows = rows[eligible[rows]]
            spread = _spread(rows.tolist(), zone_of[rows].tolist())
            lists.append(
                [(int(zone_of[row]), key) for row, key in zip(spread, _keys_of(reader, spread), strict=True)]
            )
        if (area := area_m2(wish.text) if wish.kind == "space" else None) is not None:
            lists.append(_roomy(actor, area, ruled_out))
    if not lists:
        rows = np.flatnonzero(eligible)
        return _keys_of(reader, _spread(rows.tolist(), zone_of[rows].tolist()))
    return _taken_in_turn([[key for _, key in one] for one in lists])


def _ruled_out(statement: Statement, groups: Sequence[Group], geography: Geography) -> tuple[str, ...]:
    """Return the zones that lie where the statement forbids: nobody there need be looked at."""
    lexicon = dictionary_lexicon()
    wishes = [read_wish(wish, lexicon) for wish in statement.wishes if wish.kind in LOCATION and wish.is_must]
    return tuple(
        group.key
        for group in groups
        if any(found.severity == BLOCKS for found in judge_place(wishes, group, geography).values())
    )


def _query(reader: SearchReader, wish: Wish, audience: Iterable[str]) -> tantivy.Query | None:
    """Return the query of a wish's words, their other words and what they may be in the other language."""
    weights: dict[str, float] = {}
    for way in puttings(wish.text, wish.kind):
        for word, _ in surface_forms(way.text):
            weights.setdefault(word, _OF_OTHER_WORDS if way.word else 1.0)
    for stem, weight in gloss(wish.text, _LEAST_GLOSS):
        weights.setdefault(stem, min(weight, 1.0) * _OF_GLOSS)
    if not weights:
        return None
    schema, both = reader.schema, (tantivy.Occur.Must, tantivy.Occur.Should)
    words = [
        (both[1], tantivy.Query.boost_query(tantivy.Query.term_query(schema, "words", word), weight))
        for word, weight in weights.items()
    ]
    seen = [(both[1], tantivy.Query.term_query(schema, "audience", term)) for term in sorted(set(audience))]
    kinds = reader.columns.facets["kind"].codes_meeting(("platform", "facility"))
    return tantivy.Query.boolean_query(
        [
            (both[0], tantivy.Query.boolean_query(words)),
            (both[0], tantivy.Query.const_score_query(tantivy.Query.boolean_query(seen), 0.0)),
            (
                both[0],
                tantivy.Query.const_score_query(tantivy.Query.term_set_query(schema, "set_kind", kinds), 0.0),
            ),
        ]
    )


def _roomy(actor: Actor, area: float, ruled_out: Sequence[str]) -> list[tuple[int, str]]:
    """Return platforms that state at least so much free space, the closest fit of each zone first. One query."""
    found = Platform.objects.filter(_seen(actor), free_space_m2__gte=area)
    if ruled_out:
        found = found.exclude(zone__code__in=ruled_out)
    rows = list(found.order_by("free_space_m2", "key").values_list("zone_id", "key"))
    spread = _spread(list(range(len(rows))), [zone or 0 for zone, _ in rows])
    return [(rows[place][0] or 0, rows[place][1]) for place in spread]


def _spread(rows: Sequence[int], zones: Sequence[int]) -> list[int]:
    """Take the best of each zone, then the second of each, and so on; at most `MOST_JUDGED`."""
    places: dict[int, int] = defaultdict(int)
    turns: list[tuple[int, int]] = []
    for place, zone in enumerate(zones):
        turns.append((places[zone], place))
        places[zone] += 1
    return [rows[place] for _, place in sorted(turns)[:MOST_JUDGED]]


def _taken_in_turn(lists: Sequence[Sequence[str]]) -> list[str]:
    """Take from each list in turn until `MOST_JUDGED` different ones are there: no wish crowds out another."""
    found: dict[str, None] = {}
    for place in range(max(map(len, lists), default=0)):
        for one in lists:
            if place < len(one) and len(found) < MOST_JUDGED:
                found.setdefault(one[place])
    return list(found)


def _keys_of(reader: SearchReader, rows: Iterable[int]) -> list[str]:
    return [str(reader.source(int(row))["key"]) for row in rows]


# Reading them


def _holders(actor: Actor, keys: Sequence[str]) -> list[Holder]:
    """Return the platforms and facilities of these keys that the actor may read. Three queries.

    The index may be seconds behind: what decides is the policy, on the rows.
    """
    platforms = list(Platform.objects.filter(_seen(actor), key__in=keys).select_related("zone"))
    numbers = [row.pk for row in platforms]
    facilities: dict[int, list[LocalText]] = defaultdict(list)
    own = Facility.objects.filter(_seen(actor), platform_id__in=numbers).order_by("pk")
    for platform_id, title, capability in own.values_list("platform_id", "title", "capability"):
        facilities[platform_id] += [title, capability]
    alone = Facility.objects.filter(_seen(actor), key__in=keys, platform__isnull=True).select_related("zone")
    return [
        *(_platform(row, facilities[row.pk], actor.hub_id) for row in platforms),
        *(_facility(row, actor.hub_id) for row in alone),
    ]


def _platform(row: Any, facilities: Sequence[LocalText], hub_id: int) -> Holder:
    devices = [text for item in row.equipment for text in (item.name, LocalText(item.model, item.model))]
    texts = {
        "title": row.title,
        "summary": row.summary,
        "services": row.services,
        "equipment": _lines(devices),
        "facilities": _lines(facilities),
        "type": label_of("platform_type", row.platform_type, hub_id) if row.platform_type else LocalText(),
    }
    return Holder(
        "platform",
        row.key,
        row.title,
        {name: text for name, text in texts.items() if text},
        row.policies,
        row.platform_type,
        row.free_space_m2,
        row.checked_on,
        row.region,
        row.zone.code if row.zone else "",
        _point(row),
        row.demonstration,
    )


def _facility(row: Any, hub_id: int) -> Holder:
    texts = {
        "title": row.title,
        "summary": row.summary,
        "services": row.capability,
        "equipment": LocalText(row.model, row.model) if row.model else LocalText(),
        "type": label_of("facility_type", row.facility_type, hub_id) if row.facility_type else LocalText(),
    }
    region = row.region or (row.zone.region if row.zone else "")
    return Holder(
        "facility",
        row.key,
        row.title,
        {name: text for name, text in texts.items() if text},
        region=region,
        group=row.zone.code if row.zone else "",
        point=_point(row),
        demonstration=row.demonstration,
    )


def _lines(texts: Iterable[LocalText]) -> LocalText:
    kept = [text for text in texts if text]
    return LocalText(
        "\n".join(text.zh for text in kept if text.zh) or None,
        "\n".join(text.en for text in kept if text.en) or None,
    )
