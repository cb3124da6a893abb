"""What can answer a project: a platform or a facility with its own words and figures, and the groups they stand in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from fairground.collect.core.records import Offer, Origin
from fairground.language.local_text import LocalText
from fairground.match.core.lexicon import Lexicon
from fairground.match.core.prepared import PreparedOffer, prepare_offer

Point = tuple[float, float]  # longitude, latitude in degrees, WGS-84

# Where a text of a holder stands among an offer's fields, which the engine reads.
_FIELDS = {
    "title": "title",
    "summary": "summary",
    "services": "description",
    "equipment": "product",
    "facilities": "application",
    "type": "field",
}
FIELD_NAMES = {
    "title": LocalText("名称", "Name"),
    "summary": LocalText("简介", "Summary"),
    "description": LocalText("服务", "Services"),
    "product": LocalText("设备", "Equipment"),
    "application": LocalText("设施", "Facilities"),
    "economics": LocalText("政策", "Policies"),
    "field": LocalText("类型", "Type"),
    "free_space_m2": LocalText("可用空间", "Free space"),
    "place": LocalText("位置", "Place"),
}


@dataclass(frozen=True, slots=True)
class Holder:
    """A platform or a facility as it stands in the catalogue. What is not stated is None or ''."""

    kind: str  # 'platform' | 'facility'
    key: str
    title: LocalText
    texts: Mapping[str, LocalText]  # title, summary, services, equipment, facilities, type
    policies: LocalText = field(default_factory=LocalText)
    platform_type: str = ""
    free_space_m2: int | None = None
    checked_on: date | None = None
    region: str = ""
    group: str = ""  # code of the zone it stands in
    point: Point | None = None
    demonstration: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """What holders stand in: a zone, later a park. `largest_free_m2` is over all its holders the asker may see."""

    kind: str  # 'zone'
    key: str
    title: LocalText
    region: str = ""
    point: Point | None = None
    largest_free_m2: int | None = None


@dataclass(slots=True)
class ReadHolder:
    """A holder whose sentences have been read once."""

    holder: Holder
    offered: PreparedOffer
    policies: PreparedOffer


def read_holder(holder: Holder, lexicon: Lexicon) -> ReadHolder:
    """Read a holder's sentences; about 1 ms."""
    texts = {_FIELDS[name]: text for name, text in holder.texts.items() if text}
    rules = {"economics": holder.policies} if holder.policies else {}
    return ReadHolder(
        holder,
        prepare_offer(Offer(holder.key, Origin("", None, 0), texts), lexicon),
        prepare_offer(Offer(holder.key, Origin("", None, 0), rules), lexicon),
    )
