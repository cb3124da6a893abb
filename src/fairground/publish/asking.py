"""A plain question as the catalogue understands it: parts that are shown and can be taken off one by one."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Max
from django.urls import reverse

from fairground.accounts.core import states
from fairground.accounts.models import Organisation, Record
from fairground.language.local_text import LocalText
from fairground.places.core.regions import region_names
from fairground.publish.catalogue import CatalogueQuery
from fairground.publish.core.questions import (
    EditionNames,
    Filter,
    OrganisationNames,
    Part,
    Question,
    Vocabulary,
    Zone,
    understand,
)
from fairground.publish.labels import FACET_NAMES, hub_names

_CHECKED_S = 10.0
_MOST_ORGANISATIONS = 50_000

_WORD = LocalText("词语", "Words")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question made into a query, with what was understood and what was not used."""

    query: CatalogueQuery
    chips: tuple[Mapping[str, Any], ...]
    unused: tuple[Mapping[str, Any], ...]


def ask(text: str, *, taken_off: frozenset[str], hub_id: int, page: int) -> Asked:
    """Understand a question and make a query of it, leaving out the parts whose ids are in `taken_off`."""
    question = understand(text, vocabulary_of(hub_id))
    parts = _parts(question)
    kept = [(name, part) for name, part in parts if name not in taken_off]
    query, not_searchable = _query([part for _, part in kept], page)
    chips = tuple(
        {"of": _heading(part), "label": _label(part), "url": address(text, taken_off | {name})}
        for name, part in kept
        if part not in not_searchable
    )
    unused = [
        {"word": part.text, "reason": LocalText("目录中无法按此筛选", "the catalogue cannot filter by this")}
        for part in not_searchable
    ]
    unused += [{"word": part.text, "reason": None} for part in question.unused]
    return Asked(query, chips, tuple(unused))


def _parts(question: Question) -> list[tuple[str, Filter | Part]]:
    """Return everything that was understood with an id that holds as long as the question does not change."""
    found: tuple[Filter | Part, ...] = (*question.kind_words, *question.filters, *question.words)
    return sorted(((f"{part.start}", part) for part in found), key=lambda pair: pair[1].start)


def _heading(part: Filter | Part) -> LocalText | None:
    # What a filter says begins with the name of its facet already.
    return _WORD if isinstance(part, Part) else None


def _label(part: Filter | Part) -> LocalText:
    return LocalText(part.text, part.text) if isinstance(part, Part) else part.explained


def address(text: str, taken_off: frozenset[str], *, page: int = 1) -> str:
    """Return the address of a question with some of its parts taken off."""
    parameters = [("q", text), *(("off", name) for name in sorted(taken_off, key=int))]
    if page > 1:
        parameters.append(("page", str(page)))
    return f"{reverse('publish:ask')}?{urlencode(parameters)}"


def _query(parts: list[Filter | Part], page: int) -> tuple[CatalogueQuery, list[Filter]]:
    """Return the query the parts make together, and the filters that the catalogue has no way to apply."""
    filters: dict[str, tuple[str, ...]] = {}
    excluded: dict[str, tuple[str, ...]] = {}
    limits: dict[str, str] = {}
    left: list[Filter] = []
    for part in parts:
        if isinstance(part, Part):
            continue
        if not _apply(part, filters, excluded, limits):
            left.append(part)
    words = " ".join(part.text for part in parts if isinstance(part, Part))
    return CatalogueQuery(words, filters, excluded, limits, page=page), left


def _apply(
    part: Filter,
    filters: dict[str, tuple[str, ...]],
    excluded: dict[str, tuple[str, ...]],
    limits: dict[str, str],
) -> bool:
    match part.facet, part.operator:
        case "trl", _:
            filters["trl"] = _levels(part)
        case (("price" | "budget"), _):
            *amounts, currency = part.values
            filters["currency"] = (currency,)
            limits |= _range("amount", part.operator, amounts)
        case "deadline", _:
            limits |= _range("deadline", part.operator, list(part.values))
        case "open", _:
            limits["open"] = "now"
        case "words", "not in":
            limits["without"] = " ".join(filter(None, (limits.get("without"), *part.values)))
        case facet, "in" if facet in FACET_NAMES:
            filters[facet] = tuple(dict.fromkeys((*filters.get(facet, ()), *part.values)))
        case facet, "not in" if facet in FACET_NAMES:
            excluded[facet] = tuple(dict.fromkeys((*excluded.get(facet, ()), *part.values)))
        case _:
            return False
    return True


def _range(name: str, operator: str, values: list[str]) -> dict[str, str]:
    match operator:
        case ">=":
            return {f"{name}_from": values[0]}
        case "<=":
            return {f"{name}_to": values[0]}
        case _:
            return {f"{name}_from": values[0], f"{name}_to": values[-1]}


def _levels(part: Filter) -> tuple[str, ...]:
    low, high = int(part.values[0]), int(part.values[-1])
    match part.operator:
        case ">=":
            high = 9
        case "<=":
            low = 1
    return tuple(str(level) for level in range(low, high + 1))


_kept: dict[int, tuple[float, tuple[Any, ...], Vocabulary]] = {}


def vocabulary_of(hub_id: int) -> Vocabulary:
    """Return the names a hub's questions may use; made anew when an organisation, zone or edition changed.

    Names of public records only: a question must not reveal what its asker may not see.
    """
    checked_at, stamp, vocabulary = _kept.get(hub_id, (0.0, (), None))
    if vocabulary is not None and time.monotonic() - checked_at < _CHECKED_S:
        return vocabulary
    names = hub_names(hub_id)
    public = Organisation.objects.filter(
        hub_id=hub_id, state=states.PUBLISHED, visibility=Record.Visibility.PUBLIC
    )
    changed = public.aggregate(at=Max("changed_at"), number=Count("pk"))
    now = (changed["at"], changed["number"], names)
    if vocabulary is None or now != stamp:
        vocabulary = Vocabulary(
            tuple(Zone(code, name.zh or "", name.en or "") for code, name in names.zones.items()),
            tuple(
                OrganisationNames(key, _own_names((title.zh, title.en, *aliases)))
                for key, title, aliases in public.order_by("-pk").values_list("key", "title", "aliases")[
                    :_MOST_ORGANISATIONS
                ]
            ),
            tuple(
                EditionNames(key, tuple(filter(None, (title.zh, title.en))), names.years[key])
                for key, title in names.editions.items()
            ),
        )
    _kept[hub_id] = (time.monotonic(), now, vocabulary)
    return vocabulary


def _own_names(names: Iterable[str | None]) -> tuple[str, ...]:
    """Return the names that are not a region's too: 'Beijing' in a question is the place, not its government."""
    return tuple(name for name in names if name and name.casefold() not in _places())


@cache
def _places() -> frozenset[str]:
    return frozenset(name.casefold() for name in region_names())
