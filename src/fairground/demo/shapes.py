"""The shapes of the demonstration's records, as the files in `data/` give them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from pydantic import ConfigDict

from fairground.language.local_text import LocalText

STRICT = ConfigDict(extra="forbid")  # a misspelt key would otherwise be a fact that nobody sees


@dataclass(frozen=True, slots=True)
class Source:
    """Where facts come from."""

    __pydantic_config__ = STRICT
    ref: str
    name: LocalText
    address: str = ""
    note: LocalText = LocalText()


@dataclass(frozen=True, slots=True)
class Quoted:
    """The fact as the source gives it, short. `source` is the ref of a Source."""

    __pydantic_config__ = STRICT
    source: str
    quote: str = ""
    note: LocalText = LocalText()


INVENTED = Quoted("invented")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What every record has. What is invented is `demonstration` and needs no other provenance."""

    __pydantic_config__ = STRICT
    ref: str  # 'org:united-imaging': how other records name it
    title: LocalText
    summary: LocalText = LocalText()
    demonstration: bool
    provenance: Quoted = INVENTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub(Entry):
    code: str
    sentence: LocalText
    statement: LocalText
    region: str
    country: str
    time_zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation(Entry):
    organisation_kind: str
    country: str = ""
    region: str = ""
    zone: str = ""
    aliases: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    ror: str = ""  # the address of its entry in the Research Organization Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class Person(Entry):
    """A speaker as printed; `organisation` and `role` only where they were printed."""

    organisation: str = ""
    role: LocalText = LocalText()


@dataclass(frozen=True, slots=True)
class Host:
    __pydantic_config__ = STRICT
    organisation: str
    role: str


@dataclass(frozen=True, slots=True)
class Module:
    __pydantic_config__ = STRICT
    code: str
    title: LocalText


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition(Entry):
    year: int
    starts_on: date
    ends_on: date
    place: LocalText
    region: str
    country: str
    theme: LocalText
    aliases: tuple[str, ...] = ()
    hosts: tuple[Host, ...]
    modules: tuple[Module, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Session(Entry):
    """A session; its hours are not in the reports, its day not always."""

    edition: str
    session_format: str
    module: str
    held_on: date | None = None
    place: LocalText = LocalText()
    hosts: tuple[Host, ...] = ()
    theme: LocalText = LocalText()
    topics: tuple[LocalText, ...] = ()
    theme_tags: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    part_of: str = ""


@dataclass(frozen=True, slots=True)
class Flow:
    """From where to where: codes of regions, which must differ."""

    __pydantic_config__ = STRICT
    origin: tuple[str, ...]
    destination: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure. `printed` is how a reader sees it: qualifier, number and unit together."""

    __pydantic_config__ = STRICT
    ref: str
    code: str
    group: str
    subject: LocalText
    value: Decimal  # exact: 亿 and 万 multiplied out
    unit: LocalText
    measure: str  # 'count', 'CNY', 'percent', 'person-times' …: figures of different measures are never added
    qualifier: str = ""
    period: str = ""
    printed: LocalText
    session: str = ""
    region: str = ""  # where it is a figure of a place
    flow: Flow | None = None
    is_leading: bool = False
    demonstration: bool
    provenance: Quoted


@dataclass(frozen=True, slots=True)
class Ranked:
    __pydantic_config__ = STRICT
    rank: int
    title: LocalText
    country: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication(Entry):
    publication_type: str
    year: int
    publishers: tuple[str, ...] = ()
    session: str = ""
    edition: str = ""
    fields: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    entries: tuple[Ranked, ...] = ()
    signatories: tuple[str, ...] = ()
    signatories_known: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario(Entry):
    regions: tuple[str, ...]
    fields: tuple[str, ...] = ()
    offer: str = ""  # 'offer:O-013', a row of the sample list
    session: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit(Entry):
    """What was shown; hall and stand were not reported."""

    offer: str
    edition: str
    fields: tuple[str, ...] = ()  # our own reading of what it is, the offer's too
    organisations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Centre:
    """An approximate centre, degrees."""

    __pydantic_config__ = STRICT
    longitude: float
    latitude: float
    datum: str
    approximate: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone(Entry):
    level: str
    region: str
    country: str
    centre: Centre
    operator: str
    aliases: tuple[str, ...] = ()
    chosen_for_demonstration: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Park(Entry):
    """A park of a zone; all of them are invented."""

    zone: str
    region: str
    longitude: float
    latitude: float
    free_space_m2: int | None
    free_space_on: date | None
    policies: LocalText
    checked_on: date


@dataclass(frozen=True, slots=True)
class Device:
    __pydantic_config__ = STRICT
    name: LocalText
    number: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform(Entry):
    """A service platform of the map; made by `platforms.make_platforms`."""

    platform_type: str
    organisation: str
    zone: str
    region: str
    fields: tuple[str, ...]
    services: LocalText
    equipment: tuple[Device, ...]
    free_space_m2: int | None  # None: it lets no space
    opening: LocalText
    policies: LocalText
    longitude: float
    latitude: float
    checked_on: date
    park: str = ""  # where it stands; '' for outside of the parks we list


@dataclass(frozen=True, slots=True, kw_only=True)
class Facility(Entry):
    """A facility, a device or computing power. No price means that it is negotiated."""

    facility_type: str
    organisation: str
    zone: str
    fields: tuple[str, ...]
    equipment: tuple[Device, ...]
    hours: LocalText
    price: LocalText = LocalText()
    booking: LocalText
    capacity: LocalText = LocalText()
    longitude: float
    latitude: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset(Entry):
    """Six properties of DataCite: identifier, creators, title, publisher, year, resource type; and how to use it."""

    resource_type: str
    identifier: str
    creators: tuple[str, ...]
    organisation: str
    publisher: str
    year: int
    fields: tuple[str, ...]
    licence: str
    formats: tuple[str, ...]
    size: LocalText
    updated: LocalText


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool(Entry):
    tool_type: str
    organisation: str
    fields: tuple[str, ...]
    licence: str
    version: str
    runs_on: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NeedOwner:
    """Which invented organisation has the need of a row of the sample list."""

    __pydantic_config__ = STRICT
    need: str  # 'N-001'
    organisation: str


@dataclass(frozen=True, slots=True)
class Submission:
    """What a demo account has on its desk: a draft, one handed in for review, or a revision of a published record."""

    __pydantic_config__ = STRICT
    ref: str
    kind: str
    account: str
    submitted: bool
    values: Mapping[str, Any]  # as the services take them, but for refs in place of keys
    revises: str = ""  # ref of the record whose values these would replace
    note: str = ""


@dataclass(frozen=True, slots=True)
class IntroductionStep:
    """What one side did with an introduction, so many days after it began."""

    __pydantic_config__ = STRICT
    do: Literal["agree", "accept_agreement", "decline", "take_back", "message"]
    by: Literal["asker", "answerer"]
    after_days: int
    text: str = ""
    reason: str = ""  # code list 'decline_reason'
    is_confidential: bool = False
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Introduction:
    """An invented introduction between two demo accounts; each acts for the organisation of its side."""

    __pydantic_config__ = STRICT
    ref: str
    asker: str
    answerer: str
    target: str
    days_ago: int
    own: str = ""
    message: str = ""
    by_broker: bool = False
    steps: tuple[IntroductionStep, ...] = ()


@dataclass(frozen=True, slots=True)
class DemoReservation:
    """A booking of a facility: the slot that comes after so many free ones, and what the facility answered."""

    __pydantic_config__ = STRICT
    by: str
    skip: int
    slots: int
    purpose: str
    answer: Literal["", "confirm", "decline"] = ""
    reason: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoBookingRule:
    """An invented facility's booking rule, made by an account that acts for its organisation."""

    __pydantic_config__ = STRICT
    ref: str
    record: str
    keeper: str
    hours: tuple[str, ...]  # by weekday, Monday first, as people type them
    slot_minutes: int
    most_slots: int
    lead_hours: int
    horizon_days: int
    answer_hours: int
    buffer_minutes: int = 0
    capacity: int = 1
    is_automatic: bool = False
    advice: LocalText = LocalText()
    reservations: tuple[DemoReservation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Account(Entry):
    """An account to try one role with."""

    role: str
    email: str
    organisation: str = ""
    is_manager: bool
    language: str
