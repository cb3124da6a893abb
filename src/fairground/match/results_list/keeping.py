"""Keeping versions true: what is open to everybody no longer leaves the files of every version, old ones too."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from fairground.accounts.actors import system, visitor
from fairground.accounts.core import states
from fairground.accounts.models import Record
from fairground.accounts.policies import readable
from fairground.match.models import ListEntry, ListIssue
from fairground.match.results_list.choosing import nameable
from fairground.match.results_list.services import remove_files


def take_out_closed_entries(hub_id: int, *, now: datetime) -> list[int]:
    """Take out of all versions what everybody may read no longer; return the versions whose files are gone with it.

    The files go in the same transaction and are made again by a job. A withdrawn record's facts are blanked, an expired
    one's stay: renewed, it stands in the version again. Hints that quote a withdrawn record go. A second call finds
    nothing. Three queries where nothing changed.
    """
    shown = Exists(Record.objects.filter(readable(visitor(hub_id)), key=OuterRef("record_key")))
    expired = Exists(
        Record.objects.filter(
            hub_id=hub_id,
            key=OuterRef("record_key"),
            state=states.EXPIRED,
            visibility=Record.Visibility.PUBLIC,
        )
    )
    rows = ListEntry.objects.filter(issue__results_list__hub_id=hub_id)
    withdrawn = list(rows.filter(~shown, ~expired).exclude(left_out="withdrawn"))
    ended = list(rows.filter(~shown, expired, left_out=""))
    renewed = list(rows.filter(shown, left_out="expired"))
    hidden = _with_hidden_names(hub_id)
    touched = sorted({row.issue_id for row in (*withdrawn, *ended, *renewed, *hidden)})
    for issue_id in touched:
        with transaction.atomic():
            issue = ListIssue.objects.select_for_update().filter(pk=issue_id).first()
            if issue is None:
                continue
            _note(issue_id, withdrawn, left_out="withdrawn")
            _note(issue_id, ended, left_out="expired")
            _note(issue_id, renewed, left_out="")
            for row in hidden:
                if row.issue_id == issue_id and row.left_out != "withdrawn":
                    row.facts = {
                        name: value
                        for name, value in row.facts.items()
                        if not name.startswith("organisation")
                    }
                    row.save(update_fields=("facts",))
            gone = {row.record_key for row in withdrawn if row.issue_id == issue_id}
            issue.hints = tuple(
                hint for hint in issue.hints if hint.need not in gone and hint.offer not in gone
            )
            issue.save(update_fields=("hints",))
            remove_files(actor=system(hub_id), issue=issue, now=now)
    return touched


def _note(issue_id: int, rows: Iterable[ListEntry], *, left_out: str) -> None:
    ids = [row.pk for row in rows if row.issue_id == issue_id]
    values = {"left_out": left_out, "facts": {}} if left_out == "withdrawn" else {"left_out": left_out}
    ListEntry.objects.filter(pk__in=ids).update(**values)


def _with_hidden_names(hub_id: int) -> list[ListEntry]:
    """Return the entries that name an organisation which everybody may know no longer."""
    rows = ListEntry.objects.filter(
        issue__results_list__hub_id=hub_id, facts__organisation_key__isnull=False
    ).exclude(left_out="withdrawn")
    keys = set(rows.order_by().values_list("facts__organisation_key", flat=True).distinct())
    hidden = keys - nameable(hub_id, keys)
    return list(rows.filter(facts__organisation_key__in=hidden)) if hidden else []


def issues_without_files(hub_id: int) -> list[ListIssue]:
    """Return the versions whose files have to be made."""
    return list(
        ListIssue.objects.filter(
            results_list__hub_id=hub_id, files_at__isnull=True, files_gone_at__isnull=False
        )
    )
