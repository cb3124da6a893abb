"""The pages of lists: both languages, counts first, faults beside their field, no query that grows with rows."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from fairground.accounts.actors import Actor
from fairground.accounts.services import move_record
from fairground.jobs.models import Job
from fairground.jobs.running import run_job
from fairground.match.models import ListIssue, ResultsList
from fairground.match.results_list.tests.list_parts import issued, made_list, paired, published
from fairground.publish.models import Publication

pytestmark = pytest.mark.django_db
CHOSEN = {"supply": ["110000"], "demand": ["130000"], "sides": ["offer", "need"], "once": "x"}


@pytest.fixture(autouse=True)
def _folders(settings: Any, tmp_path: Path) -> None:
    settings.WORK_FOLDER = tmp_path / "work"
    settings.RATE_LIMITS = {}


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def records(clock_actor: Actor, now: datetime) -> None:
    for number in (1, 2, 3):
        offer = published(clock_actor, "offer", f"Offer {number}", now + timedelta(seconds=number))
        need = published(clock_actor, "need", f"Need {number}", now + timedelta(seconds=number))
        paired(need, offer, now, sentence="误差 0.5 mm")


def publish(issue: ListIssue, make_actor: Callable[..., Actor], clock: Actor, now: datetime) -> None:
    for move in ("submit", "publish"):
        record = Publication.objects.get(pk=issue.publication_id)
        move_record(actor=clock, key=record.key, move=move, version=record.version, now=now)


def test_without_a_list_the_page_says_who_makes_one(hub: Any) -> None:
    body = Client().get("/zh/lists/").content.decode()
    assert "还没有清单" in body
    assert "/zh/lists/new/" not in body
    assert "There is no list yet" in Client().get("/en/lists/").content.decode()


def test_the_form_counts_before_anything_is_made(records: None, sign_in: Callable[..., Client]) -> None:
    client = sign_in("broker")
    body = client.get("/zh/lists/new/").content.decode()
    assert "北京市 (3)" in body
    body = client.post("/zh/lists/new/", {**CHOSEN, "do": "count"}).content.decode()
    assert "成果 3 项，需求 3 条" in body
    assert "北京—河北科技成果及需求清单" in body
    assert (ResultsList.objects.count(), Job.objects.count()) == (0, 0)


def test_a_fault_stands_beside_its_field_and_nothing_is_made(
    records: None, sign_in: Callable[..., Client]
) -> None:
    client = sign_in("broker")
    response = client.post(
        "/en/lists/new/", {"supply": ["110000"], "sides": ["offer"], "do": "make", "once": "x"}
    )
    assert response.status_code == 422
    body = response.content.decode()
    assert "Choose at least one." in body
    assert 'value="110000" ' in body
    response = client.post("/en/lists/new/", {**CHOSEN, "demand": ["440000"], "do": "make"})
    assert response.status_code == 422
    assert ResultsList.objects.count() == 0


def test_a_choice_that_holds_nothing_is_refused_with_what_to_do(
    records: None, sign_in: Callable[..., Client]
) -> None:
    response = sign_in("broker").post(
        "/zh/lists/new/", {**CHOSEN, "fields_wanted": ["science-culture"], "do": "make"}
    )
    assert response.status_code == 409
    assert "请放宽领域" in response.content.decode()


def test_from_the_form_to_a_version_with_its_files(records: None, sign_in: Callable[..., Client]) -> None:
    client = sign_in("registrar")
    values = {**CHOSEN, "do": "make", "title_zh": "京冀\x07<b>清单</b>", "editions": ["zh"]}
    response = client.post("/zh/lists/new/", values)
    job = Job.objects.get()
    assert response.headers["Location"] == f"/zh/jobs/{job.key}/"
    assert client.post("/zh/lists/new/", values).headers["Location"] == f"/zh/jobs/{job.key}/"
    run_job(job.key)
    address = client.get(f"/zh/jobs/{job.key}/").headers["Location"]
    body = client.get(address).content.decode()
    assert "京冀&lt;b&gt;清单&lt;/b&gt;" in body
    assert "查看草稿并提交审核" in body
    assert [word in body for word in ("R-001", "N-003", "Offer 1成果", "中文版", "这是第一版。")] == [
        True
    ] * 5
    assert Client().get(address).status_code == 404
    assert ResultsList.objects.get().title.en == "Results and needs: Beijing – Hebei"


def test_the_versions_page_tells_what_changed(
    records: None, make_actor: Callable[..., Actor], clock_actor: Actor, now: datetime
) -> None:
    organiser = make_actor("organiser")
    results_list = made_list(organiser, now)
    publish(issued(organiser, results_list, now), make_actor, clock_actor, now)
    published(clock_actor, "offer", "Later", now + timedelta(hours=1))
    publish(issued(organiser, results_list, now), make_actor, clock_actor, now)
    body = Client().get(f"/en/lists/{results_list.key}/2/").content.decode()
    assert [word in body for word in ("Last version: version 1", "R-004", "Later")] == [True] * 3
    assert "/make/" not in Client().get(f"/zh/lists/{results_list.key}/").content.decode()


@pytest.mark.parametrize("role", ["member", "offerer"])
def test_others_are_told_who_makes_lists(role: str, records: None, sign_in: Callable[..., Client]) -> None:
    client = sign_in(role)
    assert client.get("/en/lists/new/").status_code == 403
    assert client.post("/en/lists/new/", {**CHOSEN, "do": "make"}).status_code == 403
    assert ResultsList.objects.count() == 0


def test_visitors_are_led_to_sign_in(records: None) -> None:
    assert "login" in Client().get("/en/lists/new/").headers["Location"]
    assert "login" in Client().post("/en/lists/new/", CHOSEN).headers["Location"]


def test_a_making_button_of_another_hubs_list_answers_as_an_unknown_one(
    records: None, sign_in: Callable[..., Client]
) -> None:
    assert sign_in("organiser").post("/en/lists/000000000000/make/", {"once": "x"}).status_code == 404


def test_the_publications_page_leads_to_the_version(
    records: None, make_actor: Callable[..., Actor], clock_actor: Actor, now: datetime
) -> None:
    organiser = make_actor("organiser")
    issue = issued(organiser, made_list(organiser, now), now)
    publish(issue, make_actor, clock_actor, now)
    body = Client().get(f"/en/publication/{issue.publication.key}/").content.decode()
    assert f"/en/lists/{issue.results_list.key}/1/" in body
