"""The demonstration's results-and-needs list: Beijing's results, Tianjin's and Hebei's needs, in two versions.

Made after the first matching, so that its hints quote kept pairs. All that stands in it is invented.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from fairground.accounts.actors import Actor, actor_for, system
from fairground.accounts.models import Hub, User
from fairground.accounts.services import move_record
from fairground.language.local_text import LocalText
from fairground.match.core.list_changes import ListChanges
from fairground.match.models import ListIssue, ResultsList
from fairground.match.results_list.choosing import Choice
from fairground.match.results_list.services import (
    Draft,
    choice_of,
    gather,
    remove_files,
    set_up_list,
    write_issue,
)
from fairground.publish.models import Publication

TITLE = LocalText("京津冀科技成果及需求清单", "Beijing–Tianjin–Hebei results and needs")
# Of the five fields of the forum's own list those in which nothing real is offered from Beijing: medicine has some.
_FIELDS = ("new-it", "smart-equipment", "new-materials", "green-tech")
CHOICE = Choice(("110000",), ("120000", "130000"), _FIELDS)
_MAKER = "organiser@example.org"
_BETWEEN = timedelta(days=28)
_NEW_SINCE, _RIPENED_SINCE = 3, 2  # of each side; of the results


@transaction.atomic
def load_list(*, now: datetime) -> bool:
    """Make and publish both versions; False where the hub has a list of this choice, which is left as it is.

    The first version lacks the last records of each side, and two results stood a level lower in it. The clock makes
    the files, as it does when a version's files were taken away.
    """
    user = User.objects.get(email=_MAKER)
    hub = Hub.objects.get(role_assignments__user=user)
    if any(choice_of(known) == CHOICE for known in ResultsList.objects.filter(hub=hub)):
        return False
    actor = actor_for(user, hub.pk, now=now)
    made = set_up_list(actor=actor, title=TITLE, choice=CHOICE, now=now - _BETWEEN)
    _publish(actor, made, _as_it_was(gather(actor, made, _unseen)), now - _BETWEEN)
    made.refresh_from_db()
    _publish(actor, made, gather(actor, made, _unseen), now)
    return True


def _as_it_was(draft: Draft) -> Draft:
    """Return the version of four weeks before: without what came since."""
    last = {side: number - _NEW_SINCE for side, number in draft.last.items()}
    then = [entry for entry in draft.entries if entry.number <= last[entry.side]]
    there = {entry.key for entry in then}
    entries = [
        replace(entry, facts=_a_level_lower(entry.facts))
        if entry.side == "offer" and entry.number <= _RIPENED_SINCE
        else entry
        for entry in then
    ]
    hints = tuple(hint for hint in draft.hints if {hint.need, hint.offer} <= there)
    return replace(draft, entries=tuple(entries), hints=hints, changes=ListChanges(), last=last)


def _a_level_lower(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    level = facts.get("trl")
    return {**facts, "trl": level - 1} if level and level > 1 else facts


def _publish(actor: Actor, made: ResultsList, draft: Draft, now: datetime) -> ListIssue:
    clock = system(actor.hub_id)
    issue = write_issue(actor=actor, results_list=made, draft=draft, editions=("zh", "en"), files=(), now=now)
    remove_files(actor=clock, issue=issue, now=now)
    for move in ("submit", "publish"):
        record = Publication.objects.get(pk=issue.publication_id)
        move_record(actor=clock, key=record.key, move=move, version=record.version, now=now)
    return issue


def _unseen(done: int, total: int | None, doing: LocalText | None) -> None:
    """Nobody looks on while the demonstration is made."""
