"""What pages of earlier stages show of the kept pairs."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from fairground.accounts.actors import Actor
from fairground.accounts.core import states
from fairground.accounts.kinds import kind_of
from fairground.accounts.models import Record
from fairground.language.local_text import LocalText
from fairground.match.addresses import introduction_address
from fairground.match.catalogue.selectors import last_match, matches_of, matches_of_desk
from fairground.match.catalogue.texts import KINDS
from fairground.match.core.results import Flag, Judgement, Verdict
from fairground.match.core.why_not_higher import why_not_higher
from fairground.match.models import Match
from fairground.publish.addresses import record_address
from fairground.publish.records import named_organisation
from fairground.web.panels import Panel

_SHOWN = 3  # pairs of a kind on a record's page
_ON_DESK = 8

# (kind of the record, kind of its partners) → what stands above them
TITLES = {
    ("need", "offer"): LocalText("可能解决它的成果", "Offers that may answer it"),
    ("need", "platform"): LocalText("可能帮得上的平台", "Platforms that may serve it"),
    ("offer", "need"): LocalText("可能用得上它的需求", "Needs it may answer"),
    ("offer", "platform"): LocalText("可以试制、验证它的平台", "Platforms where it could be tried out"),
    ("platform", "need"): LocalText("平台可能帮得上的需求", "Needs it may serve"),
    ("platform", "offer"): LocalText("可以在此试制、验证的成果", "Offers that could be tried out here"),
}


def matches_panel(request: HttpRequest, record: Any) -> Panel | None:
    """The best pairs of an offer, a need or a platform, with their reasons."""
    if record.kind not in KINDS or record.state != states.PUBLISHED:
        return None
    found = matches_of(request.actor, record, _SHOWN).of_kind
    method = next((matches[0].method for matches in found.values()), None)
    if method is None:
        last = last_match(record)
        if last is None:
            return None
        method = last.method
    return Panel(
        LocalText("对接", "Matches"),
        "match/panel.html",
        {
            "groups": pair_groups(request.actor, record, found),
            "method": method,
            "kind": record.kind,
            "url": reverse("match:matches", args=[record.kind, record.key]),
        },
    )


def desk_matches_panel(request: HttpRequest, subject: Any) -> Panel | None:
    """The best pairs of what a person answers for, newest first."""
    rows = [
        {
            "own": {"title": match.own.title, "url": _page_of(match.own)},
            "partner": {
                "title": match.partner.title,
                "url": _page_of(match.partner),
                "kind": kind_of(match.partner.kind).label,
                "demonstration": match.partner.demonstration,
            },
            "organisation": _organisation(request.actor, match.partner),
            "evidence": match.evidence,
            "tally": tally(match),
            "score": round(match.score * 100),
            "made_at": match.made_at,
            "url": reverse("match:matches", args=[match.own.kind, match.own.key]),
            "introduce_url": introduction_address(match.own.key, match.partner.key),
        }
        for match in matches_of_desk(request.actor, _ON_DESK)
    ]
    if not rows:
        return None
    return Panel(LocalText("新的匹配", "New matches"), "match/panel_desk.html", {"rows": rows})


def pair_groups(
    actor: Actor, record: Record, found: Mapping[str, list[Match]], *, with_shortfalls: bool = False
) -> list[dict[str, Any]]:
    """Return what a page shows of each kind of partner, in the order of `TITLES`."""
    return [
        {
            "title": title,
            "kind": partner,
            "pairs": [
                shown_pair(match, record, actor, with_shortfalls=with_shortfalls) for match in found[partner]
            ],
        }
        for (own, partner), title in TITLES.items()
        if own == record.kind and partner in found
    ]


def tally(match: Match) -> dict[str, int]:
    """Return how many requirements have which verdict."""
    counts = Counter(str(judgement["verdict"]) for judgement in match.reasons["judgements"])
    return {verdict: counts[verdict] for verdict in ("met", "missing", "contradicted")}


def shown_pair(match: Any, record: Record, actor: Actor, *, with_shortfalls: bool = False) -> dict[str, Any]:
    """Return what a page shows of one pair, seen from `record`; `with_shortfalls` also why it is not higher."""
    partner: Record = match.partner
    return {
        "title": partner.title,
        "kind": partner.kind,
        "organisation": _organisation(actor, partner),
        "url": _page_of(partner),
        "demonstration": partner.demonstration,
        "rank": match.rank,
        "score": round(match.score * 100),
        "evidence": match.evidence,
        "method": match.method,
        "made_at": match.made_at,
        "tally": tally(match),
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
        **_HEADS.get(match.kinds, {}),
        "why_not": _why_not(match) if with_shortfalls else (),
        "own_key": record.key,
        "key": partner.key,
    }


_SAYS = LocalText("平台所述", "The platform says")
# Over the reasons of pairs with a platform; need and offer have the component's own.
_HEADS = {
    "need platform": {"says_head": _SAYS},
    "offer platform": {"asks_head": LocalText("试制需要", "To try it out takes"), "says_head": _SAYS},
}
_SIDES = {
    "need": LocalText("需求", "need"),
    "offer": LocalText("成果", "offer"),
    "platform": LocalText("平台", "platform"),
}


def _why_not(match: Match) -> list[dict[str, Any]]:
    asking, answering = (_SIDES[kind] for kind in match.kinds.split())
    shortfalls = why_not_higher(
        match.score,
        match.reasons["parts"],
        [
            Judgement(**{**judgement, "verdict": Verdict(judgement["verdict"])})
            for judgement in match.reasons["judgements"]
        ],
        [Flag(**flag) for flag in match.reasons["flags"]],
        asking=asking,
        answering=answering,
    )
    return [
        {"text": one.text, "to": None if one.would_be is None else round(one.would_be * 100)}
        for one in shortfalls
    ]


def _organisation(actor: Actor, record: Record) -> LocalText | None:
    organisation = named_organisation(actor, record)
    return organisation.title if organisation else None


def _page_of(record: Record) -> str:
    return record_address(record.kind, record.key)
