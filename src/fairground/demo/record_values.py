"""From the demonstration's records to the plain values that `accounts.services` writes. Pure.

`key` gives the public key of a record that was loaded before, by its ref.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from fairground.collect.core import records as lists
from fairground.demo.read import Demonstration, sample_organisation_ref
from fairground.demo.shapes import (
    INVENTED,
    Dataset,
    Device,
    Edition,
    Exhibit,
    Facility,
    Figure,
    Host,
    Organisation,
    Person,
    Platform,
    Publication,
    Quoted,
    Scenario,
    Session,
    Tool,
)
from fairground.kernel.money import MoneyRange
from fairground.language.detect import language_of
from fairground.language.local_text import LocalText
from fairground.places.core.regions import country_of, region_codes
from fairground.taxonomy import code_list

Values = dict[str, Any]
Key = Callable[[str], str]

_PART = re.compile(r"[;；,，、]")
_RIGHTS = (  # the first that fits names the kind of right; an application is no patent yet
    ("application", re.compile(r"申请|application", re.IGNORECASE)),
    ("utility-model", re.compile(r"实用新型|utility model", re.IGNORECASE)),
    ("patent", re.compile(r"专利|patent", re.IGNORECASE)),
    ("software", re.compile(r"软件|software", re.IGNORECASE)),
    ("variety", re.compile(r"品种|variety", re.IGNORECASE)),
    ("secret", re.compile("")),  # whatever else is printed there is know-how kept by its owner
)
_THEME_TAGS = {"ai-day": LocalText("人工智能主题日", "AI theme day")}


class RecordValues:
    """Makes values of every kind; knows the sources and names that records refer to."""

    def __init__(self, demonstration: Demonstration, key: Key, parks: Mapping[str, str]) -> None:
        """Take how a ref becomes the key of a record, and parks' refs with their keys."""
        self._demo = demonstration
        self._key = key
        self._parks = parks
        self._sources = {source.ref: source for source in demonstration.sources}
        self._titles = {entry.ref: entry.title for entry in demonstration.entries()}
        self._need_owners = {row.need: row.organisation for row in demonstration.need_owners}
        self._exhibits = {exhibit.offer: exhibit for exhibit in demonstration.exhibits}
        self._zones = {zone.ref: zone for zone in demonstration.zones}

    def organisation(self, entry: Organisation) -> Values:
        return {
            **self._head(entry.title, entry.summary, entry.provenance),
            "aliases": list(entry.aliases),
            "organisation_kind": entry.organisation_kind,
            "region": entry.region,
            "country": entry.country,
            "zone": zone_code(entry.zone),
            "fields": list(entry.fields),
            "ror": entry.ror.rpartition("/")[2],
        }

    def person(self, entry: Person) -> Values:
        position: Values = {"role": text(entry.role)}
        if entry.organisation:
            position["organisation"] = text(self._titles[entry.organisation])
            position["organisation_key"] = self._key(entry.organisation)
        return {
            **self._head(entry.title, entry.summary, entry.provenance),
            "organisation": self._optional_key(entry.organisation),
            "positions": [position] if entry.organisation else [],
        }

    def edition(self, entry: Edition) -> Values:
        return {
            **self._head(entry.title, entry.summary, entry.provenance),
            "theme": text(entry.theme),
            "year": entry.year,
            "starts_on": entry.starts_on.isoformat(),
            "ends_on": entry.ends_on.isoformat(),
            "place": text(entry.place),
            "region": entry.region,
            "country": entry.country,
            "aliases": list(entry.aliases),
            "modules": [{"code": module.code, "name": text(module.title)} for module in entry.modules],
            "hosts": self._hosts(entry.hosts),
        }

    def session(self, entry: Session) -> Values:
        words = [*_sides(entry.aliases), *(_THEME_TAGS[tag] for tag in entry.theme_tags)]
        if entry.part_of:
            words.append(self._titles[entry.part_of])
        return {
            **self._head(entry.title, entry.summary, entry.provenance),
            "theme": text(entry.theme),
            "edition": self._key(entry.edition),
            "module": entry.module,
            "session_format": entry.session_format,
            "held_on": entry.held_on.isoformat() if entry.held_on else None,
            "venue": text(entry.place),
            "topics": [text(topic) for topic in entry.topics],
            "hosts": self._hosts(entry.hosts),
            "fields": list(entry.fields),
            "organisation": self._key(entry.hosts[0].organisation) if entry.hosts else None,
            "keywords": _joined(words, between="; "),
        }

    def figure(self, entry: Figure) -> Values:
        """Return the columns of `editions.Figure`, which is no record."""
        return {
            "subject": entry.subject,
            "value": entry.value,
            "unit": entry.unit,
            "qualifier": entry.qualifier,
            "period": entry.period,
            "region": entry.region,
            "printed": entry.printed,
            "provenance": self._provenance(entry.provenance),
            "is_leading": entry.is_leading,
        }

    def offer(self, entry: lists.Offer) -> Values:
        if entry.demonstration:
            quoted = INVENTED
            owners: tuple[str, ...] = (sample_organisation_ref(entry),) if entry.organisation else ()
            fields = field_codes(entry.texts.get("field", LocalText()))
        else:
            exhibit = self._exhibits[f"offer:{entry.id}"]
            quoted, owners, fields = exhibit.provenance, exhibit.organisations, list(exhibit.fields)
            if owners:
                quoted = replace(quoted, note=_with_owners(quoted.note, entry.organisation or ""))
        return {
            **self._head(entry.texts["title"], entry.texts.get("summary", LocalText()), quoted),
            **_texts(
                entry.texts,
                (
                    "description",
                    "problem_solved",
                    "advantage",
                    "economics",
                    "evidence",
                    "deployed",
                    "keywords",
                ),
            ),
            **_texts(entry.texts, lists.ELEMENT_FIELDS),
            "fields": fields,
            **_place(entry.regions),
            "organisation": self._optional_key(owners[0] if owners else ""),
            "partnership": list(entry.partnership),
            "price": _money(entry.price),
            "maturity": _maturity(entry.trl, entry.trl_note),
            "rights": _rights(entry.ipr),
            "export_restriction": entry.export_restriction,
            "valid_until": entry.valid_until.isoformat() if entry.valid_until else None,
        }

    def need(self, entry: lists.Need) -> Values:
        conditions = [
            {
                "text": text(_one_side(requirement.text)),
                "level": requirement.level,
                "excluded": requirement.excluded,
            }
            for requirement in entry.requirements
        ]
        return {
            **self._head(entry.texts["title"], entry.texts.get("abstract", LocalText()), INVENTED),
            **_texts(entry.texts, ("problem", "current_method", "wanted_outcome", "keywords")),
            **_texts(entry.texts, lists.ELEMENT_FIELDS),
            "conditions": conditions,
            "fields": field_codes(entry.texts.get("field", LocalText())),
            **_place(entry.regions),
            "organisation": self._key(self._need_owners[entry.id]),
            "trl": entry.trl_min,
            "budget": _money(entry.budget),
            "deadline": entry.deadline.isoformat() if entry.deadline else None,
            "partnership": list(entry.partnership),
            "rights_expected": text(_one_side(entry.ipr or "")),
        }

    def platform(self, entry: Platform) -> Values:
        return {
            **self._head(entry.title, entry.summary, entry.provenance),
            "platform_type": entry.platform_type,
            "services": _joined(
                [entry.services, _sentence("开放时间：{}。", "Open: {}.", entry.opening)], between="\n"
            ),
            "equipment": [{"name": text(_counted(device))} for device in entry.equipment],
            "free_space_m2": entry.free_space_m2,
            "policies": text(entry.policies),
            "park": text(self._titles[entry.park or entry.zone]),
            "listed_park": self._parks.get(entry.park, ""),
            "organisation": self._key(entry.organisation),
            "region": entry.region,
            "country": country_of(entry.region),
            "zone": zone_code(entry.zone),
            "longitude": entry.longitude,
            "latitude": entry.latitude,
            "fields": list(entry.fields),
            "checked_on": entry.checked_on.isoformat(),
        }

    def facility(self, entry: Facility) -> Values:
        devices = [_counted(device) for device in entry.equipment]
        equipment = LocalText(
            "设备：{}。".format("、".join(device.zh or "" for device in devices)),
            "Equipment: {}.".format(", ".join(device.en or "" for device in devices)),
        )
        zone = self._zones[entry.zone]
        return {
            **self._head(entry.title, entry.summary, entry.provenance),
            "facility_type": entry.facility_type,
            "capability": _joined(
                [equipment, _sentence("规模：{}。", "Size: {}.", entry.capacity)], between="\n"
            ),
            "hours": text(entry.hours),
            "price": text(entry.price),
            "booking": text(entry.booking),
            "platform": self._key(self._platform_of(entry)),
            "organisation": self._key(entry.organisation),
            "region": zone.region,
            "country": zone.country,
            "zone": zone_code(entry.zone),
            "longitude": entry.longitude,
            "latitude": entry.latitude,
            "fields": list(entry.fields),
        }

    def _platform_of(self, facility: Facility) -> str:
        """Return the ref of the invented platform of its zone that is nearest in subject, of its own people if any."""
        nearest = max(
            (platform for platform in self._demo.platforms if platform.zone == facility.zone),
            key=lambda platform: (
                platform.organisation == facility.organisation,
                len(set(platform.fields) & set(facility.fields)),
            ),
        )
        return nearest.ref

    def dataset(self, entry: Dataset) -> Values:
        formats = ", ".join(entry.formats)
        return {
            **self._head(entry.title, entry.summary, entry.provenance),
            "identifier": entry.identifier,
            "creators": [_printed(self._titles[creator]) for creator in entry.creators],
            "publisher": text(self._titles[entry.publisher]),
            "publication_year": entry.year,
            "resource_type": entry.resource_type,
            "data_licence": entry.licence,
            "access_conditions": {
                "zh": f"{entry.size.zh}；格式：{formats}；{entry.updated.zh}。",
                "en": f"{entry.size.en}; formats: {formats}; {entry.updated.en}.",
            },
            "organisation": self._key(entry.organisation),
            "fields": list(entry.fields),
        }

    def tool(self, entry: Tool) -> Values:
        return {
            **self._head(entry.title, entry.summary, entry.provenance),
            "tool_type": entry.tool_type,
            "release": entry.version,
            "tool_licence": entry.licence,
            "requirements": {
                "zh": f"运行环境：{'、'.join(entry.runs_on)}。",
                "en": f"Runs on {', '.join(entry.runs_on)}.",
            },
            "organisation": self._key(entry.organisation),
            "fields": list(entry.fields),
        }

    def scenario(self, entry: Scenario) -> Values:
        # A record lies in one region; a scenario of three says so in its name.
        region = entry.regions[0] if len(entry.regions) == 1 else ""
        return {
            **self._head(entry.title, entry.summary, entry.provenance),
            "region": region,
            "country": "CN",
            "fields": list(entry.fields),
        }

    def publication(self, entry: Publication) -> Values:
        ranked = [
            LocalText(f"{line.rank}. {line.title.zh}", f"{line.rank}. {line.title.en}")
            for line in entry.entries
        ]
        return {
            **self._head(entry.title, entry.summary, entry.provenance),
            "publication_type": entry.publication_type,
            "content": _joined(ranked, between="\n"),
            "issued_year": entry.year,
            "issuers": [_printed(self._titles[publisher]) for publisher in entry.publishers],
            "edition": self._optional_key(entry.edition),
            "organisation": self._optional_key(entry.publishers[0] if entry.publishers else ""),
            "fields": list(entry.fields),
        }

    def exhibit(self, entry: Exhibit) -> Values:
        return {
            **self._head(entry.title, entry.summary, entry.provenance),
            "edition": self._key(entry.edition),
            "shown": [self._key(entry.offer)],
            "fields": list(entry.fields),
            "organisation": self._optional_key(entry.organisations[0] if entry.organisations else ""),
        }

    def submitted(self, values: Mapping[str, Any]) -> Values:
        """Return a submission's values with its ref of an organisation made a key."""
        return {**values, "organisation": self._key(values["organisation"])}

    def _head(self, title: LocalText, summary: LocalText, quoted: Quoted) -> Values:
        return {
            "title": text(title),
            "summary": text(summary),
            "provenance": self._provenance(quoted),
        }

    def _provenance(self, quoted: Quoted) -> Values:
        source = self._sources[quoted.source]
        return {
            "name": text(source.name),
            "address": source.address,
            "quote": quoted.quote,
            "note": _joined([quoted.note, source.note]),
        }

    def _hosts(self, hosts: Iterable[Host]) -> list[Values]:
        return [
            {
                "name": text(self._titles[host.organisation]),
                "role": host.role,
                "key": self._key(host.organisation),
            }
            for host in hosts
        ]

    def _optional_key(self, ref: str) -> str | None:
        return self._key(ref) if ref else None


def zone_code(ref: str) -> str:
    """Return the code of a zone from its ref, '' for none."""
    return ref.removeprefix("zone:")


def text(value: LocalText) -> Values:
    """Return a text as plain JSON, missing sides left out."""
    return {side: said for side in ("zh", "en") if (said := getattr(value, side))}


def field_codes(printed: LocalText) -> list[str]:
    """Return the codes of fields named in a text, such as '新材料; 节能环保', each once.

    Raises
    ------
    KeyError : a name is in no field of the list
    """
    codes = {name.lower(): term.code for term in code_list("fields") for name in term.names()}
    names = [name.strip().lower() for side in (printed.zh, printed.en) if side for name in _PART.split(side)]
    return list(dict.fromkeys(codes[name] for name in names if name))


def _texts(texts: Mapping[str, LocalText], names: Iterable[str]) -> Values:
    return {name: text(texts[name]) for name in names if name in texts}


def _place(regions: Iterable[str]) -> Values:
    code = next(iter(region_codes("；".join(regions))), "")
    return {"region": code, "country": country_of(code)} if code else {}


def _money(amount: MoneyRange | None) -> Values | None:
    if amount is None:
        return None
    stated = {"low_minor": amount.low_minor, "high_minor": amount.high_minor}
    return {
        **{name: minor for name, minor in stated.items() if minor is not None},
        "currency": amount.currency,
        "qualifier": amount.qualifier,
        "quote": amount.quote,
    }


def _maturity(level: int | None, note: str | None) -> list[Values]:
    if level is None:
        return []
    said = note or ""
    return [
        {
            "level": level,
            "element": text(_one_side(_PART.split(said)[0].strip())),
            "evidence": text(_one_side(said)),
        }
    ]


def _rights(printed: str | None) -> list[Values]:
    parts = [part.strip() for part in _PART.split(printed or "") if part.strip()]
    return [
        {"right": next(code for code, said in _RIGHTS if said.search(part)), "status": part} for part in parts
    ]


def _one_side(said: str) -> LocalText:
    """Return a text on the side of its language."""
    if not said:
        return LocalText()
    return LocalText(en=said) if language_of(said) == "en" else LocalText(zh=said)


def _sides(names: Iterable[str]) -> list[LocalText]:
    return [_one_side(name) for name in names]


def _joined(texts: Iterable[LocalText], *, between: str = "") -> Values:
    """Join texts side by side; sentences need a space between them in English only."""
    kept = list(texts)
    zh = [said.zh for said in kept if said.zh]
    en = [said.en for said in kept if said.en]
    return text(LocalText(between.join(zh) or None, (between or " ").join(en) or None))


def _sentence(zh: str, en: str, said: LocalText) -> LocalText:
    return LocalText(zh.format(said.zh), en.format(said.en)) if said else LocalText()


def _counted(device: Device) -> LocalText:
    if device.number == 1:
        return device.name
    return LocalText(f"{device.name.zh} × {device.number:,}", f"{device.name.en} × {device.number:,}")


def _printed(title: LocalText) -> str:
    return " / ".join(side for side in (title.zh, title.en) if side)


def _with_owners(note: LocalText, organisations: str) -> LocalText:
    """Return a note that adds all organisations as printed; a record has one."""
    return LocalText(
        f"{note.zh}单位照所印：{organisations}。", f"{note.en} Organisations as printed: {organisations}."
    )
