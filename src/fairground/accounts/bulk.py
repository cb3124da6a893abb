"""Adding many records of one kind: what `services.add_record` does for one, thousands at a time.

Each batch is one transaction: a process killed in the middle leaves whole batches, each record with its row in the
log. A row whose reference the hub already has for this kind is passed over, so that the same list can be sent again.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from itertools import islice
from typing import Any

from django.db import connections, router, transaction
from django.db.models.signals import post_save, pre_save
from django.db.models.sql import InsertQuery

from fairground.accounts.actors import Actor
from fairground.accounts.errors import AccountsError, InvalidRecordError
from fairground.accounts.kinds import Kind, kind_of
from fairground.accounts.models import Record
from fairground.accounts.policies import readable
from fairground.accounts.services import check_may_add, give_first_role, logged, prepare_record
from fairground.accounts.values import zone_with_code
from fairground.audit.models import Change
from fairground.database.statistics import refresh_statistics
from fairground.language.local_text import LocalText

BATCH = 2000  # records; more gain little, and readers of SQLite wait for no writer anyway
_MANY = 1000  # from so many on the database's own statistics are no longer right
_REFERENCES_AT_ONCE = 500  # in one query: below every database's limit of parameters


@dataclass(frozen=True, slots=True)
class NewRecord:
    """One row: plain values as `values.apply` reads them. `reference` is the id in the source's own list."""

    values: Mapping[str, Any]
    reference: str = ""
    demonstration: bool = False


@dataclass(frozen=True, slots=True)
class RowFault:
    """A row that was not added, from 1, and why. `fields` names what to change, where it is the values."""

    row: int
    reference: str
    message: LocalText
    fields: Mapping[str, LocalText] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BulkReport:
    """What became of the rows: added, there already (by reference), or faulty."""

    added: int
    already_there: int
    faults: tuple[RowFault, ...]


def add_records(
    actor: Actor,
    kind_code: str,
    rows: Iterable[NewRecord],
    now: datetime,
    publish: bool = False,
    batch: int = BATCH,
    reason: str = "",
) -> BulkReport:
    """Add records of one kind as drafts, or published where the system itself adds them.

    Faulty rows are left out and named in the report; all others are added. Inside a transaction of the caller
    nothing is kept before that one ends. Raises UnknownKindError, NotAllowedError, and ValueError for `batch` below 1.
    """
    if batch < 1:
        raise ValueError("a batch holds at least one record")
    kind = kind_of(kind_code)
    check_may_add(actor, kind, publish=publish)
    adder = _Adder(actor, kind, now, publish, reason)
    for numbered in _batches(rows, batch):
        adder.add(numbered)
    if adder.added:
        give_first_role(actor, kind, now=now)
    if adder.added >= _MANY:
        refresh_statistics()
    return BulkReport(adder.added, adder.already_there, tuple(adder.faults))


class _Adder:
    """The work on one list: what was looked up once is kept for the rows that follow."""

    def __init__(self, actor: Actor, kind: Kind, now: datetime, publish: bool, reason: str) -> None:
        self.actor = actor
        self.kind = kind
        self.now = now
        self.publish = publish
        self.reason = reason
        self.added = 0
        self.already_there = 0
        self.faults: list[RowFault] = []
        self._found: dict[tuple[str, str], Record | None] = {}
        self._zone_with_code = cache(zone_with_code)

    def add(self, rows: Sequence[tuple[int, NewRecord]]) -> None:
        with transaction.atomic():
            fresh = self._without_known(rows)
            self._look_up([row.values for _, row in fresh])
            records, many = self._prepared(fresh)
            if records:
                _insert(self.kind, records)
                for record, references in zip(records, many, strict=True):
                    for name, others in references.items():
                        getattr(record, name).set(others)
                Change.objects.bulk_create(
                    Change(
                        **logged(self.actor, record, self.kind, "add", {}, now=self.now, reason=self.reason)
                    )
                    for record in records
                )
        self.added += len(records)

    def _without_known(self, rows: Sequence[tuple[int, NewRecord]]) -> list[tuple[int, NewRecord]]:
        references = [row.reference for _, row in rows if row.reference]
        of_kind = Record.objects.filter(hub_id=self.actor.hub_id, kind=self.kind.code)
        known: set[str] = set()
        for some in _pieces(references, _REFERENCES_AT_ONCE):
            known.update(of_kind.filter(reference__in=some).values_list("reference", flat=True))
        fresh: list[tuple[int, NewRecord]] = []
        for number, row in rows:
            if row.reference in known:
                self.already_there += 1
                continue
            if row.reference:
                known.add(row.reference)
            fresh.append((number, row))
        return fresh

    def _look_up(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Read every record that the rows refer to, one query a kind and some hundred keys."""
        for spec in self.kind.layout:
            if spec.shape not in ("record", "records"):
                continue
            keys: set[str] = set()
            for values in rows:
                named = values.get(spec.name) or ()
                keys.update(
                    key for key in ([named] if isinstance(named, str) else named) if isinstance(key, str)
                )
            unread = sorted(key for key in keys if (spec.kind, key) not in self._found)
            self._found.update(((spec.kind, key), None) for key in unread)
            model = kind_of(spec.kind).model
            for some in _pieces(unread, _REFERENCES_AT_ONCE):
                for record in model.objects.filter(readable(self.actor), key__in=some).only("key"):
                    self._found[spec.kind, record.key] = record

    def _prepared(
        self, rows: Sequence[tuple[int, NewRecord]]
    ) -> tuple[list[Record], list[dict[str, list[Record]]]]:
        records: list[Record] = []
        many: list[dict[str, list[Record]]] = []
        for number, row in rows:
            try:
                record, references = prepare_record(
                    self.actor,
                    self.kind,
                    row.values,
                    now=self.now,
                    demonstration=row.demonstration,
                    reference=row.reference,
                    publish=self.publish,
                    find_record=lambda kind, key: self._found.get((kind, key)),
                    find_zone=self._zone_with_code,
                )
            except AccountsError as error:
                fields = error.faults if isinstance(error, InvalidRecordError) else {}
                self.faults.append(RowFault(number, row.reference, error.message, fields))
            else:
                records.append(record)
                many.append(references)
        return records, many


def _insert(kind: Kind, records: Sequence[Record]) -> None:
    """Insert the heads, then what the kind adds to them: Django's own bulk_create refuses a table with a parent."""
    using = router.db_for_write(kind.model)
    # As `save` does: stages hang on these what follows from a record's values.
    for record in records:
        pre_save.send(kind.model, instance=record, raw=False, using=using, update_fields=None)
    columns = Record._meta.concrete_fields
    heads = [
        Record(**{column.attname: getattr(record, column.attname) for column in columns})
        for record in records
    ]
    Record.objects.bulk_create(heads)
    for record, head in zip(records, heads, strict=True):
        record.pk = head.pk
        record.id = head.pk
        record._state.adding = False
        record._state.db = head._state.db
    own = kind.model._meta.local_concrete_fields
    at_once = max(connections[using].ops.bulk_batch_size(own, records), 1)
    for some in _pieces(records, at_once):
        query = InsertQuery(kind.model)
        query.insert_values(own, some)
        query.get_compiler(using=using).execute_sql()
    for record in records:
        post_save.send(kind.model, instance=record, created=True, raw=False, using=using, update_fields=None)


def _batches(rows: Iterable[NewRecord], size: int) -> Iterator[list[tuple[int, NewRecord]]]:
    numbered = enumerate(rows, start=1)
    while some := list(islice(numbered, size)):
        yield some


def _pieces(things: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    return (things[begin : begin + size] for begin in range(0, len(things), size))
