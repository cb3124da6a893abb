"""The park manager's desk: what is listed, what can be written, and who keeps what."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from django.test import Client

from fairground.accounts.actors import Actor
from fairground.accounts.errors import EditConflictError, InvalidRecordError, NotAllowedError, NotFoundError
from fairground.accounts.keeping import end_place, give_place, kept_parks, kept_zones, state_park
from fairground.accounts.models import Hub, PlaceKeeper, Record, Revision
from fairground.accounts.services import add_record
from fairground.audit.models import Change
from fairground.collect.models import Platform
from fairground.database.tests.two_sessions import at_once
from fairground.language.local_text import LocalText
from fairground.meet.parks.services import state_space_of_platform
from fairground.places.models import Park, Zone

pytestmark = pytest.mark.django_db
Publish = Callable[..., Record]


@pytest.fixture
def publish(hub: Hub, clock_actor: Actor, now: datetime) -> Publish:
    def make(kind: str, title: str, **values: object) -> Record:
        return add_record(
            actor=clock_actor,
            kind_code=kind,
            now=now,
            publish=True,
            values={"title": {"zh": title}, **values},
        )

    return make


@pytest.fixture
def operator(publish: Publish) -> Record:
    return publish("organisation", "运营公司")


@pytest.fixture
def park(hub: Hub, operator: Record, now: datetime) -> Park:
    zone = Zone.objects.create(code="baoding", name=LocalText("保定", "Baoding"), region="130000")
    PlaceKeeper.objects.create(hub=hub, organisation_id=operator.pk, zone=zone, since=now)
    return Park.objects.create(
        name=LocalText("甲园", "Park A"), zone=zone, region="130600", free_space_m2=100
    )


def test_it_takes_the_role_and_the_organisation(
    park: Park, operator: Record, publish: Publish, make_actor: Callable[..., Actor]
) -> None:
    other = publish("organisation", "别家")
    Park.objects.create(name=LocalText("乙园", "Park B"), region="130600")
    for actor, parks in (
        (make_actor("park_manager", organisations=(operator.pk,)), [park]),
        (make_actor("park_manager", organisations=(other.pk,)), []),
        (make_actor("member", managed=(operator.pk,)), []),
        (make_actor("administrator"), []),
        (Actor(operator.hub_id), []),
    ):
        assert list(kept_parks(actor)) == parks
        assert [zone.code for zone in kept_zones(actor)] == (["baoding"] if parks else [])


def test_administrators_say_who_keeps_what(
    park: Park, publish: Publish, make_actor: Callable[..., Actor], now: datetime
) -> None:
    firm, administrator = publish("organisation", "新公司"), make_actor("administrator")
    keeper = give_place(actor=administrator, organisation_key=firm.key, park_key=park.key, now=now)
    assert (
        give_place(actor=administrator, organisation_key=firm.key, park_key=park.key, now=now).pk == keeper.pk
    )
    manager = make_actor("park_manager", organisations=(firm.pk,))
    assert list(kept_parks(manager)) == [park]
    assert [end_place(actor=administrator, keeper_id=keeper.pk, now=now) for _ in range(2)] == [True, False]
    assert list(kept_parks(manager)) == []
    assert list(Change.objects.filter(kind="place_keeper").values_list("action", flat=True)) == [
        "give",
        "end",
    ]
    for actor in (manager, make_actor("organiser")):
        with pytest.raises(NotAllowedError):
            give_place(actor=actor, organisation_key=firm.key, park_key=park.key, now=now)
    for values in ({"organisation_key": "x", "park_key": park.key}, {"organisation_key": firm.key},
                   {"organisation_key": firm.key, "park_key": park.key, "zone_code": "baoding"}):  # fmt: skip
        with pytest.raises(NotFoundError):
            give_place(actor=administrator, now=now, **values)


def test_a_park_states_its_space_with_the_day(
    park: Park, operator: Record, make_actor: Callable[..., Actor], now: datetime
) -> None:
    manager = make_actor("park_manager", organisations=(operator.pk,))
    state_park(actor=manager, key=park.key, version=1, free_space_m2=250, now=now)
    park.refresh_from_db()
    assert (park.free_space_m2, park.free_space_on, park.checked_on, park.version) == (
        250,
        now.date(),
        now.date(),
        2,
    )
    row = Change.objects.get(kind="park", key=park.key)
    assert (row.before["free_space_m2"], row.after["free_space_m2"]) == (100, 250)
    with pytest.raises(EditConflictError):
        state_park(actor=manager, key=park.key, version=1, free_space_m2=1, now=now)
    for wrong in (-1, 10**9):
        with pytest.raises(InvalidRecordError):
            state_park(actor=manager, key=park.key, version=2, free_space_m2=wrong, now=now)
    with pytest.raises(NotFoundError):
        state_park(actor=make_actor("administrator"), key=park.key, version=2, free_space_m2=1, now=now)
    state_park(actor=manager, key=park.key, version=2, free_space_m2=None, now=now)
    park.refresh_from_db()
    assert (park.free_space_m2, park.free_space_on) == (None, None)


def test_two_who_state_at_once_leave_one(
    park: Park,
    operator: Record,
    make_actor: Callable[..., Actor],
    now: datetime,
    shared_database: Callable[[], None],
) -> None:
    managers = [make_actor("park_manager", organisations=(operator.pk,)) for _ in range(2)]
    shared_database()
    outcomes = at_once(
        *(
            lambda actor=actor, space=space: (
                state_park(actor=actor, key=park.key, version=1, free_space_m2=space, now=now).free_space_m2
            )
            for actor, space in zip(managers, (300, 400), strict=True)
        )
    )
    (stands,) = at_once(lambda: Park.objects.get(pk=park.pk).free_space_m2)
    assert sorted(type(each).__name__ for each in outcomes) == ["EditConflictError", "int"]
    assert stands in outcomes


def test_a_published_platform_goes_by_an_editor_and_keeps_what_was_proposed(
    publish: Publish, operator: Record, make_actor: Callable[..., Actor], now: datetime
) -> None:
    platform = publish("platform", "平台", organisation=operator.key, free_space_m2=10)
    manager = make_actor("park_manager", organisations=(operator.pk,))
    Revision.objects.create(
        record_id=platform.pk, values={"services": {"zh": "新服务"}}, base_version=1, author_id=manager.user_id,
        created_at=now,
    )  # fmt: skip
    assert state_space_of_platform(actor=manager, key=platform.key, version=1, free_space_m2=20, now=now)
    revision = Revision.objects.get(record_id=platform.pk, state=Revision.State.OPEN)
    assert revision.values == {"services": {"zh": "新服务"}, "free_space_m2": 20, "checked_on": "2026-05-31"}
    assert Platform.objects.get(pk=platform.pk).free_space_m2 == 10
    draft = add_record(
        actor=manager,
        kind_code="platform",
        now=now,
        values={"title": {"zh": "草稿"}, "organisation": operator.key},
    )
    assert not state_space_of_platform(actor=manager, key=draft.key, version=1, free_space_m2=30, now=now)
    assert Platform.objects.get(pk=draft.pk).free_space_m2 == 30
    foreign = publish("platform", "别家的")
    with pytest.raises(NotAllowedError):
        state_space_of_platform(actor=manager, key=foreign.key, version=1, free_space_m2=1, now=now)


def test_the_desk_writes_what_was_changed_and_lists_what_is_old(
    park: Park, operator: Record, publish: Publish, sign_in: Callable[..., Client]
) -> None:
    place = {"organisation": operator.key, "zone": "baoding"}
    fresh = publish("platform", "刚核对", checked_on=datetime.now(UTC).date().isoformat(), **place)
    publish("platform", "很久没核对", checked_on="2020-01-01", free_space_m2=50, **place)
    publish("platform", "别家的平台", zone="baoding")
    client = sign_in("park_manager", organisations=(operator.pk,))
    body = client.get("/zh/park-desk/").content.decode()
    stale = body[body.index('id="stale"') :]
    assert ("很久没核对" in stale, "别家的平台" in stale, "刚核对" in stale) == (True, True, False)
    sent: dict[str, str] = {}
    for name, key, was, space in (("park", park.key, "100", "1,250"), ("platform", fresh.key, "", "７")):
        sent |= {
            f"{name}:{key}": space,
            f"was:{name}:{key}": was,
            f"version:{key}": "1",
            f"name:{key}": "此处",
        }
    answer = client.post("/zh/park-desk/", sent, follow=True).content.decode()
    park.refresh_from_db()
    assert (park.free_space_m2, "已更新1处" in answer, "此处 应为整数" in answer) == (1250, True, True)
    same = {f"park:{park.key}": "1250", f"was:park:{park.key}": "1250", f"version:{park.key}": "2"}
    assert "没有改动" in client.post("/zh/park-desk/", same, follow=True).content.decode()
    client.post("/zh/park-desk/", {**same, f"same:park:{park.key}": "1"})
    park.refresh_from_db()
    assert (park.version, park.checked_on) == (3, date.today())
    late = client.post("/zh/park-desk/", {**same, f"park:{park.key}": "9"}, follow=True).content.decode()
    assert "别人刚改过" in late
    assert client.post("/zh/park-desk/", {"park:nothere": "9"}).status_code == 404


def test_the_keepers_page(park: Park, publish: Publish, sign_in: Callable[..., Client]) -> None:
    firm = publish("organisation", "新公司")
    client = sign_in("administrator")
    client.post("/zh/park-desk/keepers/", {"place": f"park:{park.key}", "organisation": firm.key})
    body = client.get("/zh/park-desk/keepers/").content.decode()
    assert ("新公司" in body, "甲园" in body) == (True, True)
    wrong = client.post("/zh/park-desk/keepers/", {"place": "park:x", "organisation": "x"}, follow=True)
    assert "请从列表中选择" in wrong.content.decode()
    keeper = PlaceKeeper.objects.get(park=park)
    client.post("/zh/park-desk/keepers/", {"end": str(keeper.pk)})
    assert not PlaceKeeper.objects.filter(park=park).exists()
    assert sign_in("park_manager").get("/zh/park-desk/").status_code == 200
