"""Setting a list up, and making its versions. A version is a draft publication; what follows is the editors' queue."""

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from fairground.accounts.actors import Actor, visitor
from fairground.accounts.core import states
from fairground.accounts.errors import NotAllowedError, NotFoundError
from fairground.accounts.models import Hub
from fairground.accounts.policies import is_owner
from fairground.accounts.services import add_record, change_record
from fairground.audit.services import record_change
from fairground.collect.attachments import add_attachment, remove_attachment
from fairground.files.models import Attachment
from fairground.language.local_text import LocalText
from fairground.match.core.list_changes import ListChanges, ListedEntry, changes_between, number_entries
from fairground.match.models import ListEntry, ListIssue, ResultsList
from fairground.match.results_list.choosing import (
    MOST_ENTRIES,
    Choice,
    chosen_ids,
    records_of,
    standing_of,
)
from fairground.match.results_list.contents import Hint, region_name
from fairground.match.results_list.errors import ListRefusedError
from fairground.match.results_list.freezing import facts_of
from fairground.match.results_list.hints import hints_between
from fairground.match.results_list.selectors import may_make_lists

Progress = Callable[[int, int | None, LocalText | None], None]
_READING = LocalText("读取记录", "Reading the records")


@dataclass(frozen=True, slots=True)
class Draft:
    """A version before it is written down: what it holds, and what the list looked like when it was gathered."""

    entries: tuple[ListedEntry, ...]
    hints: tuple[Hint, ...]
    method: str
    changes: ListChanges
    number: int
    previous_id: int | None
    last: Mapping[str, int]  # side → the highest number given
    seen: tuple[int, int, int]  # last numbers and versions of the list when this was gathered


def count_entries(hub_id: int, choice: Choice) -> Mapping[str, int]:
    """Return how many records of each side a list would hold now."""
    return {side: len(ids) for side, ids in chosen_ids(hub_id, choice).items()}


def check_choice(hub_id: int, choice: Choice) -> Mapping[str, int]:
    """Return the counts of a choice that can be a list. Raises ListRefusedError, which says what to choose else."""
    counts = count_entries(hub_id, choice)
    total = sum(counts.values())
    if total == 0:
        raise ListRefusedError(
            "按此选择，目录中还没有公开的成果或需求，清单没有编制。请放宽领域，或另选地区。",
            "The catalogue has no public result or need of these regions and fields yet, so no list was made. Choose "
            "more fields, or other regions.",
        )
    if total > MOST_ENTRIES:
        raise ListRefusedError(
            f"按此选择共有 {total} 条，一份清单最多 {MOST_ENTRIES} 条，清单没有编制。请少选地区或领域，分成几份。",
            f"That would be {total} entries; a list holds at most {MOST_ENTRIES}, so none was made. Choose fewer "
            "regions or fields, and make several lists.",
        )
    return counts


@transaction.atomic
def set_up_list(*, actor: Actor, title: LocalText, choice: Choice, now: datetime) -> ResultsList:
    """Set a list up; the same title and choice again return the list that is there.

    Raises NotAllowedError, ListRefusedError.
    """
    _check_may(actor)
    check_choice(actor.hub_id, choice)
    # Whoever presses twice in one second must find the first: both wait for the hub's row.
    Hub.objects.select_for_update().get(pk=actor.hub_id)
    for known in ResultsList.objects.filter(hub_id=actor.hub_id):
        if known.title == title and choice_of(known) == choice:
            return known
    made = ResultsList.objects.create(
        hub_id=actor.hub_id,
        title=title,
        supply=choice.supply,
        demand=choice.demand,
        fields=choice.fields,
        sides=choice.sides,
        created_at=now,
        created_by_id=actor.user_id,
    )
    record_change(
        hub_id=actor.hub_id,
        at=now,
        actor_id=actor.user_id,
        actor_name=actor.name,
        kind="results_list",
        key=made.key,
        version=1,
        action="add",
        after={
            "title": {"zh": title.zh, "en": title.en},
            "supply": list(choice.supply),
            "demand": list(choice.demand),
        },
    )
    return made


def _check_may(actor: Actor) -> None:
    if not may_make_lists(actor):
        raise NotAllowedError(
            "您的角色不能编制清单。组织者、技术经理人和登记员可以；请联系管理员。",
            "Your role makes no lists. Organisers, brokers and registrars do: ask an administrator of the hub.",
        )


def choice_of(results_list: ResultsList) -> Choice:
    """Return what a list is of."""
    return Choice(results_list.supply, results_list.demand, results_list.fields, results_list.sides)


def list_named(actor: Actor, key: str) -> ResultsList:
    """Return a list of the actor's hub. Raises NotFoundError."""
    found = ResultsList.objects.filter(hub_id=actor.hub_id, key=key).first()
    if found is None:
        raise NotFoundError
    return found


def check_turn(actor: Actor, results_list: ResultsList) -> ListIssue | None:
    """Return the draft version that making one now would replace, None where a new version begins.

    Raises NotAllowedError; ListRefusedError where a version waits for an editor, or is somebody else's draft.
    """
    _check_may(actor)
    newest = results_list.issues.select_related("publication", "publication__created_by").first()
    if newest is None or newest.publication.published_at is not None:
        return None
    if newest.publication.state != states.DRAFT:
        raise ListRefusedError(
            f"第 {newest.number} 版正在等待审核，新版没有编制。请等编辑处理，或先撤回它。",
            f"Version {newest.number} is waiting for an editor, so no other was made. Wait for the decision, "
            "or recall it.",
        )
    if not is_owner(actor, newest.publication):
        by = newest.publication.created_by.printed_name if newest.publication.created_by else "Fairground"
        raise ListRefusedError(
            f"第 {newest.number} 版是{by}的草稿，新版没有编制。请与其商定由谁发布。",
            f"Version {newest.number} is a draft of {by}, so no other was made. Agree with them who publishes it.",
        )
    return newest


def gather(actor: Actor, results_list: ResultsList, progress: Progress) -> Draft:
    """Read what a version would hold now. Nothing is written. Raises NotAllowedError, ListRefusedError."""
    standing = check_turn(actor, results_list)
    number = (
        standing.number if standing else (results_list.issues.aggregate(last=Max("number"))["last"] or 0) + 1
    )
    check_choice(results_list.hub_id, choice_of(results_list))
    previous = (
        results_list.issues.filter(publication__published_at__isnull=False, number__lt=number)
        .order_by("-number")
        .first()
    )
    last = {"offer": results_list.last_offer, "need": results_list.last_need}
    entries, ids = _entries(results_list, last, progress)
    hints, method = hints_between(ids["need"], ids["offer"])
    return Draft(
        entries=tuple(entries),
        hints=hints,
        method=method,
        changes=_changes(results_list, previous, entries) if previous else ListChanges(),
        number=number,
        previous_id=previous.pk if previous else None,
        last=last,
        seen=_seen(results_list),
    )


def _seen(results_list: ResultsList) -> tuple[int, int, int]:
    return results_list.last_offer, results_list.last_need, results_list.issues.count()


def _entries(
    results_list: ResultsList, last: dict[str, int], progress: Progress
) -> tuple[list[ListedEntry], dict[str, dict[int, str]]]:
    reader = visitor(results_list.hub_id)
    chosen = chosen_ids(results_list.hub_id, choice_of(results_list))
    total = sum(len(ids) for ids in chosen.values())
    entries: list[ListedEntry] = []
    keys: dict[str, dict[int, str]] = {"offer": {}, "need": {}}
    for side, ids in chosen.items():
        records = records_of(side, ids)
        keys[side] = {record.pk: record.key for record in records}
        known = dict(
            ListEntry.objects.filter(issue__results_list=results_list, side=side).values_list(
                "record_key", "number"
            )
        )
        numbers, last[side] = number_entries(keys[side].values(), known, last[side])
        for record in records:
            entries.append(
                ListedEntry(record.key, side, numbers[record.key], record.version, facts_of(record, reader))  # type: ignore[arg-type]
            )
            progress(len(entries), total, _READING)
    return entries, keys


def _changes(results_list: ResultsList, previous: ListIssue, entries: Sequence[ListedEntry]) -> ListChanges:
    now_listed = {entry.key for entry in entries}
    # What was withdrawn since has no facts to compare: back again, it is new.
    before = [
        ListedEntry(row.record_key, row.side, row.number, row.record_version, row.facts)
        for row in previous.entries.all()
        if row.left_out != "withdrawn" or row.record_key not in now_listed
    ]
    gone = standing_of(results_list.hub_id, {entry.key for entry in before} - now_listed)
    return changes_between(before, entries, reason_gone=lambda key: gone.get(key) or "moved")


@transaction.atomic
def write_issue(
    *,
    actor: Actor,
    results_list: ResultsList,
    draft: Draft,
    editions: Sequence[str],
    files: Sequence[tuple[Path, LocalText]],
    now: datetime,
) -> ListIssue:
    """Write a gathered version down as a draft publication with its files; the standing draft is replaced.

    Raises ListRefusedError where the list has another version since it was gathered; nothing is written then.
    """
    locked = ResultsList.objects.select_for_update().get(pk=results_list.pk)
    if _seen(locked) != draft.seen:
        raise ListRefusedError(
            "同一清单刚由另一项工作编制，这一项没有写入。请打开清单页查看，需要时再编制。",
            "Another piece of work has just made this list, so this one wrote nothing. Look at the list's page, and "
            "make it again if that is needed.",
        )
    standing = check_turn(actor, locked)
    issued_on = timezone.localdate(now)
    values = _publication_values(locked, draft, issued_on)
    if standing is None:
        publication = add_record(
            actor=actor,
            kind_code="publication",
            values=values,
            now=now,
            demonstration=any(entry.facts.get("demonstration") for entry in draft.entries),
        )
        issue = ListIssue(results_list=locked, number=draft.number, publication=publication)
    else:
        issue = standing
        change_record(
            actor=actor,
            key=issue.publication.key,
            values=values,
            version=issue.publication.version,
            now=now,
        )
        issue.entries.all().delete()
    issue.issued_on = issued_on
    issue.editions = tuple(editions)
    issue.hints = draft.hints
    issue.method = draft.method
    issue.previous_id = draft.previous_id
    issue.changes = draft.changes
    issue.made_at = now
    issue.save()
    ListEntry.objects.bulk_create(
        [
            ListEntry(
                issue=issue,
                record_key=entry.key,
                record_version=entry.record_version,
                side=entry.side,
                number=entry.number,
                facts=dict(entry.facts),
            )
            for entry in draft.entries
        ],
        batch_size=500,
    )
    locked.last_offer, locked.last_need = draft.last["offer"], draft.last["need"]
    locked.save(update_fields=("last_offer", "last_need"))
    attach_files(actor=actor, issue=issue, files=files, now=now)
    return issue


def _publication_values(results_list: ResultsList, draft: Draft, issued_on: date) -> dict[str, Any]:
    offers = sum(entry.side == "offer" for entry in draft.entries)
    needs = len(draft.entries) - offers
    supply, demand = (
        [region_name(code) for code in codes] for codes in (results_list.supply, results_list.demand)
    )
    zh_from, zh_to = ("、".join(name.zh or "" for name in names) for names in (supply, demand))
    en_from, en_to = (", ".join(name.en or "" for name in names) for names in (supply, demand))
    title, number = results_list.title, draft.number
    return {
        "title": {
            "zh": f"{title.in_language('zh')}（第 {number} 版）",
            "en": f"{title.in_language('en')} (version {number})",
        },
        "summary": {
            "zh": f"{zh_from}成果 {offers} 项、{zh_to}需求 {needs} 条，附对接提示 {len(draft.hints)} 条与各版变化。",
            "en": f"{offers} results from {en_from} and {needs} needs from {en_to}, with {len(draft.hints)} match "
            "hints and what changed since the last version.",
        },
        "publication_type": "results-list",
        "issued_on": issued_on.isoformat(),
        "issued_year": issued_on.year,
        "identifier": f"{results_list.key}-{number}",
        "issuers": [results_list.hub.name.in_language("zh")],
        "fields": list(results_list.fields),
    }


@transaction.atomic
def attach_files(
    *, actor: Actor, issue: ListIssue, files: Sequence[tuple[Path, LocalText]], now: datetime
) -> None:
    """Give a version its files, in place of those it has."""
    key = issue.publication.key
    remove_files(actor=actor, issue=issue, now=now)
    for path, description in files:
        add_attachment(
            actor=actor,
            key=key,
            name=path.name,
            content=io.BytesIO(path.read_bytes()),
            now=now,
            description=description,
        )
    issue.files_at = now
    issue.save(update_fields=("files_at",))


def remove_files(*, actor: Actor, issue: ListIssue, now: datetime) -> None:
    """Take a version's files away. To be called in a transaction."""
    for key in list(
        Attachment.objects.filter(record_key=issue.publication.key).values_list("key", flat=True)
    ):
        remove_attachment(actor=actor, key=key, now=now)
    issue.files_at, issue.files_gone_at = None, now
    issue.save(update_fields=("files_at", "files_gone_at"))
