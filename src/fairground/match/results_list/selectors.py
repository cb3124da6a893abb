"""Reading lists: which of them, which versions, and what a version may still show."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Prefetch, Q

from fairground.accounts.actors import Actor, visitor
from fairground.accounts.core.roles import ADD_PUBLICATIONS
from fairground.accounts.models import Hub, Record
from fairground.accounts.policies import readable
from fairground.files.models import Attachment
from fairground.match.core.list_changes import ListedEntry
from fairground.match.models import ListEntry, ListIssue, ResultsList
from fairground.match.results_list.choosing import nameable
from fairground.match.results_list.contents import ListContent
from fairground.publish.models import Publication


def may_make_lists(actor: Actor) -> bool:
    """Tell whether the actor sets lists up and makes versions: organisers, brokers, registrars among others."""
    return actor.user_id is not None and actor.may(ADD_PUBLICATIONS)


def issues_open_to(actor: Actor) -> Any:
    """Return the versions whose publication the actor may read, the newest first, with list and publication."""
    seen = Publication.objects.filter(readable(actor)).values("pk")
    return (
        ListIssue.objects.filter(publication_id__in=seen, results_list__hub_id=actor.hub_id)
        .select_related("results_list", "publication", "previous")
        .order_by("-number")
    )


def lists_open_to(actor: Actor) -> list[ResultsList]:
    """Return the lists of which the actor may read a version, the newest version first, each with `open_issues`.

    Who makes lists sees those without a version as well. Two queries.
    """
    found = ResultsList.objects.filter(hub_id=actor.hub_id)
    if not may_make_lists(actor):
        found = found.filter(Exists(issues_open_to(actor).filter(results_list_id=OuterRef("pk"))))
    lists = list(
        found.order_by("-created_at", "-pk").prefetch_related(
            Prefetch("issues", issues_open_to(actor), to_attr="open_issues")
        )
    )
    lists.sort(key=_newest, reverse=True)
    return lists


def _newest(each: Any) -> date:
    return each.open_issues[0].issued_on if each.open_issues else date.max


def open_entries(issue: ListIssue) -> Any:
    """Return the entries whose record everybody may read now, whatever was noted when its files were made."""
    shown = Record.objects.filter(readable(visitor(issue.results_list.hub_id)), key=OuterRef("record_key"))
    return issue.entries.filter(Exists(shown), left_out="")


def left_out_numbers(issue: ListIssue, shown: Iterable[ListEntry]) -> tuple[str, ...]:
    """Return the printed numbers of the entries of a version that are not among those shown."""
    kept = {entry.pk for entry in shown}
    rows = issue.entries.values_list("pk", "side", "number")
    return tuple(
        ListedEntry("", side, number, 0, {}).printed_number for pk, side, number in rows if pk not in kept
    )


def content_of(issue: ListIssue, hub: Hub) -> ListContent:
    """Return what a version may still show, as its files print it. Four queries, more beyond 500 organisations."""
    results_list = issue.results_list
    rows = list(open_entries(issue))
    named = nameable(
        hub.pk, {row.facts["organisation_key"] for row in rows if "organisation_key" in row.facts}
    )
    entries = tuple(listed_entry(row, named) for row in rows)
    keys = {entry.key for entry in entries}
    previous = issue.previous
    return ListContent(
        hub=hub.name,
        address=settings.ENVIRONMENT.address,
        title=results_list.title,
        supply=results_list.supply,
        demand=results_list.demand,
        fields=results_list.fields,
        number=issue.number,
        issued_on=issue.issued_on,
        entries=entries,
        hints=tuple(hint for hint in issue.hints if hint.need in keys and hint.offer in keys),
        method=issue.method,
        changes=issue.changes,
        previous=(previous.number, previous.issued_on) if previous else None,
        left_out=left_out_numbers(issue, rows),
    )


def listed_entry(row: ListEntry, named: frozenset[str]) -> ListedEntry:
    """Return one entry; its organisation only where everybody may know it now."""
    facts = row.facts
    if facts.get("organisation_key") and facts["organisation_key"] not in named:
        facts = {name: value for name, value in facts.items() if not name.startswith("organisation")}
    return ListedEntry(row.record_key, row.side, row.number, row.record_version, facts)


def files_of(issues: Iterable[ListIssue]) -> dict[str, list[Attachment]]:
    """Return the files of versions by the key of their publication. One query."""
    files: dict[str, list[Attachment]] = {}
    keys = [issue.publication.key for issue in issues]
    for each in Attachment.objects.filter(
        Q(visibility=Attachment.Visibility.OPEN), record_key__in=keys
    ).order_by("id"):
        files.setdefault(each.record_key, []).append(each)
    return files
