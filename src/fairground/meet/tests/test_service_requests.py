"""Service requests: asking, answering, forwarding, reminders, who reads what, and races of two answers."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from fairground.accounts.actors import Actor, actor_for
from fairground.accounts.erasure import erase_person
from fairground.accounts.errors import NotAllowedError, NotFoundError
from fairground.accounts.models import Hub, Notice, PlaceKeeper, Record, User
from fairground.accounts.services import add_record
from fairground.audit.models import Change
from fairground.database.tests.two_sessions import at_once
from fairground.language.local_text import LocalText
from fairground.meet.core import service_requests as core
from fairground.meet.models import ServiceRequest, ServiceRequestStep
from fairground.meet.requests.policies import answered_by, asked_by, read_by
from fairground.meet.requests.services import (
    RequestRefusedError,
    answer_request,
    ask_for_service,
    forward_request,
    remind_of_requests,
    take_back_request,
    write_message,
)
from fairground.places.models import Park, Zone

pytestmark = pytest.mark.django_db
DAYS = 5


class Place:
    """A zone with a park, kept by an organisation; a platform in it of another one, and a second platform."""

    def __init__(self, hub: Hub, clock: Actor, make_actor: Callable[..., Actor], now: datetime) -> None:
        def publish(kind: str, title: str, **values: Any) -> Record:
            return add_record(
                actor=clock, kind_code=kind, now=now, publish=True, values={"title": {"zh": title}, **values}
            )

        self.zone = Zone.objects.create(code="baoding", name=LocalText("保定", "Baoding"), region="130000")
        self.park = Park.objects.create(name=LocalText("甲园", "Park A"), zone=self.zone, region="130600")
        self.operator, self.firm = publish("organisation", "运营公司"), publish("organisation", "平台公司")
        self.other_firm = publish("organisation", "另一家公司")
        PlaceKeeper.objects.create(hub=hub, organisation_id=self.operator.pk, zone=self.zone, since=now)
        self.platform = publish(
            "platform", "平台", organisation=self.firm.key, listed_park=self.park.key, zone="baoding"
        )
        self.other = publish("platform", "另一平台", organisation=self.other_firm.key)
        self.manager = make_actor("park_manager", managed=(self.operator.pk,))
        self.provider = make_actor("member", managed=(self.firm.pk,))
        self.other_provider = make_actor("member", managed=(self.other_firm.pk,))
        self.asker = make_actor("member")
        self.now = now

    def ask(self, actor: Actor | None = None, **values: Any) -> ServiceRequest:
        given = {"platform_key": self.platform.key, "service": "xqservice", "text": "xqtext", "per_week": 10}
        return ask_for_service(
            actor=actor or self.asker, answer_days=DAYS, **{"now": self.now, **given, **values}
        )


@pytest.fixture
def place(hub: Hub, clock_actor: Actor, make_actor: Callable[..., Actor], now: datetime) -> Place:
    return Place(hub, clock_actor, make_actor, now)


def events(request: ServiceRequest) -> list[str]:
    return [step.event for step in request.steps.all()]


def told(kind: str) -> set[int]:
    return set(Notice.objects.filter(kind=kind).values_list("user_id", flat=True))


def test_a_request_is_asked_accepted_and_done(place: Place) -> None:
    request = place.ask(wanted_by=date(2026, 7, 1))
    assert told("service_request_asked") == {place.provider.user_id, place.manager.user_id}
    answer_request(
        actor=place.provider,
        key=request.key,
        step=core.ACCEPT,
        text="xqword",
        now=place.now + timedelta(hours=3),
    )
    answer_request(actor=place.manager, key=request.key, step=core.FINISH, now=place.now + timedelta(days=2))
    request.refresh_from_db()
    assert (request.state, request.answered_at, request.ended_at) == (
        core.DONE, place.now + timedelta(hours=3), place.now + timedelta(days=2),
    )  # fmt: skip
    assert events(request) == [core.ASK, core.ACCEPT, core.FINISH]
    assert told("service_request") == {place.asker.user_id}
    log = Change.objects.filter(kind="service_request", key=request.key).order_by("pk")
    assert [row.action for row in log] == [core.ASK, core.ACCEPT, core.FINISH]
    assert "xq" not in "".join(f"{row.before}{row.after}{row.reason}" for row in log)
    assert "xq" not in "".join(f"{line.subject}{line.text}" for line in Notice.objects.all())


def test_a_second_same_step_changes_nothing_and_another_is_refused(place: Place) -> None:
    request = place.ask()
    for _ in range(2):
        answer_request(actor=place.provider, key=request.key, step=core.ACCEPT, now=place.now)
    assert events(request) == [core.ASK, core.ACCEPT]
    answer_request(
        actor=place.provider, key=request.key, step=core.DECLINE, reason_code="no_capacity", now=place.now
    )
    with pytest.raises(RequestRefusedError):
        answer_request(actor=place.provider, key=request.key, step=core.FINISH, now=place.now)
    with pytest.raises(RequestRefusedError):
        write_message(actor=place.asker, key=request.key, text="还有", now=place.now)


@pytest.mark.parametrize(("reason", "text"), [("", "x"), ("nothing", "x"), ("other", " ")])
def test_a_no_says_why(place: Place, reason: str, text: str) -> None:
    request = place.ask()
    with pytest.raises(RequestRefusedError):
        answer_request(
            actor=place.provider,
            key=request.key,
            step=core.DECLINE,
            reason_code=reason,
            text=text,
            now=place.now,
        )
    request.refresh_from_db()
    assert request.state == core.ASKED


def test_a_forwarded_request_goes_on_elsewhere(place: Place) -> None:
    request = place.ask()
    onward = forward_request(
        actor=place.manager, key=request.key, platform_key=place.other.key, answer_days=DAYS, now=place.now
    )
    again = forward_request(
        actor=place.manager, key=request.key, platform_key=place.other.key, answer_days=DAYS, now=place.now
    )
    assert (again.pk, onward.platform_id, onward.state, onward.service) == (
        onward.pk, place.other.pk, core.ASKED, "xqservice",
    )  # fmt: skip
    request.refresh_from_db()
    assert (request.state, request.answered_at) == (core.FORWARDED, place.now)
    assert ServiceRequest.objects.filter(answered_by(place.other_provider)).get().pk == onward.pk
    assert set(ServiceRequest.objects.filter(asked_by(place.asker))) == {request, onward}
    Record.objects.filter(pk=place.other.pk).update(visibility="parties")
    second = place.ask()
    for key in (place.other.key, place.platform.key, "nothere"):
        with pytest.raises(RequestRefusedError):
            forward_request(
                actor=place.manager, key=second.key, platform_key=key, answer_days=DAYS, now=place.now
            )


def test_who_reads_and_answers(place: Place, make_actor: Callable[..., Actor], now: datetime) -> None:
    request = place.ask()
    at_park = place.ask(platform_key="", park_key=place.park.key)
    no_role = make_actor("member", managed=(place.operator.pk,))
    no_place = make_actor("park_manager", managed=(place.other_firm.pk,))
    for actor, both in (
        (place.asker, {request, at_park}), (place.manager, {request, at_park}), (place.provider, {request}),
        (place.other_provider, set()), (no_role, set()), (no_place, set()), (make_actor("administrator"), set()),
        (make_actor("organiser"), set()), (make_actor("broker"), set()), (Actor(place.asker.hub_id), set()),
    ):  # fmt: skip
        assert set(ServiceRequest.objects.filter(read_by(actor))) == both, actor
    for actor in (place.asker, place.other_provider, no_role, no_place, make_actor("administrator")):
        with pytest.raises(NotFoundError):
            answer_request(actor=actor, key=request.key, step=core.ACCEPT, now=now)
    with pytest.raises(NotFoundError):
        take_back_request(actor=place.provider, key=request.key, now=now)


def test_what_cannot_be_asked(place: Place, now: datetime) -> None:
    for values, error in (
        ({"platform_key": "nothere"}, NotFoundError), ({"platform_key": "", "park_key": "x"}, NotFoundError),
        ({"service": "  "}, RequestRefusedError), ({"wanted_by": date(2020, 1, 1)}, RequestRefusedError),
        ({"organisation_id": place.firm.pk}, NotAllowedError), ({"actor": Actor(place.asker.hub_id)}, NotAllowedError),
    ):  # fmt: skip
        with pytest.raises(error):
            place.ask(**values)
    Record.objects.filter(pk=place.platform.pk).update(visibility="parties")
    with pytest.raises(NotFoundError):
        place.ask()
    assert ServiceRequest.objects.count() == 0


def test_asking_has_a_quota_and_a_mark(place: Place) -> None:
    first = place.ask(once="a", per_week=2)
    assert place.ask(once="a", per_week=2).pk == first.pk
    place.ask(per_week=2)
    with pytest.raises(RequestRefusedError):
        place.ask(per_week=2)
    assert place.ask(per_week=2, now=place.now + timedelta(days=7, seconds=1)).pk


def test_reminders_then_the_end(place: Place) -> None:
    request = place.ask()
    for days, state, reminded in ((4, core.ASKED, 0), (5, core.ASKED, 1), (6, core.ASKED, 1), (10, core.ASKED, 2),
                                  (15, core.ASKED, 3), (20, core.EXPIRED, 3), (40, core.EXPIRED, 3)):  # fmt: skip
        remind_of_requests(answer_days=DAYS, now=place.now + timedelta(days=days))
        request.refresh_from_db()
        assert (request.state, request.reminded) == (state, reminded), days
    answered = place.ask()
    answer_request(actor=place.provider, key=answered.key, step=core.ACCEPT, now=place.now)
    assert remind_of_requests(answer_days=DAYS, now=place.now + timedelta(days=90)) == 0


def test_a_clock_that_slept_does_not_remind_all_at_once(place: Place) -> None:
    request = place.ask()
    later = place.now + timedelta(days=60)
    assert [remind_of_requests(answer_days=DAYS, now=later) for _ in range(3)] == [1, 0, 0]
    request.refresh_from_db()
    assert (request.reminded, request.remind_at) == (1, later + timedelta(days=DAYS))


def test_erasing_a_person_takes_their_words(place: Place, now: datetime) -> None:
    request = place.ask()
    write_message(actor=place.asker, key=request.key, text="xqmessage", now=now)
    erase_person(user_id=place.asker.user_id or 0, hub_id=place.asker.hub_id, now=now)
    request.refresh_from_db()
    assert (request.state, request.asker_id, request.text) == (core.WITHDRAWN, None, "")
    left = [request.service, *ServiceRequestStep.objects.values_list("text", flat=True)]
    assert "xq" not in "".join(left)


def test_two_answers_at_once_make_one(
    place: Place, shared_database: Callable[[], None], now: datetime
) -> None:
    request = place.ask()
    shared_database()

    def accept() -> str:
        return answer_request(actor=place.provider, key=request.key, step=core.ACCEPT, now=now).state

    def decline() -> str:
        return answer_request(
            actor=place.manager, key=request.key, step=core.DECLINE, reason_code="unclear", now=now
        ).state

    def forward(actor: Actor) -> str:
        return forward_request(
            actor=actor, key=request.key, platform_key=place.other.key, answer_days=DAYS, now=now
        ).key

    outcomes = at_once(
        accept, accept, lambda: forward(place.provider), lambda: forward(place.manager), decline
    )
    assert [
        each for each in outcomes if isinstance(each, Exception) and not isinstance(each, RequestRefusedError)
    ] == []

    def read() -> tuple[str, list[str], int]:
        standing = ServiceRequest.objects.get(pk=request.pk)
        return standing.state, events(standing)[1:], ServiceRequest.objects.count()

    ((state, steps, count),) = at_once(read)
    assert len(steps) == len(set(steps)), steps
    assert (state, steps[-1]) in ((core.DECLINED, core.DECLINE), (core.FORWARDED, core.FORWARD))
    assert count == (2 if state == core.FORWARDED else 1)


def test_a_form_sent_twice_at_once_makes_one(place: Place, shared_database: Callable[[], None]) -> None:
    shared_database()
    outcomes = at_once(*[lambda: place.ask(once="same").pk] * 3, *[lambda: place.ask(per_week=1).pk] * 2)
    (marked,) = at_once(lambda: ServiceRequest.objects.filter(once="same").count())
    (whole,) = at_once(ServiceRequest.objects.count)
    # The first of the two without a mark may come before the others; the second is always over its quota.
    assert (marked, whole in (1, 2)) == (1, True)
    refused = [each for each in outcomes if isinstance(each, Exception)]
    assert [type(each) for each in refused if not isinstance(each, RequestRefusedError)] == []
    assert refused != []


@pytest.mark.parametrize("rows", [1, 3])
def test_pages_of_both_sides(
    place: Place, hub: Hub, rows: int, django_assert_max_num_queries: Callable[..., Any], now: datetime
) -> None:
    made = [place.ask() for _ in range(rows)]
    for actor in (place.asker, place.provider, place.manager):
        client = Client()
        client.force_login(User.objects.get(pk=actor.user_id))
        _since_long(actor)
        for address in ("/en/services/", f"/en/services/{made[0].key}/", "/zh/services/",
                        f"/en/services/ask/?platform={place.platform.key}"):  # fmt: skip
            client.get(address)
            with django_assert_max_num_queries(12):
                response = client.get(address)
            assert response.status_code == 200
        body = client.get(f"/en/services/{made[0].key}/").content.decode()
        assert ("xqtext" in body, "/accept/" in body, "/take_back/" in body) == (
            True, actor is not place.asker, actor is place.asker,
        )  # fmt: skip
    desk = Client()
    desk.force_login(User.objects.get(pk=place.manager.user_id))
    desk.get("/en/park-desk/")
    with django_assert_max_num_queries(12):
        body = desk.get("/en/park-desk/").content.decode()
    assert (body.count("xqservice"), "Park A" in body, "never" in body) == (rows, True, True)
    stranger = Client()
    stranger.force_login(User.objects.get(pk=place.other_provider.user_id))
    _since_long(place.other_provider)
    for address in (f"/en/services/{made[0].key}/", "/en/park-desk/", "/en/park-desk/keepers/"):
        assert stranger.get(address).status_code == 404
    assert Client().get("/en/services/").status_code == 302


def _since_long(actor: Actor) -> None:
    """Pages ask the real clock: what began at the tests' own `now` has begun there; the actor still reads the same."""
    assert actor_for(User.objects.get(pk=actor.user_id), actor.hub_id, now=datetime.now().astimezone()).roles


def test_a_wrong_answer_says_so_on_the_page(place: Place) -> None:
    request = place.ask()
    client = Client()
    client.force_login(User.objects.get(pk=place.provider.user_id))
    refused = client.post(f"/en/services/{request.key}/decline/", {"text": "x"})
    assert (refused.status_code, "Choose a reason" in refused.content.decode()) == (409, True)
    done = client.post(f"/en/services/{request.key}/accept/", {"text": "x"}, follow=True)
    assert (done.status_code, "Accepted" in done.content.decode()) == (200, True)
    assert client.post(f"/en/services/{request.key}/nonsense/").status_code == 404
    asker = Client()
    asker.force_login(User.objects.get(pk=place.asker.user_id))
    form = {
        "platform": place.platform.key,
        "service": "检测",
        "text": "",
        "wanted_by": "tomorrow",
        "once": "1",
    }
    assert asker.post("/zh/services/ask/", form).status_code == 409
    assert asker.post("/zh/services/ask/", {**form, "wanted_by": ""}).status_code == 302
