"""The kinds of long work: each stage registers its own when its app is ready."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from fairground.jobs.errors import UnknownJobKindError
from fairground.language.local_text import LocalText

if TYPE_CHECKING:
    from fairground.jobs.context import JobContext
    from fairground.jobs.models import Job

Work = Callable[["JobContext"], Mapping[str, Any] | None]


@dataclass(frozen=True, slots=True)
class JobKind:
    """One kind of work.

    run : does it; what it returns is the job's `result`
    label : what the person waits for
    page : the address to go on to when it is done; None stays on the job's page
    again : the address to start over from
    kept_for : how long row and folder stay after the work is over
    """

    name: str
    run: Work
    label: LocalText
    page: "Callable[[Job], str] | None" = None
    again: "Callable[[Job], str] | None" = None
    kept_for: timedelta = timedelta(hours=1)


_KINDS: dict[str, JobKind] = {}


def register_job_kind(
    name: str,
    run: Work,
    *,
    label: LocalText,
    page: "Callable[[Job], str] | None" = None,
    again: "Callable[[Job], str] | None" = None,
    kept_for: timedelta = timedelta(hours=1),
) -> None:
    """Make a kind of work known; to be called from AppConfig.ready, so that pages and workers know the same."""
    _KINDS[name] = JobKind(name, run, label, page, again, kept_for)


def job_kind(name: str) -> JobKind:
    """Return a kind by name. Raises UnknownJobKindError."""
    try:
        return _KINDS[name]
    except KeyError:
        raise UnknownJobKindError(name) from None
