"""Who reads what of introductions, on every page and in every mail: words that stand nowhere else, role by role.

What is expected comes from the table below, written by hand; the program's own policies are not asked.
"""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from fairground.accounts.actors import Actor, actor_for, system
from fairground.accounts.held import everything_held
from fairground.accounts.models import Hub, OrganisationMembership, Record, RoleAssignment, User
from fairground.accounts.notices.mails import queue_notices
from fairground.accounts.services import add_record
from fairground.mail.services import send_due
from fairground.match.introductions.answering import (
    agree_to_introduction,
    decline_introduction,
    take_back_introduction,
)
from fairground.match.introductions.asking import ask_for_introduction
from fairground.match.introductions.blocks import block_organisation
from fairground.match.introductions.standing import Limits
from fairground.match.introductions.thread import send_message
from fairground.match.models import BrokerNote, Introduction
from fairground.publish.index import rebuild_index

LIMITS = Limits(14, 50)
# The one that a block holds back is made first: the block would hold back the others too.
STATES = ("held", "asked", "agreed", "detail", "declined", "confidential", "ended")
ROLES = (
    "visitor", "member", "broker", "analyst", "organiser", "administrator",
    "rival", "buyer", "buying_colleague", "seller", "selling_colleague", "left_the_seller", "elsewhere",
)  # fmt: skip
BUYING, SELLING = {"buyer", "buying_colleague"}, {"seller", "selling_colleague"}
SIDES = BUYING | SELLING


def everywhere(who: set[str]) -> dict[str, set[str]]:
    return {state: set(who) for state in STATES}


# Word → state → who reads it somewhere. What is not here is read by nobody.
OPEN_TALK = {"agreed": SIDES, "detail": SIDES}
TABLE: dict[str, dict[str, set[str]]] = {
    "message": {**everywhere(SIDES), "held": BUYING},
    "thread": {**OPEN_TALK, "ended": SIDES},
    "file": {**OPEN_TALK, "ended": BUYING},  # sent by the buying side
    "offercontact": {**everywhere(SELLING), **OPEN_TALK},
    "needcontact": {**everywhere(BUYING), **OPEN_TALK},
    "offerdetail": {**everywhere(SELLING), "detail": SIDES},
    "needdetail": everywhere(BUYING),  # the selling side accepted no agreement
    "remark": {"declined": SELLING, "confidential": SELLING},
    "note": everywhere({"broker", "organiser", "administrator"}),
}
CASES = [(word, state) for word in TABLE for state in STATES]


def secret(word: str, state: str) -> str:
    return f"xq{state}{word}"


@dataclass
class Fair:
    hub: Hub
    users: dict[str, User] = field(default_factory=dict)
    clients: dict[str, Client] = field(default_factory=dict)
    introductions: dict[str, Introduction] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    bodies: dict[str, str] = field(default_factory=dict)

    def actor(self, role: str) -> Actor:
        return actor_for(self.users[role], self.hub.pk, now=timezone.now())

    def all_that_is_read(self, role: str) -> str:
        """Every page that speaks of introductions, read by one role: what they lead to and what is guessed."""
        if role not in self.bodies:
            client, told = self.clients[role], []
            told += [client.get(f"/en{address}").content.decode() for address in self.addresses()]
            if role in self.users:
                told.append(str(everything_held(self.users[role])))
            self.bodies[role] = "\n".join(told)
        return self.bodies[role]

    def addresses(self) -> list[str]:
        fixed = [
            "/introductions/", "/introductions/blocks/", "/desk/", "/queue/", "/me/notices/", "/broker/",
            "/broker/funnel/", "/broker/funnel.csv", "/broker/pairs/", "/learning/", "/catalogue/", "/me/privacy/",
            "/matches/quality/", "/lists/",
        ]  # fmt: skip
        keys = [introduction.key for introduction in self.introductions.values()]
        return [
            *fixed,
            *(f"/introductions/{key}/" for key in keys),
            *(f"/introductions/{key}/{step}/" for key in keys for step in ("decline", "take-back", "block")),
            *(f"/broker/{key}/" for key in keys),
            *(f"/{record.kind}/{record.key}/" for record in self.records),
            *(f"/{record.kind}/{record.key}/history/" for record in self.records),
            *(f"/matches/{record.kind}/{record.key}/" for record in self.records),
            *(
                f"/introductions/{way}/{record.kind}/{record.key}/"
                for record in self.records
                for way in ("ask", "propose")
            ),
        ]


@pytest.fixture
def fair(hub: Hub, make_user: Callable[..., User]) -> Fair:
    now = timezone.now()
    made = Fair(hub)
    Hub.objects.filter(pk=hub.pk).update(domain="testserver")

    def organisation(title: str) -> Record:
        values = {"title": {"zh": title, "en": title}}
        return add_record(
            actor=system(hub.pk), kind_code="organisation", values=values, now=now, publish=True
        )

    firm, institute, rival = organisation("Firm"), organisation("Institute"), organisation("Rival")
    acts_for = {
        "buyer": firm, "buying_colleague": firm, "seller": institute, "selling_colleague": institute,
        "rival": rival, "left_the_seller": institute,
    }  # fmt: skip
    for role in ROLES[1:]:
        company = acts_for.get(role)
        roles = ("member",) if company or role == "elsewhere" else (role,)
        made.users[role] = make_user(*roles, organisations=(company.pk,) if company else ())
    RoleAssignment.objects.update(since=datetime(2020, 1, 1, tzinfo=UTC))
    other_hub = Hub.objects.create(code="elsewhere")
    RoleAssignment.objects.filter(user=made.users["elsewhere"]).update(hub=other_hub, role="administrator")
    for place, state in enumerate(STATES):
        _introduce(made, state, firm, institute, now + timedelta(seconds=place))
    OrganisationMembership.objects.filter(user=made.users["left_the_seller"]).delete()
    rebuild_index()
    for role in ROLES:
        made.clients[role] = Client()
        if role in made.users:
            made.clients[role].force_login(made.users[role])
    return made


def _introduce(made: Fair, state: str, firm: Record, institute: Record, now: datetime) -> None:
    def record(kind: str, owner: Record) -> Record:
        values = {
            "title": {"zh": f"{kind} {state}", "en": f"{kind} {state}"},
            "organisation": owner.key,
            "protected_detail": {"en": secret(f"{kind}detail", state)},
            "contact": {
                "name": "",
                "email": f"{secret(f'{kind}contact', state)}@leaks.example",
                "telephone": "",
            },
        }
        found = add_record(actor=system(made.hub.pk), kind_code=kind, values=values, now=now, publish=True)
        made.records.append(found)
        return found

    need, offer = record("need", firm), record("offer", institute)
    buyer, seller = made.actor("buyer"), made.actor("seller")
    block = None
    if state == "held":
        block = block_organisation(
            actor=seller, organisation_key=firm.key, for_organisation_id=institute.pk, now=now
        )
    introduction = ask_for_introduction(
        actor=buyer, target_key=offer.key, own_key=need.key, message=secret("message", state), limits=LIMITS,
        accepts_agreement=state == "detail", now=now,
    ).introduction  # fmt: skip
    if block is not None:
        block.delete()
    made.introductions[state] = introduction
    BrokerNote.objects.create(
        introduction=introduction,
        author=made.users["broker"],
        author_name="B",
        at=now,
        text=secret("note", state),
    )
    key = introduction.key
    if state in ("agreed", "detail", "ended"):
        agree_to_introduction(actor=seller, key=key, limits=LIMITS, now=now)
        file = io.BytesIO(f"{state},1\n".encode())
        message = send_message(
            actor=buyer,
            key=key,
            text=secret("thread", state),
            files=[(f"{secret('file', state)}.csv", file)],
            now=now,
        )
        made.files[state] = message.files.get().key
    if state in ("declined", "confidential"):
        decline_introduction(
            actor=seller, key=key, reason_code="scientific-doubt", is_confidential=state == "confidential",
            remark=secret("remark", state), now=now,
        )  # fmt: skip
    if state == "ended":
        take_back_introduction(actor=seller, key=key, now=now)


def test_pages_exports_and_history(fair: Fair) -> None:
    for role in ROLES:
        body = fair.all_that_is_read(role)
        for word, state in CASES:
            may = role in TABLE[word].get(state, set())
            # Colleagues and sides alike; what one person wrote is in their own export and on both sides' page.
            assert (secret(word, state) in body) == may, (role, word, state)
        assert "held_for" not in body
    # Whom a block keeps it from finds no trace of it; the page for what is not there repeats its own address.
    key = fair.introductions["held"].key
    for role in SELLING | {"left_the_seller"}:
        read = re.sub(rf"/(introductions|broker)/{key}/", "", fair.all_that_is_read(role))
        assert [read[found.start() - 80 : found.end() + 20] for found in re.finditer(key, read)] == [], role
        assert fair.clients[role].get(f"/en/introductions/{key}/").status_code == 404


def test_files_of_a_thread(fair: Fair) -> None:
    for role in ROLES:
        for state, file_key in fair.files.items():
            key = fair.introductions[state].key
            name = f"{secret('file', state)}.csv"
            response = fair.clients[role].get(f"/en/introductions/{key}/files/{file_key}/{name}")
            may = role in TABLE["file"][state]
            assert (response.status_code == 200) == may, (role, state)
            body = b"".join(response.streaming_content) if response.streaming else response.content
            assert (f"{state},1".encode() in body) == may, (role, state)
            assert fair.clients[role].get(f"/files/{file_key}/{name}").status_code == 404


def test_mail_carries_no_secret_and_goes_to_the_sides_alone(fair: Fair) -> None:
    now = timezone.now() + timedelta(minutes=1)
    queue_notices(now=now)
    send_due(now=now)
    assert mail.outbox
    for message in mail.outbox:
        text = f"{message.subject}\n{message.body}"
        assert re.findall(r"xq\w+", text) == [], text
        assert {fair.users[role].email for role in SIDES | {"left_the_seller"}} >= set(message.to)


def test_a_confidential_reason_is_read_by_its_own_side_alone(fair: Fair) -> None:
    confidential = fair.introductions["confidential"].key
    for role in ROLES:
        for page in (f"/en/introductions/{confidential}/", f"/en/broker/{confidential}/"):
            body = fair.clients[role].get(page).content.decode()
            told = "Scientific doubt" in body or "scientific-doubt" in body or "more evidence first" in body
            assert told == (role in SELLING and "broker" not in page), (role, page)
