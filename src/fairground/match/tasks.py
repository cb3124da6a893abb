"""The long work of this stage, as jobs know it."""

import logging
import os
import sys
import threading

from django.db import connections
from django.urls import reverse

from fairground.jobs.models import Job
from fairground.jobs.services import register_job_kind
from fairground.language.local_text import LocalText
from fairground.match.catalogue.following import follow_changes, is_behind
from fairground.match.two_lists_matching import match_two_lists
from fairground.match.two_lists_reading import read_lists

READ_LISTS = "match.read_lists"
TWO_LISTS = "match.two_lists"

_NICENESS = 15
_logger = logging.getLogger("fairground.match")
_beside: list[threading.Thread] = []


def match_news() -> bool:
    """Bring the pairs up to the log, beside the clock's other duties; tell whether there was anything to do.

    A thread of the clock's process: samples and vocabularies are built once there, and no long job stands before it.
    """
    if any(thread.is_alive() for thread in _beside) or not is_behind():
        return False
    _beside[:] = [threading.Thread(target=_follow, name="matches")]
    _beside[0].start()
    return True


def _follow() -> None:
    # Readers come first: on Linux a thread has a priority of its own.
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
    try:
        follow_changes()
    except Exception:
        _logger.exception("matching failed and will be tried again")
    finally:
        connections.close_all()


def register() -> None:
    """Make both jobs known to pages and workers."""
    register_job_kind(
        READ_LISTS,
        read_lists,
        label=LocalText("读取清单", "Reading the lists"),
        page=lambda job: reverse("match:two_lists_columns", args=[job.first_key]),
        again=lambda job: reverse("match:two_lists"),
    )
    register_job_kind(
        TWO_LISTS,
        match_two_lists,
        label=LocalText("两表对接", "Matching the two lists"),
        page=lambda job: reverse("match:two_lists_result", args=[job.key]),
        again=_back_to_columns,
    )


def _back_to_columns(job: Job) -> str:
    address: str = reverse("match:two_lists_columns", args=[job.first_key])
    return address
