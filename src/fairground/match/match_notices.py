"""Telling the people of a record of its new matches."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse

from fairground.accounts.actors import Actor
from fairground.accounts.core.rhythms import DAILY
from fairground.accounts.models import Notice, Record
from fairground.accounts.notices.kinds import register_notice_kind
from fairground.accounts.notices.recipients import people_of_records
from fairground.accounts.notices.services import notify
from fairground.accounts.policies import readable
from fairground.language.local_text import LocalText
from fairground.match.core.results import Evidence
from fairground.match.introductions.blocks import hidden_partners
from fairground.match.models import Match

NEW_MATCH = "new_match"
LAST_RANK = 3  # pairs below are shown on the record's page and not told of
PAUSE = timedelta(days=1)  # a record's people hear of new matches no more often


def register() -> None:
    """Make the kind known."""
    register_notice_kind(
        NEW_MATCH,
        LocalText("新的匹配", "New matches"),
        LocalText(
            "您的成果、需求或平台有了证据充分的新匹配（前三名），每条记录一天最多一次。",
            "A record of yours has a new match with enough evidence, among its best three; once a day at most.",
        ),
        rhythm=DAILY,
        pause=PAUSE,
        lists=_possible_partners,
    )


def _possible_partners(actor: Actor, now: datetime) -> Q:
    return readable(actor, now=now) & ~hidden_partners(actor)


def pairs_worth_telling(hub_id: int, record_id: int | None = None) -> QuerySet[Match]:
    """Return the pairs, of a hub or of one record, that either side would be told of if they were new."""
    found = Match.objects.filter(
        Q(rank_for_asking__lte=LAST_RANK) | Q(rank_for_answering__lte=LAST_RANK),
        hub_id=hub_id,
        evidence=Evidence.ENOUGH.value,
    ).defer("reasons")
    if record_id is None:
        return found
    return found.filter(Q(asking_id=record_id) | Q(answering_id=record_id))


@contextmanager
def announcing(hub_id: int, *, now: datetime, record_id: int | None = None) -> Iterator[None]:
    """Tell of what becomes worth telling while the pairs of a record, or of the whole hub, are written anew."""
    worth = pairs_worth_telling(hub_id, record_id)
    before = set(worth.values_list("pk", flat=True))
    yield
    announce_new_pairs(hub_id, (pair for pair in worth.all() if pair.pk not in before), now)


@transaction.atomic
def announce_new_pairs(hub_id: int, pairs: Iterable[Match], now: datetime) -> int:
    """Tell the people of both records of each pair that is worth it; return how many lines were written or added to.

    Worth it is enough evidence and a rank up to `LAST_RANK` on the side that is told. Nobody is told of a pair again
    while the line that told of it is kept, nor of a partner of their own organisation. To be called after the pairs
    of some records changed; a second call with the same pairs tells nobody.
    """
    found: dict[int, list[tuple[int, int]]] = {}  # record → (rank, partner)
    for pair in pairs:
        if pair.hub_id != hub_id or pair.evidence != Evidence.ENOUGH:
            continue
        for rank, own, partner in (
            (pair.rank_for_asking, pair.asking_id, pair.answering_id),
            (pair.rank_for_answering, pair.answering_id, pair.asking_id),
        ):
            if rank is not None and rank <= LAST_RANK:
                found.setdefault(own, []).append((rank, partner))
    if not found:
        return 0
    records = Record.objects.only("key", "kind", "organisation_id").in_bulk(
        found.keys() | {partner for best in found.values() for _, partner in best}
    )
    people = people_of_records(found.keys())
    told: dict[str, set[str]] = {}
    about = [records[pk].key for pk in found if pk in records]
    for about_key, named in Notice.objects.filter(
        hub_id=hub_id, kind=NEW_MATCH, about_key__in=about
    ).values_list("about_key", "named"):
        told.setdefault(about_key, set()).update(named)
    count = 0
    for pk, best in found.items():
        if (own := records.get(pk)) is None:
            continue
        named = [
            records[partner].key
            for _, partner in sorted(best)
            if partner in records
            and records[partner].key not in told.get(own.key, ())
            and not (own.organisation_id and own.organisation_id == records[partner].organisation_id)
        ]
        if named:
            count += notify(
                hub_id=hub_id,
                user_ids=people[pk],
                kind=NEW_MATCH,
                subject=LocalText("新的匹配：{title}", "New matches for {title}"),
                path=reverse("match:matches", args=[own.kind, own.key]),
                about_key=own.key,
                named=named,
                now=now,
            )
    return count
