from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from fairground.accounts.actors import Actor
from fairground.accounts.errors import NotAllowedError, NotFoundError
from fairground.accounts.held import everything_held
from fairground.accounts.models import Hub, User
from fairground.audit.selectors import changes_of
from fairground.editions.models import Edition, EditionRole
from fairground.editions.roles import edition_roles, end_edition_role, give_edition_role


@pytest.fixture
def edition(hub: Hub) -> Edition:
    return Edition.objects.create(hub=hub, kind="edition", year=2024)


@pytest.fixture
def person(make_user: Callable[..., User]) -> User:
    return make_user("member")


def test_a_role_holds_in_its_edition_until_it_ends(
    edition: Edition, person: User, make_actor: Callable[..., Actor], now: datetime
) -> None:
    organiser = make_actor("organiser")
    other = Edition.objects.create(hub=edition.hub, kind="edition", year=2025)
    values = {"actor": organiser, "edition_id": edition.pk, "user_id": person.pk, "role": "reviewer"}
    first = give_edition_role(**values, now=now)
    assert give_edition_role(**values, now=now) == first
    assert edition_roles(person.pk, edition.pk, now=now) == {"reviewer"}
    assert edition_roles(person.pk, other.pk, now=now) == frozenset()
    assert everything_held(person)["edition_roles"][0]["edition"] == edition.key

    later = now + timedelta(days=1)
    assert end_edition_role(**values, now=later)
    assert not end_edition_role(**values, now=later)
    assert edition_roles(person.pk, edition.pk, now=later) == frozenset()
    assert [row.action for row in changes_of("role", f"user-{person.pk}")] == ["end", "give"]


@pytest.mark.parametrize(
    ("giver", "role", "allowed"),
    [
        ("member", "reviewer", False),
        ("organiser", "reviewer", True),
        ("organiser", "organiser", True),
        ("organiser", "administrator", False),
        ("administrator", "administrator", True),
        ("administrator", "visitor", False),
        ("administrator", "no such role", False),
    ],
)
def test_nobody_gives_more_than_they_have(
    giver: str,
    role: str,
    allowed: bool,
    edition: Edition,
    person: User,
    make_actor: Callable[..., Actor],
    now: datetime,
) -> None:
    values = {
        "actor": make_actor(giver),
        "edition_id": edition.pk,
        "user_id": person.pk,
        "role": role,
        "now": now,
    }
    if allowed:
        give_edition_role(**values)
    else:
        with pytest.raises(NotAllowedError):
            give_edition_role(**values)
    assert EditionRole.objects.count() == int(allowed)


def test_editions_of_other_hubs_are_unknown(
    edition: Edition, person: User, make_actor: Callable[..., Actor], now: datetime
) -> None:
    elsewhere = Hub.objects.create(code="other", domain="other.example.org")
    foreign = Edition.objects.create(hub=elsewhere, kind="edition", year=2024)
    with pytest.raises(NotFoundError):
        give_edition_role(
            actor=make_actor("administrator"),
            edition_id=foreign.pk,
            user_id=person.pk,
            role="reviewer",
            now=now,
        )
