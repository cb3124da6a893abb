"""What results-and-needs lists print, and show to each role: words that stand in one record each."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from tests.security.test_leaks import CASES, EDITORS, REGIONS, SEES, Market, market, name_of

from fairground.accounts.actors import actor_for, system
from fairground.accounts.models import Record
from fairground.accounts.services import change_record, move_record
from fairground.files.models import Attachment
from fairground.jobs.models import Job
from fairground.jobs.running import run_job
from fairground.match.models import ListEntry, ListIssue
from fairground.match.results_list.choosing import Choice
from fairground.match.results_list.tasks import FILES, keep_lists_true
from fairground.match.results_list.tests.list_parts import all_words, contents_of, issued, made_list

__all__ = ["market"]
pytestmark = pytest.mark.django_db
OPEN = ("public", "published")
SECRET_PARTS = ("firstdetail", "seconddetail", "contact", "person")


@pytest.fixture(autouse=True)
def _folders(settings: Any, tmp_path: Path) -> None:
    settings.WORK_FOLDER = tmp_path / "work"


@pytest.fixture
def issue(market: Market) -> ListIssue:
    """A version of everything, published, as a workbook."""
    now = timezone.now()
    clock = system(market.hub.pk)
    assert market.behind is not None
    assert market.partner is not None
    for record, region in ((market.behind, "440000"), (market.partner, "450000")):
        version = Record.objects.get(pk=record.pk).version
        change_record(actor=clock, key=record.key, values={"region": region}, version=version, now=now)
    organiser = actor_for(market.users["organiser"], market.hub.pk, now=now)
    results_list = made_list(organiser, now, Choice((*REGIONS, "440000"), ("450000",)))
    made = issued(organiser, results_list, now)
    publish(made, market)
    return made


def publish(issue: ListIssue, market: Market) -> None:
    now = timezone.now()
    for role, move in (("organiser", "submit"), ("administrator", "publish")):
        record = Record.objects.get(pk=issue.publication_id)
        actor = actor_for(market.users[role], market.hub.pk, now=now)
        move_record(actor=actor, key=record.key, move=move, version=record.version, now=now)


def test_no_file_of_a_list_holds_what_is_not_public(market: Market, issue: ListIssue, tmp_path: Path) -> None:
    now = timezone.now()
    organiser = actor_for(market.users["organiser"], market.hub.pk, now=now)
    issue = issued(organiser, issue.results_list, now, "zh", "en", "both")
    files = contents_of(issue)
    assert sorted(name.rpartition(".")[2] for name in files) == ["pdf", "pdf", "pdf", "xlsx"]
    for file in files.items():
        words = all_words([file], tmp_path)
        assert f"{name_of(*OPEN)}title" in words
        assert "xqbehindtitle" in words
        for case in CASES:
            for part in ("title", "summary", "sentence", *SECRET_PARTS):
                may = case == OPEN and part not in SECRET_PARTS
                assert (f"{name_of(*case)}{part}" in words) <= may, (file[0], case, part)
        for secret in ("xqhiddenfirm", "xqhiddenalias", "@leaks.example", "5550"):
            assert secret not in words, (file[0], secret)
    kept = str(list(ListEntry.objects.values_list("facts", flat=True))) + str(issue.hints)
    for case in CASES:
        assert (f"{name_of(*case)}title" in kept) == (case == OPEN)
    assert "xqhiddenfirm" not in kept


@pytest.mark.parametrize("role", SEES)
def test_pages_of_a_list_show_each_role_the_same(market: Market, issue: ListIssue, role: str) -> None:
    key = issue.results_list.key
    if role == "elsewhere":
        client = market.clients[role]
        response = client.get(f"/en/lists/{key}/1/", headers={"host": "elsewhere.example"})
        assert response.status_code == 404
        return
    for language in ("zh", "en"):
        body = market.text(role, f"/{language}/lists/{key}/1/")
        assert market.keys_in(body) == {OPEN}
        assert f"{name_of(*OPEN)}title" in body
        assert "xqhiddenfirm" not in body
        assert key in market.text(role, f"/{language}/lists/")
        market.text(role, f"/{language}/lists/{key}/")


@pytest.mark.parametrize("role", SEES)
def test_a_draft_version_is_seen_by_its_maker_and_editors(
    market: Market, issue: ListIssue, role: str
) -> None:
    now = timezone.now()
    broker = actor_for(market.users["broker"], market.hub.pk, now=now)
    draft = issued(broker, issue.results_list, now)
    may = role in EDITORS | {"broker"}
    address = f"/en/lists/{issue.results_list.key}/{draft.number}/"
    market.text(role, address, status=(200 if may else 404,))
    lists = market.text(role, f"/en/lists/{issue.results_list.key}/", status=(200, 404))
    assert (f"/{draft.number}/" in lists) == may
    for file in Attachment.objects.filter(record_key=draft.publication.key):
        response = market.clients[role].get(f"/files/{file.key}/{file.name}")
        assert response.status_code == (200 if may else 404)
        response.close()


def test_what_is_withdrawn_or_hidden_is_gone_from_page_files_and_change_note(
    market: Market, issue: ListIssue, tmp_path: Path
) -> None:
    now = timezone.now()
    clock = system(market.hub.pk)
    key = market.keys[OPEN]
    version = Record.objects.get(key=key).version
    change_record(actor=clock, key=key, values={"visibility": "members"}, version=version, now=now)
    word = name_of(*OPEN)
    number = ListEntry.objects.get(issue=issue, record_key=key).number

    page = market.text("organiser", f"/en/lists/{issue.results_list.key}/1/")
    assert (f"{word}title" in page, key in page, f"R-{number:03d}" in page) == (False, False, True)

    keep_lists_true(now + timedelta(seconds=1))
    assert contents_of(issue) == {}
    assert word not in str(list(ListEntry.objects.values_list("facts", flat=True)))
    for job in Job.objects.filter(kind=FILES):
        run_job(job.key)
    issue.refresh_from_db()
    words = all_words(contents_of(issue).items(), tmp_path)
    assert (word in words, "xqbehindtitle" in words, f"R-{number:03d}" in words) == (False, True, True)

    organiser = actor_for(market.users["organiser"], market.hub.pk, now=now)
    second = issued(organiser, issue.results_list, now, "zh")
    assert [(each.number, each.reason) for each in second.changes.gone] == [(f"R-{number:03d}", "withdrawn")]
    words = all_words(contents_of(second).items(), tmp_path)
    assert (word in words, f"R-{number:03d}" in words, "已撤下" in words) == (False, True, True)
    for language, said in (("zh", "已撤下"), ("en", "withdrawn")):
        page = market.text("organiser", f"/{language}/lists/{issue.results_list.key}/2/")
        assert (word in page, said in page) == (False, True)
