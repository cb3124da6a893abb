"""Role × visibility × state × owner → readable, and the index's terms against the database's answer."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import product

import pytest

from fairground.accounts.actors import Actor, actor_for, visitor
from fairground.accounts.core.roles import ROLES
from fairground.accounts.core.states import STATES
from fairground.accounts.models import Grant, Hub, Organisation, Record, User
from fairground.accounts.policies import audience, audience_of, can_review, is_owner, opened, owned, readable
from fairground.language.local_text import LocalText

VISIBILITIES = ("public", "members", "parties")
EDITORS = {"organiser", "administrator"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation(hub: Hub) -> Organisation:
    return Organisation.objects.create(
        hub=hub, kind="organisation", state="published", title=LocalText("示例·甲", "Example A")
    )


@pytest.fixture
def author(make_user: Callable[..., User]) -> User:
    return make_user("member")


@pytest.fixture
def records(hub: Hub, author: User, organisation: Organisation) -> dict[tuple[str, str, str], Record]:
    """One record for every state, visibility, and whether a person alone or an organisation answers for it."""
    return {
        (state, visibility, of): Record.objects.create(
            hub=hub,
            kind="offer",
            state=state,
            visibility=visibility,
            title=LocalText("示例", "Example"),
            created_by=author if of == "person" else None,
            organisation=organisation if of == "organisation" else None,
        )
        for state, visibility, of in product(STATES, VISIBILITIES, ("person", "organisation"))
    }


def _seen(actor: Actor, now: datetime) -> set[int]:
    return set(Record.objects.filter(readable(actor, now=now)).values_list("pk", flat=True))


def _expected(roles: set[str], state: str, visibility: str, *, owns: bool) -> bool:
    """The rule of the brief, written the other way round: from the record's side."""
    if roles & EDITORS or owns:
        return True
    if state != "published":
        return False
    return visibility == "public" or (visibility == "members" and bool(roles))


@pytest.mark.parametrize("role", [None, *ROLES])
def test_who_reads_what(
    role: str | None,
    records: dict[tuple[str, str, str], Record],
    make_actor: Callable[..., Actor],
    hub: Hub,
    now: datetime,
) -> None:
    actor = visitor(hub.pk) if role is None else make_actor(role)
    roles = set() if role is None else {role}
    seen = _seen(actor, now)

    for (state, visibility, _), record in records.items():
        expected = _expected(roles, state, visibility, owns=False)
        assert (record.pk in seen) == expected, (role, state, visibility)


@pytest.mark.parametrize("of", ["person", "organisation"])
def test_owners_read_their_own_in_every_state(
    of: str,
    records: dict[tuple[str, str, str], Record],
    author: User,
    organisation: Organisation,
    make_user: Callable[..., User],
    hub: Hub,
    now: datetime,
) -> None:
    user = author if of == "person" else make_user("member", organisations=(organisation.pk,))
    actor = actor_for(user, hub.pk, now=now)
    seen = _seen(actor, now)

    for (state, visibility, whose), record in records.items():
        assert (record.pk in seen) == _expected({"member"}, state, visibility, owns=whose == of)
        assert is_owner(actor, record) == (whose == of)
        assert Record.objects.filter(owned(actor), pk=record.pk).exists() == (whose == of)


def test_a_signed_in_person_without_a_role_is_no_member(
    records: dict[tuple[str, str, str], Record], make_actor: Callable[..., Actor], hub: Hub, now: datetime
) -> None:
    assert _seen(make_actor(), now) == _seen(visitor(hub.pk), now)


def test_nothing_of_one_hub_is_seen_in_another(
    records: dict[tuple[str, str, str], Record], make_user: Callable[..., User], author: User, now: datetime
) -> None:
    elsewhere = Hub.objects.create(code="other", domain="other.example.org")
    administrator = make_user("administrator", "organiser", "member")
    for user in (administrator, author):
        actor = actor_for(user, elsewhere.pk, now=now)
        assert _seen(actor, now) == set()
        assert not any(can_review(actor, record) or is_owner(actor, record) for record in records.values())


@pytest.mark.parametrize("role", ROLES)
def test_detail_and_contacts_open_for_owners_and_grants_alone(
    role: str,
    records: dict[tuple[str, str, str], Record],
    make_actor: Callable[..., Actor],
    author: User,
    now: datetime,
) -> None:
    actor = make_actor(role)
    for scope in ("protected", "contact"):
        assert not Record.objects.filter(opened(actor, scope, now=now)).exists()
        own = actor_for(author, actor.hub_id, now=now)
        found = Record.objects.filter(opened(own, scope, now=now))
        assert {record.created_by_id for record in found} == {author.pk}


def test_the_terms_of_the_index_answer_as_the_database_does(
    records: dict[tuple[str, str, str], Record],
    author: User,
    organisation: Organisation,
    make_user: Callable[..., User],
    hub: Hub,
    now: datetime,
) -> None:
    member = make_user("member", organisations=(organisation.pk,))
    granted, of_granted, bystander = make_user("member"), make_user(), make_user("broker")
    partner = Organisation.objects.create(hub=hub, kind="organisation", state="draft")
    partners = make_user("investor", managed=(partner.pk,))
    for number, record in enumerate(records.values()):
        common = {"record": record, "given_at": now, "reason": "test"}
        scope = Grant.Scope.values[number % 3]
        Grant.objects.create(user=granted, scope=scope, **common)
        if number % 2:
            Grant.objects.create(organisation=partner, scope=scope, **common)
        if number % 5 == 0:
            Grant.objects.create(user=of_granted, scope=scope, until=now + timedelta(hours=1), **common)
            Grant.objects.create(user=bystander, scope=scope, revoked_at=now, **common)
    users = [author, member, granted, of_granted, bystander, partners, *(make_user(role) for role in ROLES)]
    actors = [visitor(hub.pk), *(actor_for(user, hub.pk, now=now) for user in users)]
    assert len(actors) == 1 + 6 + len(ROLES)
    disagreeing = []
    for record in Record.objects.all():
        standing = list(Grant.objects.filter(record=record, revoked_at__isnull=True))
        terms = set(audience(record, standing))
        for actor in actors:
            by_index = bool(terms & set(audience_of(actor)))
            by_database = Record.objects.filter(readable(actor, now=now), pk=record.pk).exists()
            if by_index != by_database:
                disagreeing.append((record.state, record.visibility, record.kind, actor))
    assert disagreeing == []
