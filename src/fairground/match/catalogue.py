"""Matching a hub's own catalogue: judged pairs are stored and shown on the pages of both sides."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from fairground.accounts.actors import Actor, visitor
from fairground.accounts.core import states
from fairground.accounts.models import Hub, Record
from fairground.accounts.policies import readable
from fairground.collect.models import Need, Offer
from fairground.collect.plain_records import plain_need, plain_offer
from fairground.language.local_text import LocalText
from fairground.match.core.engine import match_lists
from fairground.match.core.results import Evidence
from fairground.match.core.results import Match as Pair
from fairground.match.models import Match
from fairground.publish.records import named_organisation
from fairground.web.panels import Panel

PARTNERS = 5  # kept for each record
_SHOWN = 3
# A change may be committed a little after the moment it carries.
_LATE = timedelta(seconds=30)


def match_hub(hub_id: int, *, now: datetime) -> int:
    """Match all published offers and needs of a hub anew; return the pairs kept. All or nothing.

    Only what everybody may read takes part, so that a stored reason never quotes more than a page would show.
    """
    open_to_all = {"hub_id": hub_id, "state": states.PUBLISHED, "visibility": Record.Visibility.PUBLIC}
    needs = {row.key: row for row in Need.objects.filter(**open_to_all).select_related("organisation")}
    offers = {row.key: row for row in Offer.objects.filter(**open_to_all).select_related("organisation")}
    if not needs or not offers:
        return 0
    for row in (*needs.values(), *offers.values()):
        row.organisation = named_organisation(visitor(hub_id), row)
    run = match_lists(
        [plain_need(row) for row in needs.values()],
        [plain_offer(row) for row in offers.values()],
        top=PARTNERS,
        today=timezone.localdate(now),
    )
    rows = [
        Match(
            hub_id=hub_id,
            need=needs[pair.need_id],
            offer=offers[pair.offer_id],
            score=pair.score,
            rank_for_need=pair.rank_for_need,
            rank_for_offer=pair.rank_for_offer,
            evidence=pair.evidence.value,
            reasons=_reasons(pair),
            method=f"{run.method} {run.method_version}",
            made_at=now,
        )
        for pair in run.matches
    ]
    with transaction.atomic():
        Match.objects.filter(hub_id=hub_id).delete()
        Match.objects.bulk_create(rows, batch_size=500)
    return len(rows)


def match_hubs_once() -> int:
    """Match every hub that has no pairs yet; return the pairs made."""
    made = 0
    for hub_id in Hub.objects.values_list("pk", flat=True):
        if not Match.objects.filter(hub_id=hub_id).exists():
            made += match_hub(hub_id, now=timezone.now())
    return made


def news_to_match(hub_id: int) -> datetime | None:
    """Return when an offer or need that is or was published last changed, if the hub's pairs do not know it yet."""
    changed = Record.objects.filter(hub_id=hub_id, kind__in=("offer", "need"), published_at__isnull=False)
    newest: datetime | None = changed.aggregate(at=Max("changed_at"))["at"]
    made_at = Match.objects.filter(hub_id=hub_id).aggregate(at=Max("made_at"))["at"]
    if newest is None or (made_at is not None and newest + _LATE < made_at):
        return None
    return newest


def _reasons(pair: Pair) -> dict[str, Any]:
    return {
        "parts": dict(pair.parts),
        "judgements": [asdict(judgement) for judgement in pair.judgements],
        "flags": [asdict(flag) for flag in pair.flags],
        "shared_terms": list(pair.shared_terms),
    }


def matches_of(actor: Actor, record: Record, limit: int) -> list[Match]:
    """Return a record's best pairs whose other side the actor may see. One query."""
    partners = Record.objects.filter(readable(actor)).values("pk")
    if record.kind == "need":
        found = Match.objects.filter(need_id=record.pk, offer_id__in=partners, rank_for_need__isnull=False)
        return list(found.order_by("rank_for_need").select_related("offer", "offer__organisation")[:limit])
    found = Match.objects.filter(offer_id=record.pk, need_id__in=partners, rank_for_offer__isnull=False)
    return list(found.order_by("rank_for_offer").select_related("need", "need__organisation")[:limit])


def matches_panel(request: HttpRequest, record: Any) -> Panel | None:
    """The pairs of an offer or a need, with their reasons."""
    if record.kind not in ("offer", "need"):
        return None
    found = matches_of(request.actor, record, PARTNERS)
    if not found:
        return None
    # A pair without evidence is no proposal: the page says that none was found rather than show the least bad.
    pairs = [_shown(match, record, request.actor) for match in found if match.evidence != Evidence.NONE][
        :_SHOWN
    ]
    title = (
        LocalText("可能解决它的成果", "Offers that may answer it")
        if record.kind == "need"
        else LocalText("可能用得上它的需求", "Needs it may answer")
    )
    return Panel(
        title,
        "match/panel.html",
        {"pairs": pairs, "method": found[0].method, "for_need": record.kind == "need"},
    )


def _shown(match: Match, record: Record, actor: Actor) -> dict[str, Any]:
    partner: Any = match.offer if record.kind == "need" else match.need
    organisation = named_organisation(actor, partner)
    return {
        "title": partner.title,
        "organisation": organisation.title if organisation else None,
        "url": reverse("publish:record", args=[partner.kind, partner.key]),
        "demonstration": partner.demonstration,
        "score": round(match.score * 100),
        "evidence": match.evidence,
        "method": match.method,
        "judgements": [
            {
                "verdict": judgement["verdict"],
                "asks": judgement["requirement"],
                "says": judgement["sentence"],
                "level": judgement["level"],
                "excluded": judgement.get("excluded", False),
                "why": LocalText(judgement["reason_zh"], judgement["reason_en"]),
            }
            for judgement in match.reasons["judgements"]
        ],
        "flags": [
            {"severity": flag["severity"], "text": LocalText(flag["reason_zh"], flag["reason_en"])}
            for flag in match.reasons["flags"]
        ],
        "shared_terms": match.reasons["shared_terms"][:8],
    }
