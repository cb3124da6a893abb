"""The catalogue's question in an address, and what its page shows: facets, chips, rows, pages."""

import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from datetime import time as clock
from math import ceil
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from fairground.accounts.actors import Actor
from fairground.accounts.core import states
from fairground.accounts.kinds import kind_of, kinds
from fairground.accounts.models import Record
from fairground.accounts.policies import audience_of, may_name, readable
from fairground.language.local_text import LocalText
from fairground.places.core.coordinates import mercator
from fairground.publish.addresses import catalogue_address, record_address
from fairground.publish.core.search.query import SearchRequest, Sort
from fairground.publish.core.search.search import Hit, SearchPage, search
from fairground.publish.core.search.suggest import Suggestion
from fairground.publish.index import search_index
from fairground.publish.labels import FACET_NAMES, label_of, organisation_names
from fairground.web import figures

PAGE_SIZE = 20
DEEPEST_PAGE = 500
_SHOWN_OPTIONS = 7
_MORE_OPTIONS = 40
_LINE_LENGTH = 160  # characters of a text shown in a row
_MOST_VALUES = 50  # of one facet in an address

SORTS: Mapping[Sort, LocalText] = {
    "relevance": LocalText("相关度", "relevance"),
    "newest": LocalText("最新", "newest"),
    "title": LocalText("名称", "title"),
    "deadline": LocalText("截止日期", "deadline"),
}
# Conditions that are no list of codes: a day, an amount in minor units, words that must not occur.
_LIMITS = {
    "deadline_from": re.compile(r"\d{4}-\d\d-\d\d"),
    "deadline_to": re.compile(r"\d{4}-\d\d-\d\d"),
    "open": re.compile("now"),
    "amount_from": re.compile(r"\d{1,17}"),
    "amount_to": re.compile(r"\d{1,17}"),
    "without": re.compile(r"(?s).{1,200}"),
    "bbox": re.compile(
        r"-?\d{1,3}(\.\d{1,6})?(,-?\d{1,3}(\.\d{1,6})?){3}"
    ),  # of the map: west, south, east, north
}
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
# Facets in the order of the page; 'kind' is shown as tabs above.
_FACET_ORDER = (
    "field",
    "region",
    "zone",
    "trl",
    "partnership",
    "platform_type",
    "facility_type",
    "publication_type",
    "organisation_kind",
    "country",
    "language",
    "edition",
)
_COUNTED = ("kind", *_FACET_ORDER)
# Tabs: what is offered and wanted first, then where and with what it is done, then who and when.
_TAB_ORDER = (
    "offer", "need", "platform", "facility", "dataset", "tool", "scenario",
    "publication", "exhibit", "organisation", "person", "session", "edition",
)  # fmt: skip
_TAB_PLACES = {code: place for place, code in enumerate(_TAB_ORDER)}
ROW_COLUMNS = (
    "key", "kind", "state", "title", "region", "country", "fields", "trl", "demonstration", "published_at",
    "valid_until", "zone__name", "zone__code", "organisation_id", "organisation__key", "organisation__title",
    "organisation__state", "organisation__visibility",
)  # fmt: skip


@dataclass(frozen=True)
class CatalogueQuery:
    """What an address asks: words, filters, order, page. Unknown parameters and values are passed over."""

    text: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    excluded: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    limits: Mapping[str, str] = field(default_factory=dict)
    sort: Sort = "relevance"
    page: int = 1

    @classmethod
    def from_parameters(cls, parameters: QueryDict) -> "CatalogueQuery":
        """Read an address. Never raises: what does not fit is left out."""
        sort = parameters.get("sort", "")
        page = parameters.get("page", "1")
        return cls(
            text=printable(parameters.get("q", "")).strip()[:400],
            filters=_values(parameters, ""),
            excluded=_values(parameters, "not_"),
            limits=_limits(parameters),
            sort=next((known for known in SORTS if known == sort), "relevance"),
            page=min(max(int(page), 1), DEEPEST_PAGE)
            if page.isascii() and page.isdigit() and len(page) < 6
            else 1,
        )

    def parameters(self) -> list[tuple[str, str]]:
        """Return the address's parameters; the first page and the default order are left out."""
        found = [("q", self.text)] if self.text else []
        for prefix, values in (("", self.filters), ("not_", self.excluded)):
            found += [(prefix + facet, value) for facet, chosen in values.items() for value in chosen]
        found += self.limits.items()
        if self.sort != "relevance":
            found.append(("sort", self.sort))
        if self.page > 1:
            found.append(("page", str(self.page)))
        return found

    def without(self, facet: str, value: str, *, excluded: bool = False) -> "CatalogueQuery":
        """Return the query with one filter taken off, on its first page."""
        kept = {}
        for known, codes in (self.excluded if excluded else self.filters).items():
            if left := tuple(code for code in codes if (known, code) != (facet, value)):
                kept[known] = left
        return replace(self, page=1, excluded=kept) if excluded else replace(self, page=1, filters=kept)

    def without_limit(self, name: str) -> "CatalogueQuery":
        """Return the query with one limit taken off, on its first page."""
        return replace(
            self, page=1, limits={known: value for known, value in self.limits.items() if known != name}
        )

    def request(self, actor: Actor, language: str, limit: int = PAGE_SIZE) -> SearchRequest:
        """Return what the index is asked."""
        return SearchRequest(
            text=self.text,
            audience=audience_of(actor),
            filters=self.filters,
            excluded=self.excluded,
            until=self._until(),
            amount=(_whole(self.limits.get("amount_from")), _whole(self.limits.get("amount_to"))),
            without=self.limits.get("without", ""),
            bounds=_bounds(self.limits.get("bbox")),
            sort=self.sort,
            language=language,
            now=int(time.time()),
            facets=_COUNTED,
            offset=(self.page - 1) * PAGE_SIZE,
            limit=limit,
        )

    def _until(self) -> tuple[int | None, int | None]:
        """Return the earliest and latest end that is asked for, seconds since 1970."""
        earliest = _seconds(self.limits.get("deadline_from"), end_of_day=False)
        if "open" in self.limits:
            earliest = max(earliest or 0, int(time.time()))
        return earliest, _seconds(self.limits.get("deadline_to"), end_of_day=True)


def printable(text: str) -> str:
    """Return a text without the signs that no page, feed or database column can hold."""
    return _UNPRINTABLE.sub("", text)


def _limits(parameters: QueryDict) -> dict[str, str]:
    found = {}
    for name, pattern in _LIMITS.items():
        value = printable(parameters.get(name, "")).strip()
        if value and pattern.fullmatch(value):
            found[name] = value
    return found


def _bounds(box: str | None) -> tuple[float, float, float, float] | None:
    """Return a box in degrees as west, north, east, south of the mercator square; beyond the earth is its edge."""
    if box is None:
        return None
    west, south, east, north = (float(part) for part in box.split(","))
    left, top = mercator(max(-180.0, min(west, 179.999999)), north)
    right, bottom = mercator(max(-180.0, min(east, 179.999999)), south)
    return left, top, right, bottom


def _whole(value: str | None) -> int | None:
    return None if value is None else int(value)


def _seconds(day: str | None, *, end_of_day: bool) -> int | None:
    if day is None:
        return None
    try:
        read = date.fromisoformat(day)
    except ValueError:
        return None
    return max(0, int(datetime.combine(read, clock.max if end_of_day else clock.min, UTC).timestamp()))


def _values(parameters: QueryDict, prefix: str) -> dict[str, tuple[str, ...]]:
    found = {}
    for facet in FACET_NAMES:
        values = dict.fromkeys(
            value[:60] for value in map(printable, parameters.getlist(prefix + facet)[:_MOST_VALUES]) if value
        )
        if values:
            found[facet] = tuple(values)
    return found


def address(query: CatalogueQuery) -> str:
    """Return the catalogue's address for a query, in the reader's language."""
    parameters = query.parameters()
    path = catalogue_address()
    return f"{path}?{urlencode(parameters)}" if parameters else path


def find(query: CatalogueQuery, actor: Actor, language: str) -> SearchPage:
    """Ask the index. Raises SearchIndexError where there is none."""
    return search(search_index().reader(), query.request(actor, language))


def rows_for(hits: Sequence[Hit], actor: Actor, language: str) -> list[dict[str, Any]]:
    """Return the rows of a page. One query; what the actor may no longer see is left out, whatever the index says."""
    records = {
        record["key"]: record
        for record in Record.objects.filter(readable(actor), key__in=[hit.key for hit in hits]).values(
            *ROW_COLUMNS
        )
    }
    return [row(records[hit.key], parts=hit.snippet, actor=actor) for hit in hits if hit.key in records]


def newest_rows(actor: Actor, kind_codes: Iterable[str], limit: int, language: str) -> list[dict[str, Any]]:
    """Return the rows of what was published last. One query."""
    records = Record.objects.filter(readable(actor), kind__in=list(kind_codes), state=states.PUBLISHED)
    columns = (*ROW_COLUMNS, "summary")
    return [
        row(record, parts=first_line(record["summary"].in_language(language)), actor=actor)
        for record in records.order_by("-published_at", "-pk").values(*columns)[:limit]
    ]


def first_line(text: str) -> tuple[tuple[str, bool], ...]:
    """Return the first line of a text as the one part a row shows of it; nothing of an empty one."""
    line = text.strip().partition("\n")[0]
    return (
        ((line if len(line) <= _LINE_LENGTH else line[:_LINE_LENGTH].rstrip() + "…", False),) if line else ()
    )


def row(record: Mapping[str, Any], *, parts: Sequence[Any], actor: Actor) -> dict[str, Any]:
    """Return one row for `web/components/rows.html` from columns named in `ROW_COLUMNS`."""
    place = record["zone__name"] or (
        label_of("region", record["region"], actor.hub_id) if record["region"] else None
    )
    named = record["organisation_id"] is not None and may_name(
        actor, record["organisation_id"], record["organisation__state"], record["organisation__visibility"]
    )
    return {
        "url": record_address(record["kind"], record["key"]),
        "title": record["title"],
        "kind": record["kind"],
        "kind_label": kind_of(record["kind"]).label,
        "organisation": record["organisation__title"] if named else None,
        "organisation_url": record_address("organisation", record["organisation__key"]) if named else "",
        "place": place,
        "fields": [label_of("field", code, actor.hub_id) for code in record["fields"]],
        "trl": record["trl"],
        "date": record["valid_until"],
        "demonstration": record["demonstration"],
        "state": record["state"] if record["state"] != states.PUBLISHED else "",
        "parts": parts,
    }


def facets(query: CatalogueQuery, page: SearchPage, hub_id: int) -> list[dict[str, Any]]:
    """Return the facets for `web/components/facets.html`; those with nothing to choose are left out."""
    found = []
    for facet in _FACET_ORDER:
        chosen = query.filters.get(facet, ())
        counted = dict(page.facets.get(facet, ()))
        ordered = [*chosen, *(value for value in counted if value not in chosen)]
        if facet == "trl":
            ordered = sorted(ordered, key=lambda value: (len(value), value), reverse=True)
        options = [
            {
                "value": value,
                "label": label_of(facet, value, hub_id),
                "count": counted.get(value, 0),
                "chosen": value in chosen,
            }
            for value in ordered[: _SHOWN_OPTIONS + _MORE_OPTIONS]
        ]
        shown = max(_SHOWN_OPTIONS, len(chosen))
        if len(options) > 1 or chosen:
            found.append(
                {
                    "name": facet,
                    "label": FACET_NAMES[facet],
                    "options": options[:shown],
                    "more": options[shown:],
                }
            )
    return found


AddressOf = Callable[[CatalogueQuery], str]


def tabs(query: CatalogueQuery, page: SearchPage, address_of: AddressOf = address) -> list[dict[str, Any]]:
    """Return the kinds as tabs with counts; kinds that are not there are left out unless chosen."""
    counted = dict(page.facets.get("kind", ()))
    chosen = query.filters.get("kind", ())
    rest = {facet: values for facet, values in query.filters.items() if facet != "kind"}
    found = [
        {
            "label": LocalText("全部", "All"),
            "url": address_of(replace(query, filters=rest, page=1)),
            "count": sum(counted.values()),
            "current": not chosen,
        }
    ]
    for kind in sorted(kinds(), key=lambda kind: _TAB_PLACES.get(kind.code, len(_TAB_PLACES))):
        if counted.get(kind.code) or kind.code in chosen:
            found.append(
                {
                    "label": kind.plural,
                    "url": address_of(replace(query, filters={**rest, "kind": (kind.code,)}, page=1)),
                    "count": counted.get(kind.code, 0),
                    "current": kind.code in chosen,
                }
            )
    return found


def chips(query: CatalogueQuery, hub_id: int, address_of: AddressOf = address) -> list[dict[str, Any]]:
    """Return every filter but the kind as a chip that can be taken off."""
    found = []
    organisations = organisation_names(
        (*query.filters.get("organisation", ()), *query.excluded.get("organisation", ())), hub_id
    )
    for excluded, values in ((False, query.filters), (True, query.excluded)):
        for facet, chosen in values.items():
            for value in chosen:
                label = (
                    organisations.get(value, LocalText(value, value))
                    if facet == "organisation"
                    else label_of(facet, value, hub_id)
                )
                if excluded:
                    label = LocalText(f"不含：{label.in_language('zh')}", f"not {label.in_language('en')}")
                found.append(
                    {
                        "of": FACET_NAMES[facet],
                        "label": label,
                        "url": address_of(query.without(facet, value, excluded=excluded)),
                    }
                )
    for name, value in query.limits.items():
        found.append(
            {
                "of": None,
                "label": limit_label(name, value, query),
                "url": address_of(query.without_limit(name)),
            }
        )
    return found


def limit_label(name: str, value: str, query: CatalogueQuery) -> LocalText:
    """Return a limit as a reader sees it."""
    if name.startswith("amount"):
        (currency, *_) = (*query.filters.get("currency", ()), "CNY")
        low, high = (int(value), None) if name == "amount_from" else (None, int(value))
        return LocalText(
            figures.money(low, high, currency, "zh", ""), figures.money(low, high, currency, "en", "")
        )
    day = value if name.startswith("deadline") else ""
    return {
        "deadline_from": LocalText(f"截止于 {day} 或之后", f"ends on {day} or later"),
        "deadline_to": LocalText(f"截止于 {day} 或之前", f"ends on {day} or earlier"),
        "open": LocalText("尚未截止", "still open"),
        "bbox": LocalText("地图范围内", "within the map's view"),
        "without": LocalText(f"不含“{value}”", f"without '{value}'"),
    }[name]


def pager(
    page: int, total: int, address_of: Callable[[int], str], *, size: int = PAGE_SIZE
) -> dict[str, Any]:
    """Return the pages for `web/components/pager.html`; `address_of(number)` gives a page's address."""
    last = min(max(1, ceil(total / size)), DEEPEST_PAGE)

    def url(number: int) -> str:
        return address_of(number) if 1 <= number <= last else ""

    near = [number for number in range(page - 2, page + 3) if 1 <= number <= last]
    numbers = sorted({1, last, *near})
    pages: list[dict[str, Any]] = []
    for number in numbers:
        if pages and number > pages[-1]["number"] + 1:
            pages.append({"number": None, "url": ""})
        pages.append({"number": number, "url": "" if number == page else url(number)})
    return {"pages": pages, "previous_url": url(page - 1), "next_url": url(page + 1)}


def loosened(page: SearchPage) -> LocalText | None:
    """Return what the page says when not every word could be met; None where each hit has them all."""
    if page.not_found:
        zh, en = "、".join(page.not_found), ", ".join(page.not_found)
        return LocalText(
            f"没有记录包含“{zh}”，以下结果不含这些词。", f"No record has '{en}'; what follows is without."
        )
    if page.relaxed and page.complete == 0:
        return LocalText(
            "没有一条记录包含全部词语，以下为包含部分词语的记录。",
            "No record has every word; these have some.",
        )
    if page.relaxed:
        return LocalText(
            f"前{page.complete}条包含全部词语，其后的只包含部分。",
            f"The first {page.complete} have every word; the others have some.",
        )
    return None


def suggestion_kind(line: Suggestion, language: str) -> str:
    """Return what a suggested line is: a kind of record, or the facet of a term."""
    label = FACET_NAMES[line.kind] if line.value else kind_of(line.kind).label
    return label.in_language(language)


def suggestion_url(line: Suggestion) -> str:
    """Return where a suggested line leads: a record's page, or the catalogue filtered by a term."""
    if line.key:
        return record_address(line.kind, line.key)
    return address(CatalogueQuery(filters={line.kind: (line.value,)}))
