"""Saving what was typed: a new draft, a change of a draft, a proposed revision; each sitting keeps its own place."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.sessions.backends.base import SessionBase

from fairground.accounts.actors import Actor
from fairground.accounts.core import states
from fairground.accounts.errors import EditConflictError, NotFoundError
from fairground.accounts.kinds import kind_of
from fairground.accounts.models import Record, Revision
from fairground.accounts.policies import is_owner, readable
from fairground.accounts.record_forms import RecordForm
from fairground.accounts.services import add_record, change_record, propose_revision
from fairground.accounts.values import snapshot

_SITTINGS = "sittings"
_MOST_SITTINGS = 20


@dataclass(frozen=True, slots=True)
class Standing:
    """A record as it stands for one who edits it: the row, its plain values, and its open revision."""

    record: Record
    values: Mapping[str, Any]
    revision: Revision | None

    @property
    def start(self) -> dict[str, Any]:
        """What the form shows at first: the record, with the changes that wait for an editor."""
        return {**self.values, **(self.revision.values if self.revision else {})}

    @property
    def revision_seen(self) -> str:
        """Names the state of the open revision, so that a later save knows whether it is another one."""
        return f"{self.revision.pk}@{self.revision.created_at.isoformat()}" if self.revision else ""


def standing_for(actor: Actor, kind_code: str, key: str) -> Standing:
    """Return a record that the actor answers for. Raises NotFoundError for every other, there or not."""
    kind = kind_of(kind_code)
    if not (key.isascii() and key.isalnum()):
        raise NotFoundError
    record = kind.model.objects.filter(readable(actor), key=key, kind=kind_code).first()
    if record is None or not is_owner(actor, record):
        raise NotFoundError
    revision = None
    if record.state == states.PUBLISHED:
        revision = Revision.objects.filter(record_id=record.pk, state=Revision.State.OPEN).first()
    return Standing(record, snapshot(record, kind), revision)


def save(
    *,
    actor: Actor,
    form: RecordForm,
    standing: Standing | None,
    version: int,
    revision_seen: str,
    changes: Mapping[str, Any],
    now: datetime,
    note: str = "",
) -> Record:
    """Write what changed; nothing changed writes nothing.

    Raises what the services raise; EditConflictError also where another revision was proposed meanwhile.
    """
    if standing is None:
        values = {name: value for name, value in changes.items() if value is not None}
        return add_record(actor=actor, kind_code=form.kind.code, values=values, now=now)
    record = standing.record
    if record.state == states.PUBLISHED:
        if revision_seen != standing.revision_seen:
            author = standing.revision.author if standing.revision else None
            raise EditConflictError(author.printed_name if author else "Fairground", record.version)
        if changes:
            propose_revision(actor=actor, key=record.key, values=changes, version=version, now=now, note=note)
        return record
    if not changes:
        if record.version != version:
            name = record.changed_by.printed_name if record.changed_by else "Fairground"
            raise EditConflictError(name, record.version)
        return record
    return change_record(actor=actor, key=record.key, values=changes, version=version, now=now)


# A sitting is one form opened in one window. What it saved itself while its person typed on is no conflict with the
# version it was opened at; and two saves of one new form make one draft.


def note_sitting(session: SessionBase, sitting: str, record: Record) -> None:
    """Remember what this sitting saved last."""
    if not sitting:
        return
    sittings = dict(session.get(_SITTINGS, {}))
    sittings.pop(sitting, None)
    sittings[sitting] = [record.kind, record.key, record.version]
    session[_SITTINGS] = dict(list(sittings.items())[-_MOST_SITTINGS:])


def saved_in_sitting(session: SessionBase, sitting: str) -> tuple[str, str, int] | None:
    """Return kind, key and version of what this sitting saved last, or None."""
    found = session.get(_SITTINGS, {}).get(sitting)
    return (found[0], found[1], found[2]) if found else None
