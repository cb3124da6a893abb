"""The pages of landing advice: state what a project needs, see where it could land and why, compare, go on."""

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from fairground.language.local_text import LocalText
from fairground.match.core.landing.judging import BLOCKS, Finding, field_name
from fairground.match.core.landing.reading import LONGEST_STATEMENT, read_statement
from fairground.match.core.landing.standing import Answer, Standing, verdict_counts
from fairground.match.core.landing.statement import KINDS, MOST_WISHES, Statement, Wish, stated
from fairground.match.core.results import Verdict
from fairground.match.landing.addresses import (
    MOST_COMPARED,
    address,
    page_if_any,
    parameters_of,
    statement_in,
    statement_of_rows,
    turned,
    without,
)
from fairground.match.landing.finding import answer_for
from fairground.match.landing.offers import statement_of_offer
from fairground.match.landing.words import EXAMPLES, TRIES, understood
from fairground.publish.records import record_for_reader
from fairground.web.rate_limits import limit
from fairground.web.reader import readers_language

_PLACES, _HOLDERS, _LEFT_OUT = 5, 6, 12  # shown at first; ?all=1 shows all
_STEPS = (
    (LocalText("一、场地", "1 Space"), ("space",)),
    (
        LocalText("二、中试、设备与服务", "2 Pilot line, equipment, services"),
        ("pilot", "equipment", "service"),
    ),
    (LocalText("三、人才与产业", "3 People and industry"), ("talent", "industry")),
    (LocalText("四、政策", "4 Policy"), ("policy",)),
    (LocalText("五、在哪里", "5 Where"), ("region", "distance")),
)
_ORDER = {Verdict.MET: 0, Verdict.CONTRADICTED: 1, Verdict.MISSING: 2}


@require_safe
def state_needs(request: HttpRequest) -> HttpResponse:
    """The form; filled from plain words (?text=), from an offer the reader may read (?offer=), or from an address."""
    language = readers_language()
    statement = statement_in(request.GET)
    text = request.GET.get("text", "").strip()
    offer = _offer(request)
    if text:
        read = read_statement(text)
        statement = stated([*statement.wishes, *read.wishes], [*statement.unused, *read.unused])
    elif offer is not None and not statement.wishes:
        statement = statement_of_offer(offer)
    offer_key = offer.key if offer is not None else ""
    return render(
        request,
        "match/landing/form.html",
        {
            "nav": "landing",
            "text": text[:LONGEST_STATEMENT],
            "statement": statement,
            "chips": _chips(statement, "landing", offer_key),
            "unused": _unused(statement),
            "steps": [
                {"title": title, "kinds": [_rows(kind, statement, language) for kind in kinds]}
                for title, kinds in _STEPS
            ],
            "offer": offer
            and {
                "title": offer.title,
                "key": offer.key,
                "url": reverse("publish:record", args=["offer", offer.key]),
            },
            "tries": [
                {
                    "text": one,
                    "url": f"{reverse('match:landing_answer')}?{urlencode({'text': one.in_language(language)})}",
                }
                for one in TRIES
            ],
            "most": MOST_WISHES,
            "longest": LONGEST_STATEMENT,
        },
    )


def _offer(request: HttpRequest) -> Any:
    """Return the offer of the address where the reader may read it; unknown and forbidden answer alike."""
    key = request.GET.get("offer", "")
    if not key:
        return None
    offer = record_for_reader(request.actor, "offer", key[:64])
    if offer is None:
        raise Http404("no such record")
    return offer


def _rows(kind: str, statement: Statement, language: str) -> dict[str, Any]:
    """Return what the form shows of one kind: a row for each wish, and an empty one."""
    rows = [{"text": wish.text, "level": wish.level} for wish in statement.wishes if wish.kind == kind]
    return {
        "kind": kind,
        "label": KINDS[kind],
        "example": EXAMPLES[kind].in_language(language),
        "rows": [*rows, {"text": "", "level": "must"}],
    }


@require_safe
@limit("landing")
def show_answer(request: HttpRequest) -> HttpResponse:
    """Where it could land, with reasons. Plain words and the form's rows become the address that can be passed on."""
    if "need" in request.GET:
        return HttpResponseRedirect(
            address("landing_answer", statement_of_rows(request.GET), _offer_key(request))
        )
    if text := request.GET.get("text", "").strip():
        return HttpResponseRedirect(address("landing_answer", read_statement(text), _offer_key(request)))
    statement, offer = statement_in(request.GET), _offer(request)
    if not statement.wishes:
        return HttpResponseRedirect(address("landing", statement, _offer_key(request)))
    answer = answer_for(request.actor, statement)
    offer_key = offer.key if offer is not None else ""
    everything = "all" in request.GET
    places = answer.places if everything else answer.places[:_PLACES]
    holders = answer.holders if everything else answer.holders[:_HOLDERS]
    acting = _Acting(request, offer_key)
    return render(
        request,
        "match/landing/answer.html",
        {
            "nav": "landing",
            "chips": _chips(statement, "landing_answer", offer_key),
            "levels": _levels(statement, offer_key),
            "unused": _unused(statement),
            "musts": sum(wish.is_must for wish in statement.wishes),
            "headline": _headline(answer),
            "places": [_shown(one, acting, rank) for rank, one in enumerate(places, 1)],
            "holders": [_shown(one, acting, rank) for rank, one in enumerate(holders, 1)],
            "left_out": [_left_out(one) for one in answer.left_out[: None if everything else _LEFT_OUT]],
            "left_out_count": len(answer.left_out),
            "more": len(answer.places) + len(answer.holders) - len(places) - len(holders),
            "all_url": address("landing_answer", statement, offer_key, [("all", "1")]),
            "edit_url": address("landing", statement, offer_key),
            "kept": parameters_of(statement, offer_key),
            "compare_url": reverse("match:landing_compare"),
            "map_url": _map_of(answer.places),
            "judged": answer.judged,
            "method": answer.method,
            "most_compared": MOST_COMPARED,
        },
    )


def _offer_key(request: HttpRequest) -> str:
    offer = _offer(request)
    return offer.key if offer is not None else ""


@require_safe
@limit("landing")
def compare(request: HttpRequest) -> HttpResponse:
    """Two to four places side by side, wish by wish."""
    statement = statement_in(request.GET)
    offer_key = _offer_key(request)
    picked = list(dict.fromkeys(request.GET.getlist("pick")[:40]))
    keys = [key for kind, _, key in (pick.partition(":") for pick in picked) if kind == "platform"]
    found: list[Standing] = []
    if statement.wishes and picked:
        answer = answer_for(request.actor, statement, keys[:MOST_COMPARED])
        known = {f"{one.kind}:{one.key}": one for one in (*answer.every_place, *answer.every)}
        found = [known[pick] for pick in picked if pick in known]
    shown = found[:MOST_COMPARED]
    acting = _Acting(request, offer_key)
    places = [_shown(one, acting, 0) for one in shown]
    return render(
        request,
        "match/landing/compare.html",
        {
            "nav": "landing",
            "places": places if len(places) > 1 else [],
            "lines": [
                {"wish": _asked(wish), "cells": [_reason(one.findings[number], acting) for one in shown]}
                for number, wish in enumerate(statement.wishes)
            ],
            "too_many": len(found) > MOST_COMPARED,
            "most": MOST_COMPARED,
            "answer_url": address("landing_answer", statement, offer_key),
        },
    )


class _Acting:
    """Who reads, and from which of their offers: what a place's links lead to."""

    def __init__(self, request: HttpRequest, offer_key: str) -> None:
        self.actor = request.actor
        self.offer_key = offer_key

    def ask_url(self, one: Standing) -> str:
        """Return where to ask a platform for a talk, from the own offer where there is one."""
        if one.kind != "platform":
            return ""
        if self.offer_key:
            return reverse("match:introduce", args=[self.offer_key, one.key])
        return reverse("match:ask", args=["platform", one.key])


def _chips(statement: Statement, page: str, offer: str) -> list[dict[str, Any]]:
    return [
        {
            "of": KINDS[wish.kind],
            "label": _labelled(wish),
            "url": address(page, without(statement, wish), offer),
        }
        for wish in statement.wishes
    ]


def _labelled(wish: Wish) -> LocalText:
    """A wish with its level, and how its figure was read."""
    level = LocalText("必须", "must") if wish.is_must else LocalText("最好", "should")
    read = understood(wish)
    said = (f"（{read.zh}）", f" ({read.en})") if read else ("", "")
    return LocalText(f"{wish.text}{said[0]} · {level.zh}", f"{wish.text}{said[1]} · {level.en}")


def _levels(statement: Statement, offer: str) -> list[dict[str, Any]]:
    """Links that make a must a should, or the other way round."""
    return [
        {
            "wish": wish.text,
            "is_must": wish.is_must,
            "url": address("landing_answer", turned(statement, wish), offer),
        }
        for wish in statement.wishes
    ]


def _unused(statement: Statement) -> list[LocalText]:
    contact = LocalText("联系方式（不带入地址）", "contact details (kept out of the address)")
    return [contact if text == "@" else LocalText(text, text) for text in statement.unused]


def _headline(answer: Answer) -> LocalText:
    """Say first what the answer comes to."""
    if not answer.with_evidence:
        return LocalText("证据不足，没有可以推荐的落点", "Not enough evidence to propose a place")
    full = [one for one in answer.places if _misses_no_must(one)]
    if full:
        return LocalText(
            f"{len(full)} 个园区能满足全部必须条件",
            f"{len(full)} zone{'s' if len(full) > 1 else ''} with every must met",
        )
    best = answer.places[0] if answer.places else next(iter(answer.holders), None)
    if best is None:
        return LocalText("符合条件的都被硬性条件排除", "What fits is ruled out by a hard condition")
    met, musts = best.count(Verdict.MET, must=True), sum(f.wish.is_must for f in best.findings)
    return LocalText(
        f"没有一处满足全部必须条件；最接近的满足 {met}/{musts} 项",
        f"No place meets every must; the closest meets {met} of {musts}",
    )


def _misses_no_must(one: Standing) -> bool:
    return all(finding.verdict is Verdict.MET for finding in one.findings if finding.wish.is_must)


def _shown(one: Standing, acting: _Acting, rank: int) -> dict[str, Any]:
    """Return what a page shows of one place."""
    counts = verdict_counts(one)
    titles = {holder.key: holder for holder in one.holders}
    findings = sorted(one.findings, key=lambda finding: _ORDER[finding.verdict])
    return {
        "rank": rank,
        "pick": f"{one.kind}:{one.key}",
        "title": one.title,
        "is_zone": one.cover is not None,
        "url": _page_of(one),
        "demonstration": one.demonstration,
        "evidence": one.evidence,
        "counts": counts,
        "musts_met": one.count(Verdict.MET, must=True),
        "musts": sum(finding.wish.is_must for finding in one.findings),
        "reasons": [_reason(finding, acting, titles) for finding in findings],
        "holders": [
            {
                "title": holder.title,
                "url": reverse("publish:record", args=[holder.kind, holder.key]),
                "demonstration": holder.demonstration,
                "covers": [
                    KINDS[finding.wish.kind] for finding in one.findings if finding.holder == holder.key
                ],
            }
            for holder in one.holders
        ],
        "exact": one.cover.is_exact if one.cover else True,
        "bound": one.cover.bound if one.cover else 1.0,
        "ask_url": acting.ask_url(one),
        "service_url": page_if_any("meet:service_request", [one.key]) if one.kind == "platform" else "",
    }


def _reason(finding: Finding, acting: _Acting, holders: Any = None) -> dict[str, Any]:
    del acting
    holder = (holders or {}).get(finding.holder)
    return {
        "asks": _asked(finding.wish),
        "verdict": str(finding.verdict),
        "blocks": finding.severity == BLOCKS,
        "says": finding.proof,
        "why": finding.reason if finding.reason else None,
        "part": field_name(finding.part) if finding.part else None,
        "holder": holder
        and {"title": holder.title, "url": reverse("publish:record", args=[holder.kind, holder.key])},
        "estimate": finding.is_estimate,
    }


def _asked(wish: Wish) -> dict[str, Any]:
    return {"kind": KINDS[wish.kind], "text": wish.text, "is_must": wish.is_must}


def _page_of(one: Standing) -> str:
    if one.cover is None:
        return reverse("publish:record", args=[one.kind, one.key])
    return (
        page_if_any("publish:zone", [one.key])
        or f"{reverse('publish:catalogue')}?{urlencode({'kind': 'platform', 'zone': one.key})}"
    )


def _left_out(one: Standing) -> dict[str, Any]:
    blocking = next(finding for finding in one.findings if finding.severity == BLOCKS)
    return {
        "title": one.title,
        "url": _page_of(one),
        "asks": blocking.wish.text,
        "says": blocking.proof,
        "why": blocking.reason,
    }


def _map_of(places: Sequence[Standing]) -> str:
    """Return the map with the platforms of the zones that were found, where there is a map."""
    page = page_if_any("publish:map")
    zones = [("zone", one.key) for one in places[:_PLACES]]
    return f"{page}?{urlencode([('kind', 'platform'), *zones])}" if page and zones else ""
