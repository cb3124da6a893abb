"""The made-up hub in a database of its own: made, loaded, indexed."""

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from portal_bench.corpus import Corpus, Values

_SLICE = 2000  # records that are added at the same moment
_FIRST = datetime(2023, 1, 2, 9, tzinfo=UTC)
_LAST = datetime(2026, 11, 20, 18, tzinfo=UTC)
_DRAFTS_FROM = 25  # every 25th offer and need stays a draft
_MATCHED = {"need": 400, "offer": 400, "platform": 160}  # records that get their pairs
_TAKING_PART = 20  # every 20th offer took part in an edition


def load_hub(corpus: Corpus) -> tuple[int, float]:
    """Fill an empty database; return the records written and the seconds that writing took, making them left out."""
    from fairground.accounts.actors import system
    from fairground.accounts.models import Hub, Record
    from fairground.editions.models import Participation
    from fairground.language.local_text import LocalText
    from fairground.places.models import Zone

    hub = Hub.objects.create(
        code="benchmark",
        name=LocalText("示例枢纽", "Example hub"),
        sentence=LocalText("让成果遇到需求。", "Where results meet needs."),
        region="110000",
        demonstration=True,
    )
    for zone in corpus.zones:
        Zone.objects.create(
            code=zone.code,
            name=LocalText(*zone.name),
            region=zone.region,
            longitude=zone.longitude,
            latitude=zone.latitude,
            demonstration=True,
        )
    actor = system(hub.pk)
    written, seconds = 0, 0.0
    keys: dict[str, Sequence[str]] = {}
    for kind in corpus.sizes.by_kind:
        count, took = _load_kind(corpus, actor, kind, keys)
        written, seconds = written + count, seconds + took
        if kind in ("organisation", "edition"):
            keys[kind] = list(
                Record.objects.filter(kind=kind).order_by("reference").values_list("key", flat=True)
            )
    editions = list(Record.objects.filter(kind="edition").order_by("reference").values_list("pk", flat=True))
    offers = Record.objects.filter(kind="offer").order_by("reference").values_list("pk", flat=True)
    Participation.objects.bulk_create(
        Participation(edition_id=editions[number % len(editions)], record_id=offer)
        for number, offer in enumerate(offers[::_TAKING_PART])
    )
    return written, seconds


def match_some() -> int:
    """Give some records their pairs, by a full run over a sample; return how many pairs.

    A full run over the whole hub would take hours and tell a page nothing more: a record's page shows its own ten pairs
    of a kind, whatever the rest has. The sample is every so many-th record that everybody may see. Made-up texts rarely
    fit: their pairs count as thin evidence all the same, so that pages are as full as they get. The pairs then count as
    up to the log; the records without are worked off by the server's clock while pages are timed, as they would be.
    """
    from django.utils import timezone

    from fairground.accounts.models import Hub
    from fairground.audit.selectors import cursor_of, last_position
    from fairground.match.catalogue.texts import load_records, public_records
    from fairground.match.catalogue.whole import match_rows
    from fairground.match.models import Match, MatchProgress

    hub_id = Hub.objects.values_list("pk", flat=True).get()
    rows = {}
    for kind, most in _MATCHED.items():
        keys = list(public_records(hub_id, kind).order_by("reference").values_list("key", flat=True))
        rows[kind] = load_records(hub_id, kind, keys[:: max(1, -(-len(keys) // most))])
    kept = match_rows(hub_id, rows, now=timezone.now())
    Match.objects.filter(hub_id=hub_id, evidence="none").update(evidence="thin")
    MatchProgress.objects.update_or_create(
        pk=1, defaults={"position": cursor_of(last_position()), "held_until": None}
    )
    return kept


def _load_kind(corpus: Corpus, actor: Any, kind: str, keys: dict[str, Sequence[str]]) -> tuple[int, float]:
    from fairground.accounts.bulk import NewRecord, add_records

    written, seconds = 0, 0.0
    slices = max(-(-corpus.sizes.by_kind[kind] // _SLICE), 1)
    rows = corpus.rows(kind, keys.get("organisation", ()), keys.get("edition", ()))
    for number, some in enumerate(_sliced(rows)):
        now = _FIRST + (_LAST - _FIRST) * (number + 1) / (slices + 1) + timedelta(minutes=number)
        drafts = some[::_DRAFTS_FROM] if kind in ("offer", "need") else []
        are_drafts = {reference for reference, _ in drafts}
        published = [row for row in some if row[0] not in are_drafts]
        begin = time.perf_counter()
        for publish, part in ((True, published), (False, drafts)):
            new = [NewRecord(values, reference, True) for reference, values in part]
            report = add_records(actor, kind, new, now, publish=publish, batch=_SLICE)
            if report.faults or report.added != len(part):
                raise RuntimeError(f"{kind}: {report.faults[:3]}")
            written += report.added
        seconds += time.perf_counter() - begin
    return written, seconds


def _sliced(rows: Iterator[tuple[str, Values]]) -> Iterator[list[tuple[str, Values]]]:
    while some := list(islice(rows, _SLICE)):
        yield some
