"""Who reads what of bookings, on every page, in mail, files, feeds and exports: words that stand nowhere else.

What is expected comes from the table below, written by hand; the program's own policies are not asked.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from fairground.accounts.actors import actor_for
from fairground.accounts.held import everything_held
from fairground.accounts.models import Hub, OrganisationMembership, Record, RoleAssignment, User
from fairground.accounts.notices.mails import queue_notices
from fairground.mail.services import send_due
from fairground.meet.bookings import calendars
from fairground.meet.bookings.answering import confirm_booking, decline_booking
from fairground.meet.models import Reservation
from fairground.meet.tests.booking_parts import Lab, make_lab
from fairground.publish.index import rebuild_index

STATES = ("asked", "confirmed", "declined", "alone", "hidden")
ROLES = (
    "visitor", "member", "broker", "analyst", "organiser", "administrator", "park_manager",
    "holder", "manager", "colleague", "keeper", "left_the_keeper", "left_the_holder", "elsewhere",
)  # fmt: skip
FACILITY = {"keeper"}
HOLDERS = {"holder", "manager"}  # of what was booked for the firm; a colleague is not told

# Word → state → who reads it somewhere. What is not here is read by nobody.
TABLE: dict[str, dict[str, set[str]]] = {
    "purpose": {**dict.fromkeys(STATES, FACILITY | HOLDERS), "alone": FACILITY | {"left_the_holder"}},
    "note": {"confirmed": FACILITY | HOLDERS, "declined": FACILITY | HOLDERS},
}


def secret(word: str, state: str) -> str:
    return f"xq{state}{word}"


@dataclass
class Desk:
    lab: Lab
    users: dict[str, User] = field(default_factory=dict)
    clients: dict[str, Client] = field(default_factory=dict)
    bookings: dict[str, Reservation] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def all_that_is_read(self, role: str) -> str:
        """Every page that speaks of bookings, read by one role: what they lead to and what is guessed."""
        client, told = self.clients[role], []
        for address in self.addresses():
            response = client.get(f"/en{address}")
            body = response.content.decode()
            # The page for what is not there repeats its own address.
            told.append(body if response.status_code == 200 else "")
        if role in self.users:
            told.append(str(everything_held(self.users[role])))
        if role in self.tokens:
            told.append(Client().get(f"/en/bookings/feed/{self.tokens[role]}.ics").content.decode())
        return "\n".join(told)

    def addresses(self) -> list[str]:
        lab = self.lab
        keys = [each.key for each in self.bookings.values()]
        record = f"/facility/{lab.facility.key}/"
        return [
            "/bookings/", "/bookings/desk/", "/desk/", "/queue/", "/me/notices/", "/catalogue/", "/me/privacy/",
            "/broker/", "/people/", record, f"{record}history/", f"/bookings/rule{record}",
            *(f"/bookings/book/{lab.resource.key}/?week={day:%Y-%m-%d}" for day in self.weeks()),
            *(f"/bookings/desk/{lab.resource.key}/?week={day:%Y-%m-%d}" for day in self.weeks()),
            f"/bookings/desk/{lab.resource.key}/rule/",
            *(
                f"/bookings/{key}/{step}"
                for key in keys
                for step in ("", "booking.ics", "cancel/", "decline/", "another-time/")
            ),
        ]  # fmt: skip

    def weeks(self) -> list[datetime]:
        return [self.lab.now, self.lab.now + timedelta(days=7)]


@pytest.fixture
def desk(hub: Hub, make_user: Callable[..., User]) -> Desk:
    now = timezone.now()
    Hub.objects.filter(pk=hub.pk).update(domain="testserver")
    lab = make_lab(hub.pk, make_user, now)
    made = Desk(lab, {"keeper": lab.keeper, "holder": lab.holder, "manager": lab.manager})
    acts_for = {"colleague": lab.firm, "left_the_keeper": lab.institute, "left_the_holder": lab.firm}
    for role in ROLES[1:]:
        if role not in made.users:
            company = acts_for.get(role)
            roles = ("member",) if company or role == "elsewhere" else (role,)
            made.users[role] = make_user(*roles, organisations=(company.pk,) if company else ())
    RoleAssignment.objects.update(since=datetime(2020, 1, 1, tzinfo=UTC))
    # Whoever wrote the facility's record and left is not its people any more.
    Record.objects.filter(pk=lab.facility.pk).update(created_by=made.users["left_the_keeper"])
    other_hub = Hub.objects.create(code="elsewhere")
    RoleAssignment.objects.filter(user=made.users["elsewhere"]).update(hub=other_hub, role="administrator")
    for place, state in enumerate(STATES):
        who = made.users["left_the_holder"] if state == "alone" else lab.holder
        made.bookings[state] = lab.ask(
            24 + 2 * place,
            actor=actor_for(who, hub.pk, now=now),
            purpose=secret("purpose", state),
            organisation_id=None if state == "alone" else lab.firm.pk,
        )
    confirm_booking(
        actor=lab.keeping, key=made.bookings["confirmed"].key, note=secret("note", "confirmed"), now=now
    )
    decline_booking(
        actor=lab.keeping, key=made.bookings["declined"].key, reason_code="busy",
        note=secret("note", "declined"), now=now,
    )  # fmt: skip
    gone = OrganisationMembership.objects.filter(
        user__in=[made.users["left_the_keeper"], made.users["left_the_holder"]]
    )
    gone.delete()
    rebuild_index()
    for role in ROLES:
        made.clients[role] = Client()
        if role in made.users:
            made.clients[role].force_login(made.users[role])
            actor = actor_for(made.users[role], hub.pk, now=now)
            made.tokens[role] = calendars.make_feed(actor=actor, now=now)
    return made


def test_pages_files_feeds_and_exports(desk: Desk) -> None:
    names = {role: user.name for role, user in desk.users.items()}
    for role in ROLES:
        read = desk.all_that_is_read(role)
        for word, states in TABLE.items():
            for state in STATES:
                may = role in states.get(state, set())
                assert (secret(word, state) in read) == may, (role, word, state)
        for state, booking in desk.bookings.items():
            may = role in TABLE["purpose"][state]
            assert (booking.key in read) == may, (role, state)
        # Who booked is told to nobody else, by name neither; people with a list of people read names there.
        if role not in FACILITY | HOLDERS | {"administrator"}:
            assert not re.search(rf"\b{names['holder']}\b", read), role


def test_free_and_busy_is_the_same_for_everybody_who_sees_the_facility(desk: Desk) -> None:
    address = f"/en/bookings/book/{desk.lab.resource.key}/?week={desk.bookings['asked'].begins:%Y-%m-%d}"

    def slots(role: str) -> list[str]:
        page = desk.clients[role].get(address).content.decode()
        return re.findall(r'<time datetime="([^"]+)">[^<]*</time> <span class="small">(\w+)', page)

    first = slots("visitor")
    assert "taken" in [word for _, word in first]
    for role in ROLES[1:]:
        if role != "elsewhere":
            assert slots(role) == first, role


def test_a_facility_that_is_not_open_to_somebody_shows_them_no_calendar(desk: Desk) -> None:
    Record.objects.filter(pk=desk.lab.facility.pk).update(visibility="members")
    for role in ROLES:
        answer = desk.clients[role].get(f"/en/bookings/book/{desk.lab.resource.key}/").status_code
        assert answer == (404 if role in ("visitor", "elsewhere") else 200), role


def test_mail_carries_no_word_of_either_side_and_goes_to_the_two_alone(desk: Desk) -> None:
    now = timezone.now() + timedelta(minutes=1)
    queue_notices(now=now)
    send_due(now=now)
    assert mail.outbox
    told = {desk.users[role].email for role in ("keeper", "holder")}
    for message in mail.outbox:
        text = message.message().as_string() + "".join(
            part.get_payload(decode=True).decode()
            for part in message.message().walk()
            if part.get_content_type() == "text/calendar"
        )
        assert re.findall(r"xq\w+", text) == []
        assert desk.users["holder"].name not in message.body
        assert set(message.to) <= told
