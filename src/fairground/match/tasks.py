"""The long work of this stage, as jobs know it."""

from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django_tasks import task

from fairground.accounts.models import Hub
from fairground.jobs.models import Job
from fairground.jobs.services import register_job_kind
from fairground.language.local_text import LocalText
from fairground.match.catalogue import match_hub, news_to_match
from fairground.match.two_lists_matching import match_two_lists
from fairground.match.two_lists_reading import read_lists

READ_LISTS = "match.read_lists"
TWO_LISTS = "match.two_lists"

# The last change of each hub that a task was started for; forgotten with the process: one task more does no harm.
_started: dict[int, datetime] = {}


@task()
def match_again(hub_id: int) -> None:
    """Match a hub's catalogue anew."""
    match_hub(hub_id, now=timezone.now())


def match_news() -> int:
    """Start matching for every hub whose offers or needs changed since; return how many. Called by the clock."""
    started = 0
    for hub_id in Hub.objects.values_list("pk", flat=True):
        newest = news_to_match(hub_id)
        if newest and _started.get(hub_id) != newest:
            _started[hub_id] = newest
            match_again.enqueue(hub_id)
            started += 1
    return started


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
