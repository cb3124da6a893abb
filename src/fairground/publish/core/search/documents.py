"""What the index holds of a record: texts, facets, who may see it, dates."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, NamedTuple

from fairground.language.local_text import LocalText

FACETS = (
    "kind",
    "field",
    "region",
    "zone",
    "trl",
    "partnership",
    "organisation_kind",
    "country",
    "language",
    "edition",
    "platform_type",
    "publication_type",
    "facility_type",
    "organisation",
    "currency",
)
# Worth filtering by, not worth counting on each page.
COUNTED_FACETS = tuple(facet for facet in FACETS if facet not in ("organisation", "currency"))
PUBLIC = "public"


Placement = Literal["region", "zone", "exact"]
PLACEMENTS: tuple[Placement, ...] = ("region", "zone", "exact")  # how near a point is known, from far to near


class Point(NamedTuple):
    """Where a document stands: degrees of WGS-84, and whether that is its own place or its zone's or region's."""

    longitude: float
    latitude: float
    placement: Placement


def is_for_everyone(audience: Iterable[str]) -> bool:
    """Tell whether 'public' is among the terms, alone or as the last part of one ('7:public')."""
    return any(term.rpartition(":")[2] == PUBLIC for term in audience)


@dataclass(frozen=True)
class SearchDocument:
    """One record as the index sees it.

    `key` : public id of the record, not empty; at most one document a key.
    `kind` : code of the kind; counted as the facet 'kind'.
    `names` : other names the record is found by as if they were its title.
    `keywords`, `organisations` : weigh more than running text, less than the title.
    `bodies` : all other texts, in the order in which a snippet should prefer them.
    `facets` : code of a facet (one of `FACETS`, 'kind' is added by itself) → codes of its terms. Where terms
        have parents, list the parents too: a filter compares codes and knows no tree.
    `audience` : who may see it; nobody where it is empty. See `is_for_everyone`.
    `changed_at`, `published_at`, `valid_until` : seconds since 1970, ≥ 0; None where unknown.
    `amount_low`, `amount_high` : what it costs or may cost, minor units ≥ 0 of the facet 'currency'; None: not said.
    `point` : where it stands on the map; None where nothing is known. Of placement 'zone' or 'region' only where the
        facet of that name has a value.
    `version` : int ≥ 0, of the record.
    """

    key: str
    kind: str
    title: LocalText
    names: tuple[LocalText, ...] = ()
    keywords: tuple[LocalText, ...] = ()
    organisations: tuple[LocalText, ...] = ()
    summary: LocalText = LocalText()
    bodies: tuple[LocalText, ...] = ()
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    audience: tuple[str, ...] = ()
    changed_at: int = 0
    published_at: int | None = None
    valid_until: int | None = None
    amount_low: int | None = None
    amount_high: int | None = None
    demonstration: bool = False
    point: Point | None = None
    version: int = 0

    def __post_init__(self) -> None:
        unknown = set(self.facets) - set(FACETS)
        if unknown:
            raise ValueError(f"unknown facets {sorted(unknown)}; known are {', '.join(FACETS)}")
        if self.point and self.point.placement != "exact" and not self.facets.get(self.point.placement):
            raise ValueError(f"a point of placement '{self.point.placement}' needs that facet")
        if not self.key or not self.kind:
            raise ValueError("a document needs a key and a kind")

    def facet_values(self, facet: str) -> tuple[str, ...]:
        """Return the sorted codes of one facet without repeats; the facet 'kind' is the kind itself."""
        if facet == "kind":
            return (self.kind,)
        values = self.facets.get(facet, ())
        return tuple(sorted(set(values))) if len(values) > 1 else tuple(values)

    @cached_property
    def source(self) -> str:
        """Everything about the document as one line of JSON: stored in the index, and what is hashed."""
        parts: dict[str, Any] = {
            "key": self.key,
            "kind": self.kind,
            "title": _sides(self.title),
            "names": [_sides(text) for text in self.names],
            "keywords": [_sides(text) for text in self.keywords],
            "organisations": [_sides(text) for text in self.organisations],
            "summary": _sides(self.summary),
            "bodies": [_sides(text) for text in self.bodies],
            "facets": {facet: values for facet in FACETS if (values := self.facet_values(facet))},
            "audience": sorted(set(self.audience)),
            "changed_at": self.changed_at,
            "published_at": self.published_at,
            "valid_until": self.valid_until,
            "amount_low": self.amount_low,
            "amount_high": self.amount_high,
            "demonstration": self.demonstration,
            "point": self.point,
            "version": self.version,
        }
        return json.dumps(parts, ensure_ascii=False, separators=(",", ":"))

    @cached_property
    def digest(self) -> str:
        """Sixteen hexadecimal digits that change with anything that is indexed."""
        return hashlib.blake2b(self.source.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _sides(text: LocalText) -> list[str | None]:
    return [text.zh, text.en]
