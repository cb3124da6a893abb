"""The portal's duties: what is done without anybody asking, and how often."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils import timezone

from fairground.accounts.actors import system
from fairground.accounts.models import Hub
from fairground.accounts.services import expire_records
from fairground.publish.core.search.errors import IndexBusyError
from fairground.publish.index import follow_log


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


def duties() -> tuple[Duty, ...]:
    """Return all duties, the most frequent first."""
    return (
        Duty("index", 0.3, _follow),
        Duty("validity", 60, _expire),
    )
