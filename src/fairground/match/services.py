"""Comparing two lists that somebody brought: start, mend, match, keep, forget. Nothing is written to the catalogue."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from fairground.jobs.errors import JobFailedError
from fairground.jobs.folders import make_folder
from fairground.jobs.holders import Holder
from fairground.jobs.models import Job
from fairground.jobs.services import enqueue_job, keep_work
from fairground.match.tasks import READ_LISTS, TWO_LISTS
from fairground.match.two_lists import MOST_BYTES, BroughtList, free_space_is_enough, lay_down
from fairground.match.two_lists_reading import Chosen

KEPT_FOR = timedelta(days=30)


def read_brought_lists(
    *, holder: Holder, lists: Sequence[BroughtList], once: str, language: str, now: datetime
) -> Job:
    """Start a comparison of one or two lists; one alone is compared with the catalogue.

    Parameters
    ----------
    once : what the page that sent them was marked with; the same page sending the same files again starts nothing
    language : 'zh' or 'en', of the report

    Raises JobFailedError when the holder has too much under way, or the disk is full; nothing was started then.
    """
    digest = hashlib.sha256(f"{holder.user_id} {holder.mark} {once}".encode())
    for each in lists:
        digest.update(f"\n{each.side} {each.name} ".encode("utf-8", errors="replace"))
        for chunk in each.chunks():
            digest.update(chunk)
    if not free_space_is_enough(Path(settings.WORK_FOLDER), 4 * MOST_BYTES):
        raise JobFailedError(
            "服务器磁盘空间不足，文件没有保存。请稍后再试，或告诉管理员。",
            "The server's disk is almost full; the files were not stored. Try later, or tell the administrator.",
        )
    return enqueue_job(
        READ_LISTS,
        holder=holder,
        now=now,
        run_key=f"read {digest.hexdigest()}",
        prepare=lambda job: lay_down(make_folder(job.key), lists, language=language),
    )


def read_lists_again(
    *, holder: Holder, first: Job, columns: Chosen, placed: Mapping[str, str], once: str, now: datetime
) -> Job:
    """Read the lists of a comparison once more, with columns said by hand. Raises JobFailedError."""
    arguments = {"columns": columns, "placed": dict(placed)}
    return _go_on(READ_LISTS, holder, first, arguments, once, now)


def match_brought_lists(
    *, holder: Holder, first: Job, columns: Chosen, language: str, once: str, now: datetime
) -> Job:
    """Match the lists of a comparison with the columns as they are said to be. Raises JobFailedError."""
    return _go_on(TWO_LISTS, holder, first, {"columns": columns, "language": language}, once, now)


def _go_on(
    kind: str, holder: Holder, first: Job, arguments: Mapping[str, Any], once: str, now: datetime
) -> Job:
    said = json.dumps([first.key, once, arguments], sort_keys=True)
    return enqueue_job(
        kind,
        holder=holder,
        now=now,
        part_of=first.key,
        arguments=arguments,
        run_key=f"{kind} {hashlib.sha256(said.encode()).hexdigest()}",
    )


def keep_comparison(*, holder: Holder, key: str, now: datetime) -> datetime:
    """Keep a comparison for its owner; return until when. Raises Job.DoesNotExist, also for whoever did not sign in."""
    until = now + KEPT_FOR
    keep_work(holder=holder, key=key, until=until)
    return until
