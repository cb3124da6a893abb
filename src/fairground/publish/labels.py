"""Names of codes, as a reader sees them: code lists from memory, zones and editions kept for seconds a process."""

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from fairground.accounts.core import states
from fairground.accounts.kinds import kind_of, kinds
from fairground.accounts.models import Organisation, Record
from fairground.editions.models import Edition
from fairground.language.local_text import LocalText
from fairground.places.core.regions import region_of
from fairground.places.models import Zone
from fairground.publish.core.search.suggest import Term, Terms
from fairground.taxonomy import code_list

_KEPT_S = 10.0

FACET_NAMES = {
    "kind": LocalText("类别", "Kind"),
    "field": LocalText("领域", "Field"),
    "region": LocalText("地区", "Region"),
    "zone": LocalText("高新区", "Zone"),
    "trl": LocalText("技术就绪度", "Readiness (TRL)"),
    "partnership": LocalText("合作方式", "Partnership"),
    "organisation_kind": LocalText("单位类型", "Organisation kind"),
    "country": LocalText("国家", "Country"),
    "language": LocalText("语言", "Language"),
    "edition": LocalText("年会", "Edition"),
    "platform_type": LocalText("平台类型", "Platform type"),
    "publication_type": LocalText("发布类型", "Publication type"),
    "facility_type": LocalText("设施类型", "Facility type"),
    "organisation": LocalText("单位", "Organisation"),
    "currency": LocalText("币种", "Currency"),
}
_LISTS = {
    "field": "fields",
    "partnership": "partnership",
    "organisation_kind": "organisation_kind",
    "platform_type": "platform_type",
    "publication_type": "publication_type",
    "facility_type": "facility_type",
}
_LANGUAGES = {"zh": LocalText("有中文", "In Chinese"), "en": LocalText("有英文", "In English")}


@dataclass(frozen=True, slots=True)
class HubNames:
    """Names that the hub itself gives: zones by code, editions by key."""

    zones: Mapping[str, LocalText]
    editions: Mapping[str, LocalText]
    years: Mapping[str, int]


_kept: dict[int, tuple[float, HubNames]] = {}


def hub_names(hub_id: int) -> HubNames:
    """Return the names of one hub's zones and editions, at most ten seconds old."""
    made_at, names = _kept.get(hub_id, (0.0, None))
    if names is None or time.monotonic() - made_at > _KEPT_S:
        editions = list(
            Edition.objects.filter(hub_id=hub_id, state=states.PUBLISHED, visibility=Record.Visibility.PUBLIC)
        )
        names = HubNames(
            {zone.code: zone.name for zone in Zone.objects.all()},
            {edition.key: edition.title for edition in editions},
            {edition.key: edition.year for edition in editions},
        )
        _kept[hub_id] = (time.monotonic(), names)
    return names


def suggestible_terms() -> Terms:
    """Return the code-list terms that the search box may suggest, made once a process."""
    return _terms()


@cache
def _terms() -> Terms:
    return Terms(
        Term(facet, term.code, LocalText(term.zh, term.en), term.aliases)
        for facet, list_code in _LISTS.items()
        for term in code_list(list_code)
    )


def forget_names() -> None:
    """Forget what was kept: between tests."""
    _kept.clear()


def organisation_names(keys: Collection[str], hub_id: int) -> dict[str, LocalText]:
    """Return the titles of organisations that everybody may know, by key. One query; none for no keys."""
    if not keys:
        return {}
    public = Organisation.objects.filter(
        hub_id=hub_id, state=states.PUBLISHED, visibility=Record.Visibility.PUBLIC, key__in=keys
    )
    return dict(public.values_list("key", "title"))


def label_of(facet: str, code: str, hub_id: int) -> LocalText:
    """Return the name of one facet value; a code nobody knows stands for itself."""
    if facet == "organisation":
        return organisation_names((code,), hub_id).get(code) or LocalText(code, code)
    if facet in ("zone", "edition"):
        names = hub_names(hub_id)
        return (names.zones if facet == "zone" else names.editions).get(code) or LocalText(code, code)
    return _fixed_label(facet, code)


@lru_cache(maxsize=4096)
def _fixed_label(facet: str, code: str) -> LocalText:
    """Return the name of a value that is the same in every hub."""
    if facet == "kind":
        return kind_of(code).plural if code in {kind.code for kind in kinds()} else LocalText(code, code)
    if facet in _LISTS:
        term = code_list(_LISTS[facet]).terms.get(code)
        return LocalText(term.zh, term.en) if term else LocalText(code, code)
    if facet in ("region", "country"):
        region = region_of(code)
        return LocalText(region.zh, region.en) if region else LocalText(code, code)
    if facet == "language":
        return _LANGUAGES.get(code, LocalText(code, code))
    if facet == "trl":
        return LocalText(f"{code} 级", f"TRL {code}")
    return LocalText(code, code)
