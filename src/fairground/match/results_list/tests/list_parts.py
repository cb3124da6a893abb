"""What tests of lists begin with: records that could leak, pairs that quote them, and a list made of them."""

import subprocess
from collections.abc import Iterable
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
from django.core.files.storage import default_storage

from fairground.accounts.actors import Actor
from fairground.accounts.models import Record
from fairground.accounts.services import add_record
from fairground.files.models import Attachment
from fairground.jobs.holders import Holder
from fairground.jobs.models import Job
from fairground.jobs.running import run_job
from fairground.language.local_text import LocalText
from fairground.match.models import ListIssue, Match, ResultsList
from fairground.match.results_list.choosing import Choice
from fairground.match.results_list.services import set_up_list
from fairground.match.results_list.tasks import start_issue

BEIJING_TO_HEBEI = Choice(("110000",), ("130000",))
_KINDS = {"offer": "成果", "need": "需求", "organisation": "单位"}
TITLE = LocalText("京冀科技成果及需求清单", "Beijing–Hebei results and needs")


def published(clock: Actor, kind: str, title: str, now: datetime, **values: Any) -> Record:
    """Return a published record with `title` in both languages, in the region its kind has in these tests."""
    start: dict[str, Any] = {"title": {"zh": f"{title}{_KINDS[kind]}", "en": title}}
    if kind != "organisation":
        start |= {"region": "110000" if kind == "offer" else "130000", "fields": ["ai"]}
    return add_record(actor=clock, kind_code=kind, values={**start, **values}, now=now, publish=True)


def paired(
    need: Record, offer: Record, now: datetime, *, sentence: str = "", evidence: str = "enough"
) -> Match:
    """Return a kept pair whose reason quotes `sentence`."""
    judgement = {
        "verdict": "met" if sentence else "missing", "requirement": "测量误差不大于 1 mm", "sentence": sentence or None,
        "level": "must", "field": "summary", "reason_zh": "", "reason_en": "", "excluded": False,
    }  # fmt: skip
    return Match.objects.create(
        hub_id=need.hub_id, asking_id=need.pk, answering_id=offer.pk, kinds="need offer", score=0.83,
        rank_for_asking=1, rank_for_answering=1, evidence=evidence, method="test 1", made_at=now,
        reasons={"parts": {}, "judgements": [judgement], "flags": [], "shared_terms": []},
    )  # fmt: skip


def made_list(actor: Actor, now: datetime, choice: Choice = BEIJING_TO_HEBEI) -> ResultsList:
    """Return the list of a choice."""
    return set_up_list(actor=actor, title=TITLE, choice=choice, now=now)


def started(actor: Actor, results_list: ResultsList, now: datetime, *editions: str, once: str = "") -> Job:
    """Return the job that makes the next version, not run yet."""
    return start_issue(
        holder=Holder(actor.hub_id, actor.user_id),
        actor=actor,
        key=results_list.key,
        editions=editions,
        once=once or f"{now.isoformat()} {ListIssue.objects.count()} {Job.objects.count()}",
        now=now,
    )


def issued(actor: Actor, results_list: ResultsList, now: datetime, *editions: str) -> ListIssue:
    """Return the next version, made."""
    job = run_job(started(actor, results_list, now, *editions).key)
    assert job is not None
    assert job.state == Job.State.DONE, job.error
    return ListIssue.objects.get(results_list=results_list, number=job.result["number"])


def contents_of(issue: ListIssue) -> dict[str, bytes]:
    """Return the files of a version by their ending."""
    contents = {}
    for each in Attachment.objects.filter(record_key=issue.publication.key):
        with default_storage.open(each.stored_as, "rb") as file:
            contents[each.name] = file.read()
    return contents


def sheets_in(workbook: bytes) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of each sheet below its header."""
    book = openpyxl.load_workbook(BytesIO(workbook))
    return {sheet.title.split(" ")[1]: list(sheet.iter_rows(min_row=2, values_only=True)) for sheet in book}


def words_in(pdf: bytes, folder: Path) -> str:
    """Return the text of a PDF without spaces and line breaks."""
    path = folder / "words.pdf"
    path.write_bytes(pdf)
    said = subprocess.run(
        ["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True, text=True
    )
    return "".join(said.stdout.split()).replace("\u200b", "")


def all_words(files: Iterable[tuple[str, bytes]], folder: Path) -> str:
    """Return every word of the files of a version."""
    return "\n".join(
        words_in(content, folder) if name.endswith(".pdf") else str(sheets_in(content))
        for name, content in files
    )
