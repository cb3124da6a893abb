"""The long work of this stage, as jobs know it."""

from django.urls import reverse

from fairground.jobs.models import Job
from fairground.jobs.services import register_job_kind
from fairground.language.local_text import LocalText
from fairground.match.two_lists_matching import match_two_lists
from fairground.match.two_lists_reading import read_lists

READ_LISTS = "match.read_lists"
TWO_LISTS = "match.two_lists"


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
