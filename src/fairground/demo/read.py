"""Read the demonstration hub from its files. Pure: no database; the same every time."""

import json
import re
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import as_file, files
from typing import TypeVar

from pydantic import TypeAdapter

from fairground.collect.core.lists import read_needs, read_offers
from fairground.collect.core.records import Need, Offer
from fairground.demo.platforms import make_platforms
from fairground.demo.shapes import (
    Account,
    Dataset,
    DemoBookingRule,
    Edition,
    Entry,
    Exhibit,
    Facility,
    Figure,
    Hub,
    Introduction,
    NeedOwner,
    Organisation,
    Park,
    Person,
    Platform,
    Publication,
    Scenario,
    Session,
    Source,
    Submission,
    Tool,
    Zone,
)
from fairground.language.detect import language_of
from fairground.language.local_text import LocalText
from fairground.places.core.regions import region_codes

_Shape = TypeVar("_Shape")

# What a name says about the kind of an invented organisation of the sample lists; the first that fits counts.
_KIND_BY_NAME = (
    ("hospital", re.compile(r"医院|hospital", re.IGNORECASE)),
    ("institute", re.compile(r"研究[院所组]|实验室|所$|institute|laboratory", re.IGNORECASE)),
    ("new-rd-body", re.compile(r"中心|团队|组$|centre|team|group", re.IGNORECASE)),
    ("firm", re.compile("")),
)


@dataclass(frozen=True, slots=True)
class Demonstration:
    """The whole demonstration hub. `organisations` end with the invented ones of the sample lists."""

    sources: tuple[Source, ...]
    hub: Hub
    zones: tuple[Zone, ...]
    parks: tuple[Park, ...]
    organisations: tuple[Organisation, ...]
    people: tuple[Person, ...]
    edition: Edition
    sessions: tuple[Session, ...]
    figures: tuple[Figure, ...]
    offers: tuple[Offer, ...]
    needs: tuple[Need, ...]
    platforms: tuple[Platform, ...]
    facilities: tuple[Facility, ...]
    datasets: tuple[Dataset, ...]
    tools: tuple[Tool, ...]
    scenarios: tuple[Scenario, ...]
    publications: tuple[Publication, ...]
    exhibits: tuple[Exhibit, ...]
    accounts: tuple[Account, ...]
    need_owners: tuple[NeedOwner, ...]
    submissions: tuple[Submission, ...]
    introductions: tuple[Introduction, ...]
    bookings: tuple[DemoBookingRule, ...]

    def entries(self) -> tuple[Entry, ...]:
        """Return every record of the files, the rows of the sample lists and the figures left out."""
        parts = (getattr(self, part.name) for part in fields(self))
        rows = (part if isinstance(part, tuple) else (part,) for part in parts)
        return tuple(row for part in rows for row in part if isinstance(row, Entry))


@cache
def read_demonstration() -> Demonstration:
    """Read the demonstration hub; read once and kept, since nothing in it can be changed.

    Raises
    ------
    pydantic.ValidationError : a file does not have the shape of `shapes.py`
    """
    offers = _sample_offers()
    zones, parks = _read("zones", Zone), _read("parks", Park)
    return Demonstration(
        sources=_read("sources", Source),
        hub=TypeAdapter(Hub).validate_json(_text("hub.json")),
        zones=zones,
        parks=parks,
        organisations=(*_read("organisations", Organisation), *_sample_organisations(offers)),
        people=_read("people", Person),
        edition=_read("edition", Edition)[0],
        sessions=_read("sessions", Session),
        figures=_read("figures", Figure),
        offers=offers,
        needs=_sample_needs(),
        platforms=make_platforms(zones, parks),
        facilities=_read("facilities", Facility),
        datasets=_read("datasets", Dataset),
        tools=_read("software_tools", Tool),
        scenarios=_read("scenarios", Scenario),
        publications=_read("publications", Publication),
        exhibits=_read("exhibits", Exhibit),
        accounts=_read("accounts", Account),
        need_owners=_read("need_owners", NeedOwner),
        submissions=_read("submissions", Submission),
        introductions=_read("introductions", Introduction),
        bookings=_read("bookings", DemoBookingRule),
    )


def _text(name: str) -> str:
    return (files("fairground.demo") / "data" / name).read_text("utf-8")


def _read(name: str, shape: type[_Shape]) -> tuple[_Shape, ...]:
    rows = [json.loads(line) for line in _text(f"{name}.jsonl").splitlines()]
    adapter: TypeAdapter[tuple[_Shape, ...]] = TypeAdapter(tuple[shape, ...])  # type: ignore[valid-type]
    return adapter.validate_python(rows)


def _sample_offers() -> tuple[Offer, ...]:
    with as_file(files("fairground") / "samples" / "offers.csv") as path:
        return read_offers(path).records


def _sample_needs() -> tuple[Need, ...]:
    with as_file(files("fairground") / "samples" / "needs.csv") as path:
        return read_needs(path).records


def sample_organisation_ref(offer: Offer) -> str:
    """Return the ref of the invented organisation of a sample offer."""
    return f"org:sample-{offer.id.lower()}"


def _sample_organisations(offers: tuple[Offer, ...]) -> tuple[Organisation, ...]:
    """Return the invented organisations named in the sample list; each stands behind one offer there."""
    return tuple(
        Organisation(
            ref=sample_organisation_ref(offer),
            title=_name(offer.organisation),
            demonstration=True,
            organisation_kind=next(
                kind for kind, said in _KIND_BY_NAME if said.search(offer.organisation or "")
            ),
            country="CN",
            region=next(iter(region_codes("；".join(offer.regions))), ""),
        )
        for offer in offers
        if offer.demonstration and offer.organisation
    )


def _name(printed: str | None) -> LocalText:
    """Return '示例·甲 / Example A' as a text of two sides; a name of one language stays on its side."""
    parts = {language_of(part) == "en": part for part in (printed or "").split(" / ")}
    return LocalText(parts.get(False), parts.get(True))
