"""Reading the kept pairs: those of one record, of a desk, and in how many words a page needs them."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from fairground.accounts.actors import Actor
from fairground.accounts.core import states
from fairground.accounts.models import Record
from fairground.accounts.policies import owned, readable
from fairground.match.catalogue.texts import KINDS, MARKETS
from fairground.match.core.results import Evidence
from fairground.match.models import Match

# Returns the partners an actor shall not be shown beside a record, or None: whom they blocked, say.
Exclusion = Callable[[Actor, Record | None], Q | None]
_EXCLUSIONS: list[Exclusion] = []
_OWN_READ = 500  # of somebody's own records, the newest
_READ_FOR_ONE = 4  # pairs read for one that is shown: some partners may not be
# What pages of pairs say of a record. A record has seventy columns with its organisation's: to ask for all of them
# costs more than the answer.
_SAID_OF_RECORD = (
    "hub_id", "key", "kind", "state", "visibility", "title", "demonstration",
    "organisation__title", "organisation__state", "organisation__visibility",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class KeptPairs:
    """The pairs of a record by kind of partner, the best first, and how many lower ones were left out."""

    of_kind: Mapping[str, list[Match]]
    lower: int = 0


def exclude_partners(rule: Exclusion) -> None:
    """Let a rule leave partners out of every list of pairs; `rule(actor, record)` returns a condition on Record."""
    if rule not in _EXCLUSIONS:
        _EXCLUSIONS.append(rule)


def _shown_partners(actor: Actor, record: Record | None, wanted: Iterable[int]) -> dict[int, Record]:
    """Return those of some records that the actor may be shown beside a record, by number, with their organisations.

    Numbers and not a subquery: with it a database may read all the hub's records to find ten.
    """
    shown = Record.objects.filter(readable(actor), state=states.PUBLISHED)
    for rule in _EXCLUSIONS:
        left_out = rule(actor, record)
        if left_out is not None:
            shown = shown.exclude(left_out)
    return {row.pk: row for row in _for_pages(shown.filter(pk__in=set(wanted)))}


def _for_pages(records: QuerySet[Record]) -> QuerySet[Record]:
    """Return records with what pages of pairs say of them, and no more: any other column is a query of its own."""
    return records.select_related("organisation").only(*_SAID_OF_RECORD)


def record_of_pairs(actor: Actor, kind: str, key: str) -> Record | None:
    """Return a record of a kind that is matched, with what its match page says; None where the actor may not see it."""
    if kind not in KINDS:
        return None
    found = _for_pages(Record.objects.filter(readable(actor), key=key, kind=kind))
    # A key is unique: `first` would order the rows, which costs as much again.
    return next(iter(found), None)


def matches_of(actor: Actor, record: Record, limit: int) -> KeptPairs:
    """Return a record's best pairs whose other side the actor may see, `limit` of each kind of partner.

    A pair without evidence is no proposal: it is left out rather than shown as the least bad. Each match carries
    `partner`, the other side's record with its organisation. Two queries, the second only where there are pairs.
    """
    own = Q()
    for side in _sides_of(record.kind):
        own |= Q(**{f"{side}_id": record.pk, f"rank_for_{side}__isnull": False})
    if not own:
        return KeptPairs({})
    # The reasons come as text: those of lower pairs are never read.
    rows: list[Any] = list(
        Match.objects.filter(own, hub_id=record.hub_id)
        .exclude(evidence=Evidence.NONE)
        .defer("reasons")
        .annotate(reasons_text=Cast("reasons", TextField()))
    )
    for match in rows:
        asks = match.asking_id == record.pk
        match.partner_id = match.answering_id if asks else match.asking_id
        match.rank = match.rank_for_asking if asks else match.rank_for_answering
    partners = _shown_partners(actor, record, [match.partner_id for match in rows]) if rows else {}
    found: dict[str, list[Match]] = {}
    lower = 0
    for match in sorted(rows, key=lambda match: (match.rank, match.pk)):
        if match.partner_id not in partners:
            continue
        match.partner = partners[match.partner_id]
        of_kind = found.setdefault(match.partner.kind, [])
        if len(of_kind) >= limit:
            lower += 1
            continue
        match.reasons = json.loads(match.reasons_text)
        of_kind.append(match)
    return KeptPairs(found, lower)


def _sides_of(kind: str) -> list[str]:
    """Return the sides on which a kind of record stands: a need asks, a platform answers, an offer does both."""
    sides = {"asking": 0, "answering": 1}
    return [side for side, place in sides.items() if any(market[place] == kind for market in MARKETS)]


def last_match(record: Record) -> Match | None:
    """Return the newest pair of a record whatever its evidence, for its method and date."""
    own = Q(asking_id=record.pk) | Q(answering_id=record.pk)
    return Match.objects.filter(own).defer("reasons").order_by("-made_at").first()


def matches_of_desk(actor: Actor, limit: int) -> list[Match]:
    """Return the newest good pairs of the actor's own published records, one a record and kind. Three queries.

    Each match carries `own` and `partner`.
    """
    own = Record.objects.filter(owned(actor), hub_id=actor.hub_id, state=states.PUBLISHED, kind__in=KINDS)
    numbers = set(own.order_by("-changed_at").values_list("pk", flat=True)[:_OWN_READ])
    if not numbers:
        return []
    mine = Q(asking_id__in=numbers, rank_for_asking=1) | Q(answering_id__in=numbers, rank_for_answering=1)
    rows = list(
        Match.objects.filter(mine, hub_id=actor.hub_id)
        .exclude(evidence=Evidence.NONE)
        .order_by("-made_at", "-score")[: _READ_FOR_ONE * limit]
    )
    sides = {number for match in rows for number in (match.asking_id, match.answering_id)}
    shown = _shown_partners(actor, None, sides) if rows else {}
    found = []
    for match in rows:
        if match.asking_id in shown and match.answering_id in shown:
            asking, answering = shown[match.asking_id], shown[match.answering_id]
            asks = match.asking_id in numbers
            match.own, match.partner = (asking, answering) if asks else (answering, asking)
            found.append(match)
    return found[:limit]
