"""The catalogue's pages: home, catalogue, suggestions, one record."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from fairground.accounts.actors import visitor
from fairground.accounts.errors import NotAllowedError, NotFoundError, UnknownKindError
from fairground.accounts.kinds import kind_of
from fairground.accounts.organisations import standing_key
from fairground.accounts.policies import audience_of
from fairground.editions.selectors import current_edition
from fairground.language.local_text import LocalText
from fairground.publish import asking, catalogue, feeds, records, saved
from fairground.publish.catalogue import CatalogueQuery
from fairground.publish.core.search.suggest import suggest
from fairground.publish.editions import leading_figures, programme
from fairground.publish.index import search_index
from fairground.publish.labels import suggestible_terms
from fairground.publish.map.page import map_address
from fairground.web.panels import panels_for
from fairground.web.rate_limits import limit
from fairground.web.reader import readers_language

_NEWS_KINDS = ("offer", "need")
_TRIES = (
    LocalText("谁能做大型零件的无损检测？", "Who can test large parts without damage?"),
    LocalText("河北有中试线的新材料平台", "Labs in Hebei with a pilot line for new materials"),
    LocalText("可许可的医药健康成果", "Medical results that can be licensed"),
)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The first page."""
    language = readers_language()
    edition = current_edition(request.actor)
    return render(
        request,
        "publish/home.html",
        {
            "sentence": request.hub.sentence or request.hub.name,
            "figures": leading_figures(edition, 4),
            "tries": _tries(language),
            "catalogue_url": reverse("publish:catalogue"),
            "ask_url": reverse("publish:ask"),
            "suggest_url": reverse("publish:suggest"),
            "ways": _ways(),
            "news": catalogue.newest_rows(request.actor, _NEWS_KINDS, 8, language),
            "news_url": f"{reverse('publish:catalogue')}?sort=newest",
            "edition": edition
            and {
                "title": edition.title,
                "starts": edition.starts_on,
                "ends": edition.ends_on,
                "place": edition.place,
                "url": reverse("publish:record", args=["edition", edition.key]),
            },
            "programme": programme(request.actor, edition, 8),
        },
    )


def _tries(language: str) -> list[dict[str, Any]]:
    ask = reverse("publish:ask")
    return [{"text": text, "url": f"{ask}?{urlencode({'q': text.in_language(language)})}"} for text in _TRIES]


def _ways() -> list[dict[str, Any]]:
    return [
        {
            "label": LocalText("我有成果", "I have a result"),
            "text": LocalText(
                "写清楚好在哪里，让需要的人找到。",
                "Say what is better about it, and be found by those who need it.",
            ),
            "url": reverse("collect:new", args=["offer"]),
        },
        {
            "label": LocalText("我有需求", "I have a need"),
            "text": LocalText(
                "边写边得到建议，发布后自动比对成果。",
                "Advice while you write; then it is compared with every result.",
            ),
            "url": reverse("collect:new", args=["need"]),
        },
        {
            "label": LocalText("看地图", "Show me the map"),
            "text": LocalText(
                "服务平台、设施和园区都在哪里，附近有什么。",
                "Where platforms, facilities and zones are, and what is near.",
            ),
            "url": reverse("publish:map"),
        },
    ]


@require_safe
@limit("search")
def show_catalogue(request: HttpRequest) -> HttpResponse:
    """Everything that can be found, by words and filters."""
    language = readers_language()
    query = CatalogueQuery.from_parameters(request.GET)
    page = catalogue.find(query, request.actor, language)
    chosen_kinds = query.filters.get("kind", ())
    chips = catalogue.chips(query, request.hub.pk)
    parameters = query.parameters()
    order = "newest" if query.sort == "relevance" and not query.text else query.sort
    return render(
        request,
        "publish/catalogue.html",
        {
            "nav": "catalogue",
            "q": query.text,
            "heading": kind_label(chosen_kinds[0]) if len(chosen_kinds) == 1 else None,
            "total": page.total,
            "first": (query.page - 1) * catalogue.PAGE_SIZE + 1,
            "kinds": catalogue.tabs(query, page),
            "chips": chips,
            "clear_url": catalogue.address(CatalogueQuery(text=query.text)),
            "facets": catalogue.facets(query, page, request.hub.pk),
            "kept": [
                (name, value)
                for name, value in parameters
                if name in ("q", "sort", "kind") or name.startswith("not_")
            ],
            "chosen_count": len(chips),
            "rows": catalogue.rows_for(page.hits, request.actor, language),
            "sorts": [
                {"value": code, "label": label, "chosen": code == order}
                for code, label in catalogue.SORTS.items()
                if code != "relevance" or query.text
            ],
            "sort_kept": [(name, value) for name, value in parameters if name not in ("sort", "page")],
            "pager": catalogue.pager(
                query.page, page.total, lambda number: catalogue.address(replace(query, page=number))
            ),
            "correction": _correction(page.suggestion, query),
            "widened": catalogue.loosened(page),
            "catalogue_url": reverse("publish:catalogue"),
            "save_url": f"{reverse('publish:saved')}?{urlencode(parameters)}",
            "feed_url": f"{reverse('publish:feed')}?{urlencode(parameters)}",
            "map_url": map_address(replace(query, page=1)),
            "ask_url": f"{reverse('publish:ask')}?{urlencode({'q': query.text})}",
            "empty_actions": [
                {
                    "label": LocalText("发布为需求", "Post it as a need"),
                    "url": reverse("collect:new", args=["need"]),
                },
                {"label": LocalText("看全部目录", "Show everything"), "url": reverse("publish:catalogue")},
            ],
        },
    )


def kind_label(code: str) -> LocalText | None:
    """Return what records of a kind are called together; None for a kind nobody knows."""
    try:
        return kind_of(code).plural
    except UnknownKindError:
        return None


def _correction(text: str | None, query: CatalogueQuery) -> dict[str, str] | None:
    if not text:
        return None
    mended = CatalogueQuery(text=text, filters=query.filters, excluded=query.excluded, sort=query.sort)
    return {"text": text, "url": catalogue.address(mended)}


@require_safe
@limit("search")
def show_answer(request: HttpRequest) -> HttpResponse:
    """A question in plain words: what was understood, and what is found."""
    language = readers_language()
    text = request.GET.get("q", "").strip()[:400]
    if not text:
        return render(
            request,
            "publish/ask.html",
            {"nav": "ask", "q": "", "ask_url": reverse("publish:ask"), "tries": _tries(language)},
        )
    taken_off = frozenset(
        name
        for name in request.GET.getlist("off")[:50]
        if name.isascii() and name.isdigit() and len(name) < 6
    )
    place = CatalogueQuery.from_parameters(request.GET)
    asked = asking.ask(text, taken_off=taken_off, hub_id=request.hub.pk, page=place.page)
    page = catalogue.find(asked.query, request.actor, language)
    return render(
        request,
        "publish/ask.html",
        {
            "nav": "ask",
            "q": text,
            "ask_url": reverse("publish:ask"),
            "understood": asked.chips,
            "unused": asked.unused,
            "total": page.total,
            "first": (asked.query.page - 1) * catalogue.PAGE_SIZE + 1,
            "rows": catalogue.rows_for(page.hits, request.actor, language),
            "pager": catalogue.pager(
                place.page, page.total, lambda number: asking.address(text, taken_off, page=number)
            ),
            "correction": _correction(page.suggestion, asked.query),
            "widened": catalogue.loosened(page),
            "catalogue_url": catalogue.address(asked.query),
            "map_url": map_address(replace(asked.query, page=1)),
            "empty_actions": [
                {
                    "label": LocalText("发布为需求", "Post it as a need"),
                    "url": reverse("collect:new", args=["need"]),
                }
            ],
        },
    )


@require_safe
@limit("suggest")
def show_suggestions(request: HttpRequest) -> HttpResponse:
    """What may be meant by the letters typed so far, as JSON for the search box."""
    language = readers_language()
    typed = request.GET.get("q", "")[:100]
    lines = suggest(
        search_index().reader(),
        typed,
        audience_of(request.actor),
        language=language,
        terms=suggestible_terms(),
    )
    return JsonResponse(
        {
            "suggestions": [
                {
                    "text": line.text,
                    "kind": catalogue.suggestion_kind(line, language),
                    "url": catalogue.suggestion_url(line),
                }
                for line in lines
            ]
        }
    )


@require_safe
@limit("search")
def show_feed(request: HttpRequest, feed_key: str = "") -> HttpResponse:
    """What is new in a search, as Atom: any search of the catalogue, or a saved one by its secret address."""
    language = readers_language()
    if feed_key:
        found = saved.feed_records(feed_key, request.hub.pk, language)
        if found is None:
            raise Http404
        title, records_found = found[0].name, found[1]
    else:
        query = CatalogueQuery.from_parameters(request.GET)
        title = query.text or LocalText("目录", "Catalogue").in_language(language)
        records_found = saved.news(query, visitor(request.hub.pk), language, since=None)
    return feeds.atom(request, title, records_found, visitor(request.hub.pk), language)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@limit("write")
def show_saved(request: HttpRequest) -> HttpResponse:
    """A person's saved searches; POST keeps one more, changes its rhythm or deletes one."""
    if request.method == "POST":
        try:
            if "delete" in request.POST:
                saved.delete_search(actor=request.actor, search_id=_number(request.POST["delete"]))
            else:
                saved.save_search(
                    actor=request.actor,
                    query=CatalogueQuery.from_parameters(QueryDict(request.POST.get("search", "")[:4000])),
                    name=request.POST.get("name", ""),
                    every=request.POST.get("every", ""),
                    now=timezone.now(),
                )
        except NotFoundError as error:
            raise Http404 from error
        except NotAllowedError as error:
            messages.error(request, error.message.in_language(readers_language()))
        return HttpResponseRedirect(reverse("publish:saved"))
    searches = [
        {
            "id": search.pk,
            "name": search.name,
            "every": search.every,
            "search": urlencode(saved.query_of(search).parameters()),
            "url": catalogue.address(saved.query_of(search)),
            "feed_url": reverse("publish:saved_feed", args=[search.feed_key]),
            "chips": catalogue.chips(saved.query_of(search), request.hub.pk),
        }
        for search in saved.searches_of(request.actor)
    ]
    new = CatalogueQuery.from_parameters(request.GET)
    return render(
        request,
        "publish/saved.html",
        {
            "searches": searches,
            "new": urlencode(new.parameters()) if request.GET else "",
            "new_name": new.text,
            "new_chips": catalogue.chips(new, request.hub.pk) if request.GET else [],
            "rhythms": [
                ("never", LocalText("不发邮件", "no mail")),
                ("day", LocalText("每天", "daily")),
                ("week", LocalText("每周", "weekly")),
            ],
        },
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0


@require_safe
def show_record(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """One record. What is unknown and what may not be seen answer alike."""
    language = readers_language()
    try:
        record = records.record_for_reader(request.actor, kind, key)
    except UnknownKindError:
        record = None
    if record is None or getattr(record, "merged_into_id", None):
        standing = standing_key(request.actor, key) if kind == "organisation" else None
        if standing is None:
            raise Http404
        return HttpResponseRedirect(reverse("publish:record", args=["organisation", standing]))
    context = records.page(request.actor, record, language)
    context["panels"] = panels_for("record", request, record)
    return render(request, "publish/record.html", context)
