"""What the index shall hold of each record: read from the database in few queries, a block of records at a time."""

from collections import defaultdict, namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from functools import partial
from itertools import pairwise
from typing import Any

from django.db.models import QuerySet

from fairground.accounts.core import states
from fairground.accounts.kinds import OPEN, FieldSpec, Kind, kind_of, kinds
from fairground.accounts.models import Grant, Organisation, Record
from fairground.accounts.policies import audience
from fairground.collect.core.structures import Price
from fairground.editions.models import Participation
from fairground.language.local_text import LocalText
from fairground.places.core.outlines import region_point
from fairground.places.core.regions import country_of
from fairground.places.models import Zone
from fairground.publish.core.search.documents import Point, SearchDocument
from fairground.taxonomy import code_list

BLOCK = 1000  # records read at once: memory stays level whatever the size of the hub

_HEAD_TEXTS = frozenset({"title", "summary", "keywords", "aliases"})
# Kinds that stand somewhere: a person, a session or a publication is not looked for on a map.
_PLACED_KINDS = frozenset({"platform", "facility", "organisation", "offer", "need", "scenario"})
# What a document takes from a record besides the kind's own searched fields.
_COLUMNS = frozenset(
    {
        *_HEAD_TEXTS,
        *(
            "key",
            "kind",
            "version",
            "state",
            "visibility",
            "hub",
            "created_by",
            "organisation",
            "demonstration",
        ),
        *("region", "country", "fields", "trl", "partnership", "organisation_kind"),
        *("platform_type", "publication_type", "facility_type"),
        *("changed_at", "published_at", "valid_until", "deadline", "price", "budget"),
        *("longitude", "latitude", "zone"),
    }
)


def documents_of(keys: Sequence[str]) -> Iterator[SearchDocument]:
    """Return the documents of the records with these keys; keys without a record are passed over."""
    for kind in kinds():
        records = kind.model.objects.filter(key__in=keys, kind=kind.code)
        yield from _documents(kind, records)


def all_documents() -> Iterator[SearchDocument]:
    """Return the documents of every record of every hub, in blocks of `BLOCK`."""
    for part in document_parts():
        yield from part()


def document_parts() -> Iterator[Callable[[], Iterator[SearchDocument]]]:
    """Return calls that read the documents of every record of every hub, each `BLOCK` of them; they can be pickled."""
    for kind in kinds():
        numbers = Record.objects.filter(kind=kind.code).order_by("pk").values_list("pk", flat=True)
        firsts = list(numbers[::BLOCK])
        for first, end in pairwise([*firsts, None]):
            yield partial(_documents_between, kind.code, first, end)


def _documents_between(kind_code: str, first: int, end: int | None) -> Iterator[SearchDocument]:
    kind = kind_of(kind_code)
    records = kind.model.objects.filter(pk__gte=first, kind=kind.code)
    if end is not None:
        records = records.filter(pk__lt=end)
    return _documents(kind, records)


def keys_of_organisation(key: str) -> list[str]:
    """Return the keys of the records whose documents carry this organisation's names."""
    return list(Record.objects.filter(organisation__key=key).values_list("key", flat=True))


def _documents(kind: Kind, found: QuerySet[Any]) -> Iterator[SearchDocument]:
    searched = [spec for spec in kind.layout if spec.searched and spec.access == OPEN]
    bodies = [spec for spec in searched if spec.name not in _HEAD_TEXTS]
    # Half of a record's columns are not in the index; reading them takes as long as reading the others, and making
    # a model of each row as long again.
    wanted = {*_COLUMNS, *(spec.name for spec in bodies)}
    columns = [column.attname for column in kind.model._meta.concrete_fields if column.name in wanted]
    row = namedtuple("row", ["pk", *columns])  # type: ignore[misc]  # the columns are the kind's
    records: list[Any] = [row(*values) for values in found.order_by("pk").values_list("pk", *columns)]
    if not records:
        return
    ids = [record.pk for record in records]
    grants: dict[int, list[Grant]] = defaultdict(list)
    for grant in Grant.objects.filter(record_id__in=ids, revoked_at__isnull=True):
        grants[grant.record_id].append(grant)
    editions: dict[int, list[str]] = defaultdict(list)
    for record_id, key in Participation.objects.filter(record_id__in=ids).values_list(
        "record_id", "edition__key"
    ):
        editions[record_id].append(key)
    # One document serves every reader: it names the organisation only where everybody may know it.
    organisations = (
        Organisation.objects.filter(state=states.PUBLISHED, visibility=Record.Visibility.PUBLIC)
        .only("title", "aliases", "organisation_kind", "key", "region")
        .in_bulk({record.organisation_id for record in records if record.organisation_id})
    )
    zones = Zone.objects.in_bulk({record.zone_id for record in records if record.zone_id})
    edition_keys = (
        dict(kind.model.objects.filter(pk__in=ids).values_list("pk", "edition__key"))
        if kind.code in ("session", "publication", "exhibit")
        else {}
    )
    for record in records:
        own_editions = editions[record.pk] + [edition_keys.get(record.pk) or ""]
        if kind.code == "edition":
            own_editions.append(record.key)
        yield _document(
            kind,
            record,
            bodies,
            organisations.get(record.organisation_id),
            audience(record, grants[record.pk]),
            zones.get(record.zone_id),
            own_editions,
        )


def _document(
    kind: Kind,
    record: Any,
    bodies: Sequence[FieldSpec],
    organisation: Organisation | None,
    seen_by: tuple[str, ...],
    zone: Zone | None,
    editions: Sequence[str],
) -> SearchDocument:
    facets = {
        facet: tuple(values)
        for facet, values in _facets(kind, record, organisation, zone, editions).items()
        if any(values)
    }
    return SearchDocument(
        key=record.key,
        kind=kind.code,
        title=record.title,
        names=tuple(LocalText(zh=name, en=name) for name in getattr(record, "aliases", ())),
        keywords=(record.keywords,) if record.keywords else (),
        organisations=_names(organisation),
        summary=record.summary,
        bodies=tuple(text for spec in bodies for text in _texts(getattr(record, spec.name), spec)),
        facets=facets,
        audience=seen_by,
        changed_at=int(record.changed_at.timestamp()),
        published_at=int(record.published_at.timestamp()) if record.published_at else None,
        valid_until=_seconds(getattr(record, "deadline", None) or record.valid_until),
        amount_low=price.low_minor if (price := _price(record)) else None,
        amount_high=price.high_minor if price else None,
        demonstration=record.demonstration,
        point=_point(record, zone, facets) if kind.code in _PLACED_KINDS else None,
        version=record.version,
    )


def _facets(
    kind: Kind, record: Any, organisation: Organisation | None, zone: Zone | None, editions: Sequence[str]
) -> Mapping[str, Iterable[str]]:
    owner = record if kind.code == "organisation" else organisation
    region = record.region or (organisation.region if organisation else "")
    country = record.country or (country_of(region) if region else "")
    return {
        "field": _with_parents("fields", record.fields),
        "region": [region],
        "country": [country],
        "zone": [zone.code] if zone else [],
        "trl": [str(record.trl)] if record.trl else [],
        "partnership": getattr(record, "partnership", ()),
        "organisation_kind": [owner.organisation_kind] if owner else [],
        "language": sorted({*record.title.languages(), *record.summary.languages()}),
        "edition": [edition for edition in editions if edition],
        "platform_type": [getattr(record, "platform_type", "")],
        "publication_type": [getattr(record, "publication_type", "")],
        "facility_type": [getattr(record, "facility_type", "")],
        "organisation": [owner.key] if owner else [],
        "currency": [price.currency] if (price := _price(record)) else [],
    }


def _point(record: Any, zone: Zone | None, facets: Mapping[str, tuple[str, ...]]) -> Point | None:
    """Return the record's own point, else its zone's, else one for its region; None where nothing is known."""
    if getattr(record, "longitude", None) is not None and record.latitude is not None:
        return Point(record.longitude, record.latitude, "exact")
    if zone and zone.longitude is not None and zone.latitude is not None:
        return Point(zone.longitude, zone.latitude, "zone")
    for region in facets.get("region", ()):
        if found := region_point(region):
            return Point(*found, "region")
    return None


def _price(record: Any) -> Price | None:
    """Return what an offer costs or a need may spend. A facility's price is a text and no amount."""
    found = getattr(record, "price", None) or getattr(record, "budget", None)
    return found if isinstance(found, Price) else None


def _with_parents(list_code: str, codes: Iterable[str]) -> list[str]:
    terms = code_list(list_code).terms
    found: list[str] = []
    for code in codes:
        while code and code in terms and code not in found:
            found.append(code)
            code = terms[code].parent
    return found


def _names(organisation: Organisation | None) -> tuple[LocalText, ...]:
    if organisation is None:
        return ()
    return (organisation.title, *(LocalText(zh=name, en=name) for name in organisation.aliases))


def _texts(value: Any, spec: FieldSpec) -> Iterator[LocalText]:
    """Return the texts inside one value, whatever its shape."""
    if isinstance(value, LocalText):
        if value:
            yield value
    elif isinstance(value, str):
        if value:
            yield LocalText(zh=value, en=value)
    elif isinstance(value, tuple):
        for inner in value:
            yield from _texts(inner, spec)
    elif value is not None:
        for part in spec.parts:
            inner = getattr(value, part.name)
            if isinstance(inner, LocalText):
                yield from _texts(inner, part)


def _seconds(day: date | None) -> int | None:
    """Return the end of a day as seconds since 1970; None stays None."""
    return None if day is None else max(0, int(datetime.combine(day, time.max, UTC).timestamp()))
