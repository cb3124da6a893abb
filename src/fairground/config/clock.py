"""The portal's duties: what is done without anybody asking, and how often."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from fairground.accounts.actors import system
from fairground.accounts.grants import end_grants
from fairground.accounts.models import Hub
from fairground.accounts.notices.expiring import tell_expiring
from fairground.accounts.notices.mails import queue_notices
from fairground.accounts.notices.services import forget_notices
from fairground.accounts.services import expire_records
from fairground.collect.attachments import sweep_attachments
from fairground.collect.deadlines import log_passed_deadlines
from fairground.database.statistics import refresh_statistics
from fairground.jobs.queue import revive_jobs, sweep_jobs
from fairground.mail.services import forget_sent, send_due
from fairground.match.introductions.ending import end_due_introductions
from fairground.match.results_list.tasks import keep_lists_true
from fairground.match.tasks import match_news
from fairground.meet.bookings.ending import end_due_bookings
from fairground.meet.requests.services import remind_of_requests
from fairground.publish.core.search.errors import IndexBusyError
from fairground.publish.index import follow_log
from fairground.publish.saved import tell_news

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
        log_passed_deadlines(actor=system(hub_id), now=timezone.now())


def _notices() -> None:
    now = timezone.now()
    # First what saved searches found: it goes into the digest that the second call queues.
    tell_news(now=now)
    queue_notices(now=now)


def _expiring() -> None:
    for hub_id in Hub.objects.values_list("pk", flat=True):
        tell_expiring(hub_id=hub_id, now=timezone.now())


def _remind() -> None:
    remind_of_requests(answer_days=settings.ENVIRONMENT.service_request_days, now=timezone.now())


def duties() -> tuple[Duty, ...]:
    """Return all duties, the most frequent first."""
    return (
        Duty("index", 0.3, _follow),
        Duty("notices", 5, _notices),
        Duty("mail", 5, lambda: send_due(now=timezone.now())),
        Duty("matches", 10, match_news),
        Duty("lists", 10, lambda: keep_lists_true(timezone.now())),
        Duty("validity", 60, _expire),
        Duty("introductions", 60, lambda: end_due_introductions(now=timezone.now())),
        Duty("bookings", 60, lambda: end_due_bookings(now=timezone.now())),
        Duty("service requests", 600, _remind),
        Duty("expiring", 3600, _expiring),
        Duty("old notices", 3600, lambda: forget_notices(now=timezone.now())),
        Duty("sent mail", 3600, lambda: forget_sent(before=timezone.now() - _SENT_MAIL_KEPT)),
        Duty("jobs", 60, lambda: sweep_jobs(timezone.now())),
        Duty("lost jobs", 30, lambda: revive_jobs(timezone.now())),
        Duty("files", 3600, lambda: sweep_attachments(timezone.now())),
        Duty("statistics", 43200, refresh_statistics),
    )
