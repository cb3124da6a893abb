"""The portal's duties: what is done without anybody asking, and how often."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from fairground.accounts.actors import system
from fairground.accounts.grants import end_grants
from fairground.accounts.models import Hub
from fairground.accounts.services import expire_records
from fairground.collect.attachments import sweep_attachments
from fairground.database.statistics import refresh_statistics
from fairground.jobs.queue import revive_jobs, sweep_jobs
from fairground.mail.services import forget_sent, send_due
from fairground.match.tasks import match_news
from fairground.publish.core.search.errors import IndexBusyError
from fairground.publish.index import follow_log
from fairground.publish.saved import send_digests

_SENT_MAIL_KEPT = timedelta(days=30)  # that and when something was sent, for questions; its text goes at once


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing to do; a second call that finds nothing to do is harmless."""

    name: str
    every_s: float
    do: Callable[[], object]


def _follow() -> None:
    try:
        follow_log()
    except IndexBusyError:
        # An operator is rebuilding; what waits in the log is read afterwards.
        return


def _expire() -> None:
    for hub_id in Hub.objects.values_list("pk", flat=True):
        expire_records(actor=system(hub_id), now=timezone.now())
        end_grants(actor=system(hub_id), now=timezone.now())


def _digests() -> None:
    send_digests(now=timezone.now(), address_of_site=settings.ENVIRONMENT.address)


def duties() -> tuple[Duty, ...]:
    """Return all duties, the most frequent first."""
    return (
        Duty("index", 0.3, _follow),
        Duty("mail", 5, lambda: send_due(now=timezone.now())),
        Duty("matches", 10, match_news),
        Duty("digests", 60, _digests),
        Duty("validity", 60, _expire),
        Duty("sent mail", 3600, lambda: forget_sent(before=timezone.now() - _SENT_MAIL_KEPT)),
        Duty("jobs", 60, lambda: sweep_jobs(timezone.now())),
        Duty("lost jobs", 30, lambda: revive_jobs(timezone.now())),
        Duty("files", 3600, lambda: sweep_attachments(timezone.now())),
        Duty("statistics", 43200, refresh_statistics),
    )
