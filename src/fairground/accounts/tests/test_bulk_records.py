from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.forms.models import model_to_dict
from django.test.utils import CaptureQueriesContext

from fairground.accounts.actors import Actor
from fairground.accounts.bulk import BulkReport, NewRecord, add_records
from fairground.accounts.errors import NotAllowedError
from fairground.accounts.kinds import kind_of
from fairground.accounts.models import Record, RoleAssignment
from fairground.accounts.services import add_record
from fairground.accounts.values import snapshot
from fairground.audit.models import Change
from fairground.language.local_text import LocalText
from fairground.places.models import Zone

OFFER = {
    "title": {"zh": "无损检测装置", "en": "A device for testing without damage"},
    "summary": {"zh": "公开简介。", "en": "A public summary."},
    "fields": ["ai", "smart-equipment"],
    "region": "130000",
    "partnership": ["licence"],
    "maturity": [{"level": 5, "element": {"zh": "探头"}}, {"level": 7, "assessed_on": "2026-01-05"}],
    "rights": [{"right": "patent", "number": "ZL1"}],
    "price": {"high_minor": 200_000_000, "quote": "200万元以内"},
    "contact": {"email": "someone@example.org"},
    "valid_until": "2027-06-30",
}
OF_ITS_OWN = {"id", "record_ptr", "key", "reference"}  # what differs between two records with the same values


@pytest.fixture
def zone(db: None) -> Zone:
    return Zone.objects.create(
        code="example-zone", name=LocalText("示例园区", "Example zone"), region="130000"
    )


@pytest.fixture
def organisation(clock_actor: Actor, now: datetime) -> Record:
    return add_record(
        actor=clock_actor,
        kind_code="organisation",
        values={"title": {"zh": "示例·单位", "en": "Example organisation"}},
        now=now,
        publish=True,
    )


def _columns(record: Record) -> dict[str, Any]:
    stored = kind_of(record.kind).model.objects.get(key=record.key)
    columns = {column.name: getattr(stored, column.attname) for column in stored._meta.concrete_fields}
    many = {
        name: sorted(map(str, others))
        for name, others in model_to_dict(stored).items()
        if isinstance(others, list)
    }
    return {name: value for name, value in (columns | many).items() if name not in OF_ITS_OWN}


def _logged(record: Record) -> list[dict[str, Any]]:
    rows = Change.objects.filter(kind=record.kind, key=record.key).values()
    return [
        {name: value for name, value in row.items() if name not in ("id", "key", "transaction")}
        for row in rows
    ]


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("offer", OFFER),
        ("need", {"title": {"en": "A need"}, "trl": 6, "conditions": [{"text": {"en": "< 0.1 mm"}}]}),
        ("organisation", {"title": {"zh": "示例·院所"}, "aliases": ["院所"], "founded": 1998}),
        ("platform", {"title": {"zh": "示例·平台"}, "longitude": 116.3, "latitude": 39.9}),
        ("person", {"title": {"zh": "示例·某人"}, "languages": ["zh"], "contact": {"telephone": "000"}}),
        ("publication", {"title": {"en": "A list"}, "issued_year": 2024}),
    ],
)
def test_bulk_writes_what_add_record_writes(
    kind: str, values: dict[str, Any], clock_actor: Actor, now: datetime, zone: Zone, organisation: Record
) -> None:
    layout = kind_of(kind).fields
    values = values | {"zone": zone.code} if "zone" in layout else values
    values = values | {"organisation": organisation.key} if "organisation" in layout else values
    one = add_record(
        actor=clock_actor, kind_code=kind, values=values, now=now, publish=True, demonstration=True
    )

    report = add_records(
        clock_actor,
        kind,
        [NewRecord(values, f"R-{number}", True) for number in range(3)],
        now,
        publish=True,
        batch=2,
    )

    assert report == BulkReport(3, 0, ())
    added = [Record.objects.get(kind=kind, reference=f"R-{number}") for number in range(3)]
    for record in added:
        assert _columns(record) == _columns(one)
        assert snapshot(kind_of(kind).model.objects.get(key=record.key)) == snapshot(one)
        assert _logged(record) == _logged(one)
    assert len({record.key for record in added}) == 3


def test_bulk_sets_references_to_several_records(clock_actor: Actor, now: datetime) -> None:
    offer = add_record(actor=clock_actor, kind_code="offer", values=OFFER, now=now, publish=True)
    values = {"title": {"en": "An exhibit"}, "shown": [offer.key]}
    one = add_record(actor=clock_actor, kind_code="exhibit", values=values, now=now)

    add_records(clock_actor, "exhibit", [NewRecord(values, "E-1")], now)

    record = Record.objects.get(reference="E-1")
    assert _columns(record) == _columns(one)
    assert _logged(record) == _logged(one)


def test_bulk_sent_again_adds_nothing(clock_actor: Actor, now: datetime) -> None:
    rows = [NewRecord(OFFER, f"R-{number}") for number in (1, 2, 2)]
    assert add_records(clock_actor, "offer", rows, now) == BulkReport(2, 1, ())
    assert add_records(clock_actor, "offer", rows, now) == BulkReport(0, 3, ())
    assert Record.objects.count() == 2
    assert Change.objects.count() == 2


def test_bulk_names_faulty_rows_and_adds_the_others(clock_actor: Actor, now: datetime) -> None:
    rows = [
        NewRecord(OFFER, "good"),
        NewRecord({"title": {"en": "A result"}, "organisation": "nobody", "region": "999999"}, "bad"),
        NewRecord({}, "empty"),
        NewRecord(OFFER),
    ]
    report = add_records(clock_actor, "offer", rows, now)
    assert (report.added, report.already_there) == (2, 0)
    assert [(fault.row, fault.reference, sorted(fault.fields)) for fault in report.faults] == [
        (2, "bad", ["organisation", "region"]),
        (3, "empty", ["title"]),
    ]
    assert Change.objects.count() == 2


def test_bulk_stopped_in_the_middle_leaves_whole_batches(clock_actor: Actor, now: datetime) -> None:
    def rows() -> Any:
        for number in range(5):
            yield NewRecord(OFFER, f"R-{number}")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        add_records(clock_actor, "offer", rows(), now, batch=2)
    assert sorted(Record.objects.values_list("reference", flat=True)) == ["R-0", "R-1", "R-2", "R-3"]
    assert Change.objects.count() == kind_of("offer").model.objects.count() == 4


def test_bulk_asks_the_policy(make_actor: Callable[..., Actor], organisation: Record, now: datetime) -> None:
    visitor = make_actor()
    member = make_actor("member")
    rows = [NewRecord(OFFER), NewRecord(OFFER | {"organisation": organisation.key})]
    with pytest.raises(NotAllowedError):
        add_records(visitor, "offer", rows, now)
    with pytest.raises(NotAllowedError):
        add_records(member, "offer", rows, now, publish=True)

    report = add_records(member, "offer", rows, now)

    assert report.added == 1
    assert [fault.row for fault in report.faults] == [2]
    assert Record.objects.get(kind="offer").created_by_id == member.user_id
    assert RoleAssignment.objects.filter(user_id=member.user_id, role="offerer").count() == 1


def test_bulk_asks_as_often_for_one_row_as_for_many(
    clock_actor: Actor, zone: Zone, organisation: Record, now: datetime
) -> None:
    values = OFFER | {"organisation": organisation.key, "zone": zone.code}

    def queries(count: int) -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            add_records(
                clock_actor, "offer", [NewRecord(values, f"{count}-{row}") for row in range(count)], now
            )
        return len(asked)

    assert queries(1) == queries(10)
