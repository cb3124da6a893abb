"""Pairs worth proposing: the best judged ones that nobody has been introduced by yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q

from fairground.accounts.actors import Actor
from fairground.accounts.core import states
from fairground.accounts.errors import NotFoundError
from fairground.accounts.models import Record
from fairground.accounts.policies import readable
from fairground.language.local_text import LocalText
from fairground.match.broker.desk import PAGE_ROWS
from fairground.match.core.results import Evidence
from fairground.match.models import Introduction, Match
from fairground.match.policies import is_broker
from fairground.publish.records import named_organisation

MOST = 2_000
_OPEN_TO_MEMBERS = (Record.Visibility.PUBLIC, Record.Visibility.MEMBERS)


@dataclass(frozen=True, slots=True)
class PairSide:
    """One record of a pair."""

    kind: str
    key: str
    title: LocalText
    organisation: LocalText | None
    demonstration: bool


@dataclass(frozen=True, slots=True)
class PairRow:
    """A pair to be proposed, with what was judged."""

    asking: PairSide
    answering: PairSide
    score: int
    evidence: str
    met: int
    contradicted: int
    missing: int


def pairs_to_propose(actor: Actor, *, record_key: str = "", page: int = 1) -> tuple[Sequence[PairRow], int]:
    """Return a page of pairs, the best first, and how many there are. Four queries at most. Raises NotFoundError.

    `record_key` leaves those of one record. At most `MOST` are looked at: whoever wants more proposes some first.
    """
    if not is_broker(actor):
        raise NotFoundError
    known = Introduction.objects.filter(
        Q(target=OuterRef("answering"), own=OuterRef("asking"))
        | Q(target=OuterRef("asking"), own=OuterRef("answering"))
    )
    found = Match.objects.filter(hub_id=actor.hub_id).exclude(evidence=Evidence.NONE).exclude(Exists(known))
    if record_key:
        number = (
            Record.objects.filter(hub_id=actor.hub_id, key=record_key).values_list("pk", flat=True).first()
        )
        found = found.filter(Q(asking=number) | Q(answering=number))
    best = list(found.order_by("-score", "pk").values_list("pk", "asking_id", "answering_id")[:MOST])
    # Asked of the records at hand: two conditions "is among all the actor may read" in one question make a database
    # without fresh statistics pair all records with all records, for minutes.
    shown = set(
        Record.objects.filter(
            readable(actor),
            pk__in={number for _, *sides in best for number in sides},
            state=states.PUBLISHED,
            visibility__in=_OPEN_TO_MEMBERS,
        ).values_list("pk", flat=True)
    )
    fit = [match for match, asking, answering in best if {asking, answering} <= shown]
    first = (page - 1) * PAGE_ROWS
    wanted = fit[first : first + PAGE_ROWS]
    rows = Match.objects.select_related("asking__organisation", "answering__organisation").in_bulk(wanted)
    return [_row(actor, rows[match]) for match in wanted if match in rows], len(fit)


def _row(actor: Actor, match: Any) -> PairRow:
    verdicts = [judgement["verdict"] for judgement in match.reasons.get("judgements", ())]
    return PairRow(
        _side(actor, match.asking),
        _side(actor, match.answering),
        round(match.score * 100),
        match.evidence,
        verdicts.count("met"),
        verdicts.count("contradicted"),
        verdicts.count("missing"),
    )


def _side(actor: Actor, record: Record) -> PairSide:
    organisation = named_organisation(actor, record)
    return PairSide(
        record.kind,
        record.key,
        record.title,
        organisation.title if organisation else None,
        record.demonstration,
    )
