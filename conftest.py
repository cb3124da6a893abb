"""What every test of the portal starts from: a hub, people in their roles, and the clock."""

import gc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from fairground.accounts.actors import Actor, actor_for, system
from fairground.accounts.hubs import forget_hubs
from fairground.accounts.models import Hub, OrganisationMembership, RoleAssignment, User
from fairground.database.tests.two_sessions import shareable
from fairground.language.local_text import LocalText

# How fast an example is made or judged says how busy the machine is, nothing about the program.
hypothesis.settings.register_profile(
    "any machine",
    hypothesis.settings(deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]),
)
hypothesis.settings.load_profile("any machine")

_DATABASE_FIXTURES = {"db", "transactional_db", "live_server"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database", action="store_true", help="run the tests that use the database, and no others"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--database"):
        using = [
            item
            for item in items
            if _DATABASE_FIXTURES & set(getattr(item, "fixturenames", ()))
            or item.get_closest_marker("database")
        ]
        config.hook.pytest_deselected(items=[item for item in items if item not in using])
        items[:] = using


def pytest_collection_finish() -> None:
    """Spare the collector what stays to the end: it would go through all modules and tests again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let nobody hold the tests' database when it is removed: threads of tests that were stopped may."""
    yield
    with django_db_blocker.unblock():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )


@pytest.fixture
def now() -> datetime:
    # In the past of every machine: pages ask the real clock, and what begins now has begun there.
    return datetime(2026, 5, 31, 9, 30, tzinfo=UTC)


@pytest.fixture
def shared_database(transactional_db: None, tmp_path: Path) -> Iterator[Callable[[], None]]:
    """Give what to call when the data is there; from then on the threads of `at_once` see it."""
    with shareable(tmp_path) as share:
        yield share


@pytest.fixture
def hub(db: None) -> Hub:
    forget_hubs()
    # What earlier tests asked must not use up this one's limits: accounts and addresses are the same again.
    for cache in ("default", "limits"):
        caches[cache].clear()
    return Hub.objects.create(code="test", name=LocalText("测试枢纽", "Test hub"))


@pytest.fixture
def clock_actor(hub: Hub) -> Actor:
    """The system itself."""
    return system(hub.pk)


@pytest.fixture
def make_user(hub: Hub, now: datetime) -> Callable[..., User]:
    """Return a maker of accounts: roles in the hub, organisations they act for."""

    def make(*roles: str, organisations: tuple[int, ...] = (), managed: tuple[int, ...] = ()) -> User:
        number = User.objects.count() + 1
        user = User.objects.create_user(f"person{number}@example.org", name=f"Person {number}")
        for role in roles:
            RoleAssignment.objects.create(user=user, hub=hub, role=role, since=now)
        for organisation in (*organisations, *managed):
            OrganisationMembership.objects.create(
                user=user, organisation_id=organisation, is_manager=organisation in managed, since=now
            )
        return user

    return make


@pytest.fixture
def make_actor(hub: Hub, make_user: Callable[..., User], now: datetime) -> Callable[..., Actor]:
    """Return a maker of actors, see `make_user`."""

    def make(*roles: str, **memberships: tuple[int, ...]) -> Actor:
        return actor_for(make_user(*roles, **memberships), hub.pk, now=now)

    return make


@pytest.fixture
def sign_in(make_user: Callable[..., User]) -> Callable[..., Client]:
    """Return a maker of browsers in which somebody with these roles signed in; `client.user` is who."""

    def make(*roles: str, **memberships: tuple[int, ...]) -> Client:
        client = Client()
        user = make_user(*roles, **memberships)
        # Pages ask the real clock, which may be before the tests' own.
        RoleAssignment.objects.filter(user=user).update(since=datetime(2020, 1, 1, tzinfo=UTC))
        client.force_login(user)
        client.user = user
        return client

    return make
