"""Is a border or an export restriction involved? Read from the two records, for `core.needs_confirmation`."""

from collections.abc import Iterable
from typing import Any

from django.db.models import F, QuerySet

from fairground.accounts.models import Record
from fairground.collect.models import Offer
from fairground.match.core.introductions import needs_confirmation
from fairground.match.criteria.export import is_restricted
from fairground.match.models import Introduction
from fairground.places.core.regions import country_of


def confirmation_needed(target: Record, own: Record | None, asking_organisation: Record | None) -> bool:
    """Tell whether both sides confirm first that they checked the rules."""
    offers = [record.pk for record in (target, own) if record is not None and record.kind == "offer"]
    stated = Offer.objects.filter(pk__in=offers).values_list("export_restriction", flat=True)
    return _is_needed(target, own, asking_organisation, stated)


def with_restrictions(found: QuerySet[Introduction]) -> QuerySet[Introduction]:
    """Add what `asks_confirmation` reads: the export restrictions that the records state, and their organisations."""
    return found.select_related("target__organisation", "own__organisation", "asking_organisation").annotate(
        target_restriction=F("target__as_offer__export_restriction"),
        own_restriction=F("own__as_offer__export_restriction"),
    )


def asks_confirmation(introduction: Any) -> bool:
    """Tell the same as `confirmation_needed` of a row of `with_restrictions`, without a query."""
    stated = (introduction.target_restriction or "", introduction.own_restriction or "")
    return _is_needed(introduction.target, introduction.own, introduction.asking_organisation, stated)


def _is_needed(
    target: Record, own: Record | None, asking_organisation: Record | None, restrictions: Iterable[str]
) -> bool:
    asking = _countries(own) if own is not None else set()
    if not asking and asking_organisation is not None:
        asking = _countries(asking_organisation)
    stated = any(text and is_restricted(text) for text in restrictions)
    return needs_confirmation(asking, _countries(target), is_restricted=stated)


def _countries(record: Record) -> set[str]:
    stated = {record.country, country_of(record.region) if record.region else ""} - {""}
    if not stated and record.organisation is not None:
        organisation = record.organisation
        stated = {organisation.country, country_of(organisation.region) if organisation.region else ""}
    return stated - {""}
