"""docs/privacy.md names every part that is held on a person, in the order of the page that shows them."""

from datetime import timedelta
from pathlib import Path

from fairground.accounts.consent_texts import TEXTS
from fairground.accounts.held import held_parts
from fairground.jobs.kinds import job_kind
from fairground.match.services import KEPT_FOR
from fairground.match.tasks import READ_LISTS, TWO_LISTS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "privacy.md"


def told_parts() -> list[list[str]]:
    part = PAGE.read_text("utf-8").split("\n## ", 2)[1]
    lines = [line for line in part.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_every_part_that_is_held_is_told() -> None:
    told = [(name, zh) for name, zh, _, _ in told_parts()]
    assert sorted(told) == sorted((part.name, part.label.zh) for part in held_parts())


def test_what_stays_after_erasure_is_told() -> None:
    plainly_gone = {name for name, _, _, erased in told_parts() if erased == "goes"}
    assert plainly_gone == {part.name for part in held_parts() if not part.stays}


def test_the_texts_people_agree_to_are_named() -> None:
    page = " ".join(PAGE.read_text("utf-8").split())
    assert [text.code for text in TEXTS if (text.title.en or "") not in page] == []


def test_the_times_for_which_lists_are_kept_are_those_of_the_code() -> None:
    assert "an hour after the work is done" in PAGE.read_text("utf-8")
    assert {job_kind(name).kept_for for name in (READ_LISTS, TWO_LISTS)} == {timedelta(hours=1)}
    assert "for thirty days" in PAGE.read_text("utf-8")
    assert timedelta(days=30) == KEPT_FOR
