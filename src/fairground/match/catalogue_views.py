"""Pages of the kept pairs: all pairs of one record, and how good the matching is."""

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from fairground.accounts.kinds import kind_of
from fairground.language.local_text import LocalText
from fairground.match.catalogue.keeping import PARTNERS
from fairground.match.catalogue.panels import pair_groups
from fairground.match.catalogue.quality import FEWEST, hub_figures
from fairground.match.catalogue.selectors import last_match, matches_of, record_of_pairs
from fairground.match.catalogue.whole import method_name
from fairground.match.core.figures import shipped_figures
from fairground.publish.addresses import record_address
from fairground.publish.records import named_organisation

# The protocols of docs/measurements/match.md in a reader's words.
_PROTOCOLS = {
    "SBIR full → abstract": LocalText("完整需求 → 成果摘要（美国 SBIR）", "Whole need → abstract (SBIR)"),
    "SBIR title → abstract": LocalText(
        "需求标题 → 成果摘要（美国 SBIR）", "Title of a need → abstract (SBIR)"
    ),
    "SBIR hard pairs": LocalText("难分的配对（美国 SBIR）", "Pairs hard to tell apart (SBIR)"),
    "SBIR offer → need": LocalText("成果 → 需求（美国 SBIR）", "Offer → need (SBIR)"),
    "Horizon need → offer": LocalText("需求 → 成果（欧盟 Horizon）", "Need → offer (Horizon)"),
    "Horizon offer → need": LocalText("成果 → 需求（欧盟 Horizon）", "Offer → need (Horizon)"),
    "BDCI judged": LocalText(
        "中文需求 → 成果，人工评判（BDCI）", "Chinese need → offer, judged by people (BDCI)"
    ),
    "Cranfield": LocalText("问题 → 论文摘要（Cranfield）", "Question → abstract of a paper (Cranfield)"),
    "cross (NSFC names, both ways)": LocalText(
        "跨语言：中英文名称互找（NSFC）", "Across languages: names (NSFC)"
    ),
}


_BEST_SHOWN = 5  # of each kind of partner


@require_safe
def show_quality(request: HttpRequest) -> HttpResponse:
    """How good the matching is: on public collections, and by what people of this hub answered."""
    figures = shipped_figures()
    return render(
        request,
        "match/quality.html",
        {
            "method": method_name(request.hub.pk),
            "figures": figures,
            "measured_on": date.fromisoformat(figures.measured_on),
            "protocols": [
                (_PROTOCOLS.get(row.protocol, LocalText(row.protocol, row.protocol)), row)
                for row in figures.rows
            ],
            "here": hub_figures(request.hub.pk),
            "fewest": FEWEST,
        },
    )


@require_safe
def show_matches(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """The kept pairs of a record, ranked, with reasons and with what keeps each from standing higher.

    The best of each kind; with `?all=1` the lower ones too.
    """
    record = record_of_pairs(request.actor, kind, key)
    if record is None:
        raise Http404("no such record")
    kept = matches_of(request.actor, record, PARTNERS if "all" in request.GET else _BEST_SHOWN)
    organisation = named_organisation(request.actor, record)
    return render(
        request,
        "match/matches.html",
        {
            "record": {
                "title": record.title,
                "kind": record.kind,
                "kind_label": kind_of(record.kind).label,
                "url": record_address(record.kind, record.key),
                "organisation": organisation.title if organisation else None,
                "demonstration": record.demonstration,
                "state": record.state,
            },
            "lower": kept.lower,
            "groups": pair_groups(request.actor, record, kept.of_kind, with_shortfalls=True),
            "last": None if kept.of_kind else last_match(record),
        },
    )
