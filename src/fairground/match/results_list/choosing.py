"""Which records a list is of: published, open to everybody, of its regions and fields. And how they stand later."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from fairground.accounts.actors import visitor
from fairground.accounts.core import states
from fairground.accounts.models import Organisation, Record
from fairground.accounts.policies import readable
from fairground.collect.models import Need, Offer
from fairground.match.core.list_changes import GoneReason
from fairground.taxonomy import code_list

MOST_ENTRIES = 2_000  # of both sides; the booklet of more would be larger than a file may be
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Choice:
    """What a list is of. No fields: all of them. `sides` holds 'offer', 'need' or both."""

    supply: tuple[str, ...]
    demand: tuple[str, ...]
    fields: tuple[str, ...] = ()
    sides: tuple[str, ...] = ("offer", "need")


def chosen_ids(hub_id: int, choice: Choice) -> Mapping[str, list[int]]:
    """Return the records of each side, the oldest publication first. At most one query a side.

    Only what every visitor may read is chosen; a region that stands at the organisation alone counts where everybody
    may know the organisation.
    """
    wanted = {"offer": choice.supply, "need": choice.demand}
    return {
        side: _of_fields(
            Record.objects.filter(readable(visitor(hub_id)), _in_regions(regions), kind=side)
            .order_by("published_at", "pk")
            .values_list("pk", "fields"),
            choice.fields,
        )
        if side in choice.sides
        else []
        for side, regions in wanted.items()
    }


def _in_regions(codes: Iterable[str]) -> Q:
    """Return the records of these provinces (all their cities) and countries."""
    of_record, of_organisation = Q(pk__in=[]), Q(pk__in=[])
    for code in codes:
        if code.isdigit():
            prefix = code[:2] if code.endswith("0000") else code
            of_record |= Q(region__startswith=prefix)
            of_organisation |= Q(organisation__region__startswith=prefix)
        else:
            of_record |= Q(country=code)
            of_organisation |= Q(organisation__country=code)
    nameable = Q(
        organisation__state=states.PUBLISHED,
        organisation__visibility=Record.Visibility.PUBLIC,
        region="",
        country="",
    )
    return of_record | (nameable & of_organisation)


def _of_fields(rows: Iterable[tuple[int, Sequence[str]]], wanted: Collection[str]) -> list[int]:
    return [pk for pk, fields in rows if not wanted or any(is_within(code, wanted) for code in fields)]


def is_within(code: str, wanted: Collection[str]) -> bool:
    """Tell whether a field is one of those wanted, or lies below one."""
    terms = code_list("fields").terms
    while code:
        if code in wanted:
            return True
        code = terms[code].parent if code in terms else ""
    return False


def records_of(side: str, ids: Sequence[int]) -> list[Any]:
    """Return the records with what their facts need, in the order of `ids`."""
    model = Offer if side == "offer" else Need
    found: dict[int, Any] = {}
    for start in range(0, len(ids), _AT_ONCE):
        rows = model.objects.filter(pk__in=ids[start : start + _AT_ONCE]).select_related("organisation")
        found.update((row.pk, row) for row in rows)
    return [found[pk] for pk in ids if pk in found]


def standing_of(hub_id: int, keys: Collection[str]) -> Mapping[str, GoneReason | None]:
    """Return of each key why its record is open to everybody no longer; None where it is.

    Withdrawn, closed to the public and erased answer alike.
    """
    wanted = list(keys)
    standing: dict[str, GoneReason | None] = dict.fromkeys(wanted, "withdrawn")
    for start in range(0, len(wanted), _AT_ONCE):
        part = wanted[start : start + _AT_ONCE]
        expired = Q(hub_id=hub_id, state=states.EXPIRED, visibility=Record.Visibility.PUBLIC)
        for key in Record.objects.filter(expired, key__in=part).values_list("key", flat=True):
            standing[key] = "expired"
        for key in Record.objects.filter(readable(visitor(hub_id)), key__in=part).values_list(
            "key", flat=True
        ):
            standing[key] = None
    return standing


def nameable(hub_id: int, keys: Collection[str]) -> frozenset[str]:
    """Return which organisations everybody may know, of those with these keys."""
    wanted, found = list(keys), set[str]()
    for start in range(0, len(wanted), _AT_ONCE):
        found.update(
            Organisation.objects.filter(
                readable(visitor(hub_id)), key__in=wanted[start : start + _AT_ONCE]
            ).values_list("key", flat=True)
        )
    return frozenset(found)
