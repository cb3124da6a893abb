"""Load the demonstration hub into the database, through the services that people's own writing takes."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from fairground.accounts.actors import Actor, actor_for, system
from fairground.accounts.consents import consents_due, give_consents
from fairground.accounts.hubs import forget_hubs
from fairground.accounts.models import (
    Hub,
    Organisation,
    OrganisationMembership,
    PlaceKeeper,
    Record,
    Revision,
    RoleAssignment,
    User,
)
from fairground.accounts.services import add_record, move_record, propose_revision
from fairground.collect.core.records import Need, Offer
from fairground.demo.bookings import load_bookings
from fairground.demo.introductions import load_introductions
from fairground.demo.read import Demonstration, read_demonstration
from fairground.demo.record_values import RecordValues, Values, zone_code
from fairground.demo.service_requests import load_service_requests
from fairground.demo.shapes import Account, Entry
from fairground.editions.models import Edition, Figure, Participation
from fairground.language.local_text import LocalText
from fairground.places.core.structures import PlaceSource
from fairground.places.models import Park, Zone

PASSWORD = "fairground-demo"
_ACTOR = "demo loader"
_INVENTED = LocalText("虚构，供演示", "Invented for the demonstration")
_HOURS_AGO = {"offer": 2, "need": 2, "platform": 12}  # of the last record of a kind; the others: a day
_DAYS_OF_PLATFORMS = 540  # over which the platforms were published
_Entry = TypeVar("_Entry", bound=Entry)
_Row = TypeVar("_Row", Offer, Need)


class DemoRefusedError(Exception):
    """The demonstration must not be loaded here. `message` says why and what to do."""

    def __init__(self) -> None:
        self.message = LocalText(
            "这是正式环境，不装入演示数据：演示账户的密码是公开的。"
            "请把 FAIRGROUND_MODE 设为 demonstration，另用一个空的数据目录。",
            "This is production, and the demonstration is not loaded: the password of its accounts is public. "
            "Set FAIRGROUND_MODE to demonstration and use an empty home folder of its own.",
        )
        super().__init__(self.message.en)


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account to try a role with, as it is printed at the start."""

    role: str
    email: str
    password: str


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What one call did: rows added and rows found there already, by kind."""

    hub: str
    added: Mapping[str, int]
    kept: Mapping[str, int]
    accounts: tuple[DemoAccount, ...]


def demo_accounts() -> tuple[DemoAccount, ...]:
    """Return the accounts of the demonstration, one for each role, with the password that they are made with."""
    accounts = read_demonstration().accounts
    return tuple(DemoAccount(account.role, account.email, PASSWORD) for account in accounts)


def load_demo(*, now: datetime) -> LoadReport:
    """Load the demonstration hub: what is missing is added and published, what is there is left as it is.

    May be called again at any time, after a killed call too: every step is one transaction, and a record is known
    again by its reference. What people changed since is not changed back.

    Raises
    ------
    DemoRefusedError : the settings say production
    """
    if settings.MODE == "production":
        raise DemoRefusedError
    demo = read_demonstration()
    loader = _Loader(demo, _load_hub(demo), now)
    loader.load()
    return LoadReport(
        demo.hub.code,
        dict(loader.added),
        dict(loader.kept),
        demo_accounts(),
    )


@transaction.atomic
def _load_hub(demo: Demonstration) -> Hub:
    entry = demo.hub
    hub, is_new = Hub.objects.get_or_create(
        code=entry.code,
        defaults={
            "name": entry.title,
            "sentence": entry.sentence,
            "statement": entry.statement,
            "region": entry.region,
            "demonstration": True,
        },
    )
    if is_new:
        forget_hubs()
    for zone in demo.zones:
        Zone.objects.get_or_create(
            code=zone_code(zone.ref),
            defaults={
                "name": zone.title,
                "level": zone.level,
                "region": zone.region,
                "longitude": zone.centre.longitude,
                "latitude": zone.centre.latitude,
                "demonstration": zone.chosen_for_demonstration,
            },
        )
    for park in demo.parks:
        Park.objects.get_or_create(
            reference=park.ref,
            defaults={
                "name": park.title,
                "zone": Zone.objects.get(code=zone_code(park.zone)),
                "region": park.region,
                "longitude": park.longitude,
                "latitude": park.latitude,
                "free_space_m2": park.free_space_m2,
                "free_space_on": park.free_space_on,
                "policies": park.policies,
                "checked_on": park.checked_on,
                "source": PlaceSource(name=_INVENTED),
                "demonstration": park.demonstration,
            },
        )
    return hub


class _Loader:
    """One call: the records of a hub that are there, by ref, and what was added."""

    def __init__(self, demo: Demonstration, hub: Hub, now: datetime) -> None:
        self.added: Counter[str] = Counter()
        self.kept: Counter[str] = Counter()
        self._demo, self._hub, self._now = demo, hub, now
        self._actor = system(hub.pk, _ACTOR)
        parks = dict(Park.objects.exclude(reference="").values_list("reference", "key"))
        self._values = RecordValues(demo, self._key, parks)
        loaded = Record.objects.filter(hub=hub).exclude(reference="").values_list("reference", "key")
        self._keys: dict[str, str] = dict(loaded)

    def load(self) -> None:
        demo, values = self._demo, self._values
        self._publish("organisation", demo.organisations, values.organisation)
        self._publish("person", demo.people, values.person)
        self._publish("edition", (demo.edition,), values.edition)
        self._publish("session", demo.sessions, values.session)
        self._load_figures()
        self._load_keepers()
        self._publish_rows("offer", demo.offers, values.offer)
        self._publish_rows("need", demo.needs, values.need)
        self._publish("platform", demo.platforms, values.platform)
        self._publish("facility", demo.facilities, values.facility)
        self._publish("dataset", demo.datasets, values.dataset)
        self._publish("tool", demo.tools, values.tool)
        self._publish("scenario", demo.scenarios, values.scenario)
        self._publish("publication", demo.publications, values.publication)
        self._publish("exhibit", demo.exhibits, values.exhibit)
        self._load_participations()
        self._load_accounts()
        self._load_submissions()
        load_introductions(
            demo.introductions,
            hub_id=self._hub.pk,
            key_of=self._key,
            emails={account.ref: account.email for account in demo.accounts},
            now=self._now,
            is_there=self._is_there,
        )
        load_service_requests(
            hub_id=self._hub.pk,
            key_of=self._key,
            emails={account.ref: account.email for account in demo.accounts},
            now=self._now,
            is_there=self._is_there,
        )
        load_bookings(
            demo.bookings,
            hub_id=self._hub.pk,
            key_of=self._key,
            emails={account.ref: account.email for account in demo.accounts},
            now=self._now,
            is_there=self._is_there,
        )

    def _key(self, ref: str) -> str:
        kind, _, number = ref.partition(":")
        return self._keys[number if kind in ("offer", "need") else ref]

    @transaction.atomic
    def _publish(self, kind: str, entries: Sequence[_Entry], values: Callable[[_Entry], Values]) -> None:
        for entry in entries:
            self._publish_one(kind, entry.ref, entry.demonstration, partial(values, entry))

    @transaction.atomic
    def _publish_rows(self, kind: str, rows: Sequence[_Row], values: Callable[[_Row], Values]) -> None:
        """Publish rows of the sample lists; their own number is the reference, as if the list had been imported."""
        for row in rows:
            self._publish_one(kind, row.id, row.demonstration, partial(values, row))

    def _publish_one(
        self, kind: str, reference: str, demonstration: bool, values: Callable[[], Values]
    ) -> None:
        if not self._is_there(kind, reference in self._keys):
            self._add(self._actor, kind, reference, values(), demonstration=demonstration, publish=True)

    def _is_there(self, kind: str, there: bool) -> bool:
        (self.kept if there else self.added)[kind] += 1
        return there

    def _add(self, actor: Actor, kind: str, reference: str, values: Values, **states: bool) -> Record:
        record = add_record(
            actor=actor,
            kind_code=kind,
            values={name: value for name, value in values.items() if value not in (None, "", [], {})},
            # What is new on the first page shall be offers and needs, one after the other; platforms came over time.
            now=self._now
            - timedelta(hours=_HOURS_AGO.get(kind, 24), minutes=self.added[kind])
            - timedelta(days=self.added[kind] * 137 % _DAYS_OF_PLATFORMS if kind == "platform" else 0),
            reference=reference,
            reason="demonstration",
            **states,
        )
        self._keys[reference] = record.key
        return record

    def _edition(self) -> Edition:
        return Edition.objects.get(hub=self._hub, reference=self._demo.edition.ref)

    @transaction.atomic
    def _load_figures(self) -> None:
        edition = self._edition()
        known = set(edition.figures.values_list("code", flat=True))
        missing = [
            Figure(edition=edition, code=figure.code, place=place, **self._values.figure(figure))
            for place, figure in enumerate(self._demo.figures)
            if not self._is_there("figure", figure.code in known)
        ]
        Figure.objects.bulk_create(missing)

    @transaction.atomic
    def _load_keepers(self) -> None:
        """Whoever runs a zone keeps it and its parks."""
        for zone in self._demo.zones:
            organisation = Organisation.objects.get(key=self._key(zone.operator))
            code = zone_code(zone.ref)
            places = [
                {"zone": Zone.objects.get(code=code)},
                *({"park": park} for park in Park.objects.filter(zone__code=code).exclude(reference="")),
            ]
            for place in places:
                PlaceKeeper.objects.get_or_create(
                    hub=self._hub, organisation=organisation, **place, defaults={"since": self._now}
                )

    @transaction.atomic
    def _load_participations(self) -> None:
        """What the reports name took part in the edition; nothing that is invented did."""
        edition = self._edition()
        took_part = Record.objects.filter(
            hub=self._hub, demonstration=False, kind__in=("offer", "exhibit", "publication", "scenario")
        ).exclude(reference="")
        known = set(edition.taking_part.values_list("record_id", flat=True))
        Participation.objects.bulk_create(
            Participation(edition=edition, record_id=record_id)
            for record_id in took_part.order_by("pk").values_list("pk", flat=True)
            if record_id not in known
        )

    @transaction.atomic
    def _load_accounts(self) -> None:
        emails = [account.email for account in self._demo.accounts]
        known = set(User.objects.filter(email__in=emails).values_list("email", flat=True))
        # Twelve salts would guard nothing: the password is printed at every start. One takes a twelfth of the time.
        password = make_password(PASSWORD)
        for account in self._demo.accounts:
            if not self._is_there("account", account.email in known):
                self._add_account(account, password)

    def _add_account(self, account: Account, password: str) -> None:
        name = f"{account.title.zh} / {account.title.en}"
        user = User.objects.create(
            email=account.email, password=password, name=name, language=account.language
        )
        EmailAddress.objects.create(user=user, email=account.email, verified=True, primary=True)
        RoleAssignment.objects.create(
            user=user, hub=self._hub, role=account.role, since=self._now, reason="demonstration"
        )
        # Whoever tries a role shall land on its desk, not on the page that asks for consent.
        give_consents(user=user, texts=consents_due(user, now=self._now), now=self._now, hub_id=self._hub.pk)
        if account.organisation:
            OrganisationMembership.objects.create(
                user=user,
                organisation=Organisation.objects.get(key=self._key(account.organisation)),
                is_manager=account.is_manager,
                since=self._now,
            )

    @transaction.atomic
    def _load_submissions(self) -> None:
        emails = {account.ref: account.email for account in self._demo.accounts}
        for submission in self._demo.submissions:
            user = User.objects.get(email=emails[submission.account])
            if submission.revises:
                record = Record.objects.get(key=self._key(submission.revises))
                is_there = Revision.objects.filter(record=record, author=user).exists()
            else:
                is_there = submission.ref in self._keys
            if self._is_there("submission", is_there):
                continue
            actor = actor_for(user, self._hub.pk, now=self._now)
            values = self._values.submitted(submission.values)
            if submission.revises:
                propose_revision(
                    actor=actor,
                    key=record.key,
                    values=values,
                    version=record.version,
                    now=self._now,
                    note=submission.note,
                )
                continue
            draft = self._add(actor, submission.kind, submission.ref, values, demonstration=True)
            if submission.submitted:
                move_record(actor=actor, key=draft.key, move="submit", version=draft.version, now=self._now)
