"""What is held on one person is shown, exported and erased: every model of the house is walked."""

import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import models
from django.test import Client

from fairground.accounts import memberships
from fairground.accounts.actors import Actor, actor_for
from fairground.accounts.consents import give_consents, has_consent, texts_in_force, withdraw_consent
from fairground.accounts.core.structures import Contact, Position, Provenance
from fairground.accounts.erasure import erase_person, erased_address
from fairground.accounts.errors import LastManagerError, NotAllowedError
from fairground.accounts.held import everything_held, held_parts
from fairground.accounts.models import (
    Consent,
    Grant,
    Hub,
    JoinRequest,
    Organisation,
    Person,
    Record,
    Revision,
    User,
)
from fairground.accounts.organisations import create_organisation
from fairground.accounts.roles import end_role, give_role
from fairground.accounts.services import add_record, move_record, propose_revision
from fairground.accounts.words import HELD_NAMES
from fairground.audit.models import Change
from fairground.audit.services import record_change
from fairground.language.local_text import LocalText
from fairground.mail.services import queue_mail

NAME = "Canary Quillfeather"
ADDRESS = "canary.quillfeather@example.org"
TELEPHONE = "+86 10 5550 1234"
MARKS = ("quillfeather", "5550 1234", "canary")
PASSWORD = "a long enough pass phrase"

# Every field of the account, and what erasure makes of it. A new one fails the test until it stands here.
USER_FIELDS = {
    "id": "stays: the history refers to it",
    "password": "made unusable",
    "last_login": "blanked",
    "email": "replaced",
    "name": "blanked",
    "language": "set back",
    "is_active": "set to False",
    "created_at": "stays: a time alone",
    "erased_at": "set",
}
PERSON_FIELDS = {
    "record_ptr", "user", "positions", "expertise", "languages", "id", "key", "hub", "kind", "state", "visibility",
    "title", "summary", "keywords", "organisation", "region", "country", "zone", "fields", "trl", "demonstration",
    "provenance", "licence", "contact", "reference", "version", "created_at", "created_by", "changed_at",
    "changed_by", "submitted_by", "published_at", "valid_until",
}  # fmt: skip
# Models that point to an account only to say who did something; what they hold is about something else.
POINT_TO_AN_AUTHOR = {"accounts.PlaceKeeper", "django_tasks_db.DBTaskResult"}


@pytest.fixture
def person(hub: Hub, make_user: Callable[..., User], now: datetime) -> User:
    """A person about whom every part of the house holds something."""
    user = make_user("member", "broker")
    user.name, user.email, user.language = NAME, ADDRESS, "en"
    user.set_password(PASSWORD)
    user.save()
    actor = actor_for(user, hub.pk, now=now)
    EmailAddress.objects.create(user=user, email=ADDRESS, verified=True, primary=True)
    Authenticator.objects.create(user=user, type="totp", data={"secret": "canary"})
    give_consents(user=user, texts=texts_in_force(now=now), now=now, hub_id=hub.pk)
    administrator = actor_for(make_user("administrator"), hub.pk, now=now)
    give_role(
        actor=administrator, user_id=user.pk, role="reviewer", now=now, reason="Quillfeather is an expert"
    )
    end_role(actor=administrator, user_id=user.pk, role="reviewer", now=now)
    _organisations(user, actor, make_user, hub, now)
    _records(user, actor, administrator, now)
    queue_mail(to=ADDRESS, language="en", subject=f"Dear {NAME}", text="Canary", now=now)
    return user


def _organisations(user: User, actor: Actor, make_user: Callable[..., User], hub: Hub, now: datetime) -> None:
    other = Organisation.objects.create(
        hub=hub, kind="organisation", state="published", title=LocalText("示例", "X")
    )
    manager = make_user("member", managed=(other.pk,))
    memberships.invite(
        actor=actor_for(manager, hub.pk, now=now), organisation_id=other.pk, email=ADDRESS, as_manager=False,
        address_of=lambda language, token: f"https://example.org/{token}", now=now, language="en",
    )  # fmt: skip
    third = Organisation.objects.create(
        hub=hub, kind="organisation", state="published", title=LocalText("示例", "Y")
    )
    memberships.ask_to_join(actor=actor, organisation_key=third.key, note="I am Quillfeather", now=now)
    create_organisation(
        actor=actor,
        values={"title": {"en": "Example works"}, "contact": {"name": NAME, "telephone": TELEPHONE}},
        now=now,
    )


def _records(user: User, actor: Actor, administrator: Actor, now: datetime) -> None:
    values = {
        "title": {"en": "Example need"},
        "contact": {"name": NAME, "email": ADDRESS, "telephone": TELEPHONE},
    }
    need = add_record(actor=actor, kind_code="need", values=values, now=now)
    move_record(actor=actor, key=need.key, move="submit", version=1, now=now)
    move_record(actor=administrator, key=need.key, move="publish", version=2, now=now)
    propose_revision(actor=actor, key=need.key, values=values, version=3, now=now, note="Quillfeather asks")
    # Somebody else's record names them as its contact.
    add_record(actor=administrator, kind_code="offer", values=values, now=now)
    Person.objects.create(
        hub_id=actor.hub_id,
        kind="person",
        user=user,
        title=LocalText("示例", NAME),
        summary=LocalText("", "Canary"),
        contact=Contact(NAME, ADDRESS, TELEPHONE),
        positions=(Position(role=LocalText("", "Canary keeper")),),
        expertise=LocalText("", "quillfeather"),
        reference="canary",
    )
    Grant.objects.create(record=need, user=user, scope="contact", reason="Quillfeather asked", given_at=now)


def _found_in(marks: tuple[str, ...]) -> dict[str, int]:
    """Return every column of every table of the house in which one of the marks stands."""
    found: dict[str, int] = {}
    for model in apps.get_models(include_auto_created=True):
        names = [field.attname for field in model._meta.concrete_fields]
        for row in model._base_manager.values_list(*names):
            for name, value in zip(names, row, strict=True):
                if any(mark in str(value).lower() for mark in marks):
                    where = f"{model._meta.label}.{name}"
                    found[where] = found.get(where, 0) + 1
    return found


def test_before_erasure_the_person_stands_in_many_tables(person: User) -> None:
    assert len(_found_in(MARKS)) >= 14


def test_after_erasure_nothing_of_the_person_stands_in_any_table(
    person: User, hub: Hub, now: datetime
) -> None:
    kept = Record.objects.exclude(kind="person").count()

    erase_person(user_id=person.pk, hub_id=hub.pk, now=now)

    assert _found_in(MARKS) == {}
    person.refresh_from_db()
    assert (person.email, person.name, person.is_active) == (erased_address(person.pk), "", False)
    assert not person.has_usable_password()
    assert Record.objects.exclude(kind="person").count() == kept
    assert Change.objects.filter(kind="account", action="erase").count() == 1
    assert {part.name for part in held_parts() if part.reader(person)} <= {"account", "log", "records"}


def test_erasing_twice_changes_nothing_more(person: User, hub: Hub, now: datetime) -> None:
    erase_person(user_id=person.pk, hub_id=hub.pk, now=now)
    rows = Change.objects.count()
    erase_person(user_id=person.pk, hub_id=hub.pk, now=now)
    assert Change.objects.count() == rows


def test_a_failure_halfway_erases_nothing(
    person: User, hub: Hub, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _found_in(MARKS)

    def fail(self: Any) -> None:
        raise RuntimeError("the machine stops here")

    monkeypatch.setattr(User, "set_unusable_password", fail)
    with pytest.raises(RuntimeError):
        erase_person(user_id=person.pk, hub_id=hub.pk, now=now)
    assert _found_in(MARKS) == before


def test_what_concerns_others_stays(
    person: User, hub: Hub, make_user: Callable[..., User], now: datetime
) -> None:
    other = make_user("member")
    foreign = Contact("Somebody else", "else@example.org", "1")
    shared = Organisation.objects.create(hub=hub, kind="organisation", state="published")
    theirs = Record.objects.create(
        hub=hub,
        kind="need",
        created_by=person,
        organisation=shared,
        contact=foreign,
        title=LocalText("", "N"),
    )
    JoinRequest.objects.create(organisation=shared, user=other, created_at=now, note="mine")
    queue_mail(to=other.email, language="en", subject="Yours", text="x", now=now)
    before = _found_in((other.email, "mine", "somebody else"))

    erase_person(user_id=person.pk, hub_id=hub.pk, now=now)

    theirs.refresh_from_db()
    assert theirs.contact == foreign
    assert _found_in((other.email, "mine", "somebody else")) == before


def test_a_speaker_whom_a_source_names_stays_without_the_account(
    person: User, hub: Hub, now: datetime
) -> None:
    Person.objects.filter(user=person).update(state="published")
    speaker = Person.objects.get(user=person)
    speaker.provenance = Provenance(address="https://example.org/programme")
    speaker.save()

    erase_person(user_id=person.pk, hub_id=hub.pk, now=now)

    speaker.refresh_from_db()
    assert (speaker.user_id, speaker.title.en, speaker.state) == (None, NAME, "published")
    assert speaker.contact == Contact()


def test_the_last_manager_names_a_successor_first(
    person: User, hub: Hub, make_user: Callable[..., User], now: datetime
) -> None:
    organisation = Organisation.objects.get(memberships__user=person)
    second = make_user("member", organisations=(organisation.pk,))
    with pytest.raises(LastManagerError):
        erase_person(user_id=person.pk, hub_id=hub.pk, now=now)
    assert User.objects.get(pk=person.pk).email == ADDRESS

    organisation.memberships.filter(user=second).update(is_manager=True)
    erase_person(user_id=person.pk, hub_id=hub.pk, now=now)
    assert set(organisation.memberships.values_list("user_id", flat=True)) == {second.pk}


def test_a_hubs_only_administrator_names_another_first(
    hub: Hub, make_user: Callable[..., User], now: datetime
) -> None:
    only = make_user("administrator")
    with pytest.raises(NotAllowedError):
        erase_person(user_id=only.pk, hub_id=hub.pk, now=now)
    make_user("administrator")
    erase_person(user_id=only.pk, hub_id=hub.pk, now=now)


def test_every_field_of_an_account_has_its_fate() -> None:
    assert {field.name for field in User._meta.concrete_fields} == set(USER_FIELDS)
    assert {field.name for field in Person._meta.concrete_fields} == PERSON_FIELDS


def test_every_model_that_points_to_an_account_has_a_part_that_answers_for_it() -> None:
    """A new model with a person's rows fails here until its app registers it (`held.register_held`)."""
    answered = {label for part in held_parts() for label in part.models}
    pointing = {
        model._meta.label
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey) and field.model is model and field.remote_field.model is User
    }
    # An address is personal wherever it stands, without a key too.
    with_addresses = {
        model._meta.label
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.EmailField) and field.model is model
    }
    assert (pointing | with_addresses) - POINT_TO_AN_AUTHOR - answered == set()
    assert answered - {model._meta.label for model in apps.get_models()} == set()


def test_the_export_holds_what_every_part_holds(person: User) -> None:
    held = everything_held(person)
    assert [name for name, rows in held.items() if not rows and name in _OWN_PARTS] == []
    text = json.dumps(held)
    for expected in (
        NAME,
        ADDRESS,
        TELEPHONE,
        "broker",
        "terms",
        "I am Quillfeather",
        "Example works",
        "need",
    ):
        assert expected in text
    assert "secret" not in text
    assert person.password not in text


_OWN_PARTS = {"account", "roles", "organisations", "consents", "person", "records", "grants", "mail", "log"}


def test_every_value_has_a_name_in_both_languages(person: User) -> None:
    names = {
        name for part in held_parts() if part.name != "person" for row in part.reader(person) for name in row
    }
    assert names - HELD_NAMES.keys() == set()
    assert len(names) > 30


def test_the_page_of_what_is_held_speaks_in_words(client: Client, person: User) -> None:
    """No column's name and no code of ours, in either language; what people typed stays as it is."""
    client.force_login(person)
    ours = re.compile(
        r"[a-z]+_[a-z]+|[{}\[\]]|\b(totp|protected|need|broker|published|submit|propose|give|membership)\b"
    )
    for part in _OWN_PARTS:
        for language in ("zh", "en"):
            body = (
                client.get(f"/{language}/me/privacy/?part={part}").content.decode().partition('id="held"')[2]
            )
            shown = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", body, re.S)
            assert shown, part
            typed = "Example need|I am|asks?|asked|expert"
            told = [
                (name, value)
                for name, value in shown
                if ours.search(name)
                or (ours.search(value) and not re.search(typed, value) and language == "zh")
            ]
            assert told == [], (part, language)


def test_a_person_exports_and_erases_on_the_pages(client: Client, person: User) -> None:
    client.force_login(person)
    exported = client.get("/en/me/privacy/export.json")
    assert json.loads(exported.content)["account"][0]["email"] == ADDRESS
    assert exported.headers["Content-Disposition"] == 'attachment; filename="held-on-me.json"'
    for part in _OWN_PARTS:
        assert client.get(f"/zh/me/privacy/?part={part}").status_code == 200

    for wrong in (
        {"password": "not it", "confirmation": "erase"},
        {"password": PASSWORD, "confirmation": "yes"},
    ):
        assert client.post("/en/me/privacy/erase/", wrong).status_code == 200
    assert User.objects.get(pk=person.pk).name == NAME

    other = Client()
    other.force_login(person)
    gone = client.post(
        "/en/me/privacy/erase/", {"password": PASSWORD, "confirmation": " Erase "}, follow=True
    )
    assert "Your account was erased" in gone.content.decode()
    assert other.get("/en/me/").status_code == 302
    sessions = [session.get_decoded().get("_auth_user_id") for session in Session.objects.all()]
    assert str(person.pk) not in sessions


def test_a_consent_is_taken_back_and_given_again(
    client: Client, person: User, hub: Hub, now: datetime
) -> None:
    client.force_login(person)
    digest = Consent.objects.get(user=person, text__code="digest")
    client.post("/en/me/privacy/", {"withdraw": digest.pk})
    assert not has_consent(person, "digest")
    client.post("/en/me/privacy/", {"give": "digest"})
    assert has_consent(person, "digest")
    assert Consent.objects.filter(user=person, text__code="digest").count() == 2

    required = Consent.objects.get(user=person, text__code="terms")
    with pytest.raises(NotAllowedError):
        withdraw_consent(user=person, consent_id=required.pk, now=now, hub_id=hub.pk)


def test_nobody_takes_back_the_consent_of_another(
    person: User, hub: Hub, make_user: Callable[..., User], now: datetime
) -> None:
    digest = Consent.objects.get(user=person, text__code="digest")
    withdraw_consent(user=make_user("member"), consent_id=digest.pk, now=now, hub_id=hub.pk)
    assert has_consent(person, "digest")


def test_a_revision_of_a_record_keeps_no_contact(person: User, hub: Hub, now: datetime) -> None:
    erase_person(user_id=person.pk, hub_id=hub.pk, now=now)
    revision = Revision.objects.get()
    assert (revision.note, "contact" in revision.values) == ("", False)
    assert revision.reason == ""


def test_reasons_in_the_log_go_unless_others_read_them(
    person: User, hub: Hub, make_user: Callable[..., User], now: datetime
) -> None:
    """What the person wrote of their own work, and what was written of them; a decision on others' work stays."""
    other = make_user("member")

    def log(actor: User, kind: str, key: str, action: str, reason: str, **values: Any) -> Change:
        return record_change(
            hub_id=hub.pk, at=now, actor_id=actor.pk, actor_name=actor.name, kind=kind, key=key, version=1,
            action=action, reason=reason, **values,
        )  # fmt: skip

    own = Record.objects.filter(created_by=person).exclude(kind="person").first()
    assert own is not None
    gone = [
        log(person, own.kind, own.key, "withdraw", "solved it myself"),
        log(person, "offer", "elsewhere", "change", "called them on the telephone"),
        log(person, "offer", "elsewhere", "return", f"ask {NAME}"),
        log(other, "offer", "elsewhere", "return", f"write to {ADDRESS.title()}"),
        log(other, own.kind, own.key, "return", f"{NAME} was to add a figure"),
        log(other, "role", f"user-{person.pk}", "end", "moved away"),
        log(other, "membership", "firm", "remove", "left us", before={"member": person.pk}),
    ]
    stays = [
        log(person, "offer", "elsewhere", "return", "say how large it is"),
        log(other, own.kind, own.key, "return", "say how large it is"),
        log(other, "offer", "elsewhere", "withdraw", "Canary Wharf moved"),
        log(other, "membership", "firm", "remove", "left us", before={"member": other.pk}),
    ]
    before = [row.reason for row in stays]

    erase_person(user_id=person.pk, hub_id=hub.pk, now=now)

    for row in (*gone, *stays):
        row.refresh_from_db()
    assert [row.reason for row in gone] == [""] * len(gone)
    assert [row.reason for row in stays] == before


def test_a_colleagues_open_revision_does_not_bring_a_contact_back(
    person: User, hub: Hub, make_user: Callable[..., User], now: datetime
) -> None:
    colleague = make_user("member")
    need = Record.objects.get(kind="need")
    # The person proposed the open one; these are a colleague's, of other records that name them.
    offer = Record.objects.get(kind="offer")
    works = Record.objects.get(kind="organisation", created_by=person)
    made = [
        Revision.objects.create(
            record=record,
            state=state,
            base_version=1,
            author=colleague,
            created_at=now,
            values=values,
            reason=f"ask {NAME}",
        )
        for record, state, values in (
            (offer, "open", {"contact": {"email": ADDRESS.upper(), "name": "x"}}),
            (works, "open", {"contact": {"name": NAME}, "summary": {"en": "kept"}}),
            (need, "returned", {"contact": {"name": "x", "telephone": TELEPHONE}}),
            (need, "accepted", {"contact": {"name": "Somebody else", "email": "else@example.org"}}),
        )
    ]

    erase_person(user_id=person.pk, hub_id=hub.pk, now=now)

    for revision in made:
        revision.refresh_from_db()
    assert [revision.values for revision in made] == [
        {}, {"summary": {"en": "kept"}}, {}, {"contact": {"name": "Somebody else", "email": "else@example.org"}},
    ]  # fmt: skip
    assert [revision.reason for revision in made] == [""] * 4
    assert _found_in(MARKS) == {}
