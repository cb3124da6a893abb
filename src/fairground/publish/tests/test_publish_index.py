"""The index says what the database says, whatever was written, in whatever order it was committed."""

import json
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from fairground.accounts.actors import Actor
from fairground.accounts.bulk import NewRecord, add_records
from fairground.accounts.grants import end_grants, give_grant, revoke_grant
from fairground.accounts.kinds import kinds
from fairground.accounts.models import Hub, Organisation, Record, User
from fairground.accounts.organisations import merge_organisations
from fairground.accounts.services import (
    add_record,
    change_record,
    decide_revision,
    delete_draft,
    move_record,
    propose_revision,
)
from fairground.audit.models import Change
from fairground.audit.selectors import LogPosition, changes_after, last_position, position_of
from fairground.language.local_text import LocalText
from fairground.places.core.outlines import region_point
from fairground.places.models import Zone
from fairground.publish import index as publish_index
from fairground.publish.core.search.documents import Point
from fairground.publish.core.search.errors import IndexBusyError
from fairground.publish.documents import document_parts, documents_of
from fairground.publish.index import check_index, follow_log, rebuild_index, search_index

# PostgreSQL tells of a transaction only when it is over: each test commits.
pytestmark = pytest.mark.django_db(transaction=True)


def held_audience(key: str) -> set[str]:
    """Return who may find a record, as the index holds it, without the hub."""
    sources = (json.loads(source) for _, _, source in search_index().refresh().stored())
    (audience,) = (source["audience"] for source in sources if source["key"] == key)
    return {term.partition(":")[2] for term in audience}


def versions() -> dict[str, int]:
    return {key: held.version for key, held in search_index().contents().items()}


def words(text: str) -> list[str]:
    """Return the keys that the system finds by a text, in order."""
    from fairground.publish.core.search.query import SearchRequest
    from fairground.publish.core.search.search import search

    hubs = Hub.objects.values_list("pk", flat=True)
    request = SearchRequest(text=text, audience=tuple(f"{pk}:editors" for pk in hubs))
    return sorted(hit.key for hit in search(search_index().refresh(), request).hits)


@pytest.fixture
def owner(make_actor: Callable[..., Actor]) -> Actor:
    return make_actor("member")


@pytest.fixture
def editor(make_actor: Callable[..., Actor]) -> Actor:
    return make_actor("organiser")


def need(actor: Actor, now: datetime, title: str = "无损检测需求") -> Record:
    return add_record(actor=actor, kind_code="need", values={"title": {"zh": title}}, now=now)


def moved(actor: Actor, record: Record, move: str, now: datetime, reason: str = "") -> Record:
    return move_record(actor=actor, key=record.key, move=move, version=record.version, now=now, reason=reason)


def published(owner: Actor, editor: Actor, now: datetime) -> Record:
    submitted = moved(owner, need(owner, now), "submit", now)
    return moved(editor, submitted, "publish", now)


def test_index_follows_a_record_through_its_life(owner: Actor, editor: Actor, now: datetime) -> None:
    follow_log()
    record = need(owner, now)
    assert follow_log() == 1
    assert check_index().is_equal
    assert held_audience(record.key) == {"editors", f"user:{owner.user_id}"}

    record = change_record(
        actor=owner,
        key=record.key,
        values={"title": {"zh": "焊缝"}, "visibility": "members"},
        version=1,
        now=now,
    )
    follow_log()
    assert (check_index().is_equal, words("焊缝")) == (True, [record.key])

    record = moved(editor, moved(owner, record, "submit", now), "publish", now)
    assert follow_log() == 2
    assert check_index().is_equal
    assert held_audience(record.key) == {"editors", "members", f"user:{owner.user_id}"}

    revision = propose_revision(
        actor=owner, key=record.key, values={"title": {"zh": "铸件"}}, version=record.version, now=now
    )
    follow_log()
    assert (check_index().is_equal, words("铸件")) == (True, [])
    record = decide_revision(actor=editor, revision_id=revision.pk, accept=True, now=now)
    follow_log()
    assert (check_index().is_equal, words("铸件"), words("焊缝")) == (True, [record.key], [])

    moved(owner, record, "withdraw", now, reason="不再需要")
    follow_log()
    assert check_index().is_equal
    assert held_audience(record.key) == {"editors", f"user:{owner.user_id}"}


def test_deleted_draft_leaves_the_index(owner: Actor, now: datetime) -> None:
    record = need(owner, now)
    follow_log()
    delete_draft(actor=owner, key=record.key, version=1, now=now)
    follow_log()

    assert (check_index().is_equal, versions()) == (True, {})


def test_many_records_at_once_are_followed(clock_actor: Actor, now: datetime) -> None:
    follow_log()
    rows = [NewRecord({"title": {"zh": f"第{number}项"}}, reference=f"R{number}") for number in range(30)]
    add_records(clock_actor, "need", rows, now=now)

    assert follow_log() == 30
    assert (check_index().is_equal, len(versions())) == (True, 30)


def test_grant_and_its_end_reach_the_index(
    owner: Actor, editor: Actor, make_user: Callable[..., User], clock_actor: Actor, now: datetime
) -> None:
    record = published(owner, editor, now)
    friend = make_user("member")
    follow_log()
    assert f"granted:user:{friend.pk}" not in held_audience(record.key)

    grant = give_grant(
        actor=owner, record_key=record.key, scope="read", reason="洽谈", user_id=friend.pk, now=now
    )
    follow_log()
    assert (check_index().is_equal, f"granted:user:{friend.pk}" in held_audience(record.key)) == (True, True)

    revoke_grant(actor=owner, grant_id=grant.pk, now=now)
    follow_log()
    assert (check_index().is_equal, f"granted:user:{friend.pk}" in held_audience(record.key)) == (True, False)

    give_grant(
        actor=owner, record_key=record.key, scope="read", reason="洽谈", user_id=friend.pk, now=now,
        until=now + timedelta(days=1),
    )  # fmt: skip
    follow_log()
    later = now + timedelta(days=2)
    assert end_grants(actor=clock_actor, now=later) == 1
    assert end_grants(actor=clock_actor, now=later) == 0
    follow_log()
    assert (check_index().is_equal, f"granted:user:{friend.pk}" in held_audience(record.key)) == (True, False)


def organisation(clock_actor: Actor, now: datetime, zh: str, **values: Any) -> Organisation:
    record = add_record(
        actor=clock_actor,
        kind_code="organisation",
        values={"title": {"zh": zh}, **values},
        now=now,
        publish=True,
    )
    return Organisation.objects.get(pk=record.pk)


def test_renamed_organisation_changes_the_documents_of_its_records(clock_actor: Actor, now: datetime) -> None:
    named = organisation(clock_actor, now, "示例·青山研究所")
    record = add_record(
        actor=clock_actor, kind_code="offer", publish=True, now=now,
        values={"title": {"zh": "涂层"}, "organisation": named.key},
    )  # fmt: skip
    follow_log()
    assert words("青山") == sorted([named.key, record.key])

    change_record(
        actor=clock_actor, key=named.key, values={"title": {"zh": "示例·碧水研究所"}}, version=1, now=now
    )
    follow_log()
    assert (check_index().is_equal, words("青山")) == (True, [])
    assert words("碧水") == sorted([named.key, record.key])


def test_organisation_that_closes_takes_its_name_from_the_documents(
    clock_actor: Actor, now: datetime
) -> None:
    named = organisation(clock_actor, now, "示例·青山研究所")
    add_record(
        actor=clock_actor, kind_code="offer", publish=True, now=now,
        values={"title": {"zh": "涂层"}, "organisation": named.key},
    )  # fmt: skip
    change_record(actor=clock_actor, key=named.key, values={"visibility": "parties"}, version=1, now=now)
    follow_log()

    assert (check_index().is_equal, words("青山")) == (True, [named.key])


def test_merged_organisations_are_followed(
    clock_actor: Actor, make_actor: Callable[..., Actor], now: datetime
) -> None:
    kept, merged = (organisation(clock_actor, now, name) for name in ("示例·青山研究所", "示例·碧水研究所"))
    record = add_record(
        actor=clock_actor, kind_code="offer", publish=True, now=now,
        values={"title": {"zh": "涂层"}, "organisation": merged.key},
    )  # fmt: skip
    follow_log()
    merge_organisations(
        actor=make_actor("administrator"), kept_key=kept.key, merged_key=merged.key,
        kept_version=1, merged_version=1, now=now, reason="同一单位",
    )  # fmt: skip
    follow_log()

    assert check_index().is_equal
    assert words("青山") == sorted([kept.key, record.key])
    # Its old name is an alias of the one that stands.
    assert words("碧水") == sorted([kept.key, merged.key, record.key])


def test_rebuilding_while_others_write_loses_nothing(
    owner: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = [need(owner, now, f"第{number}项") for number in range(3)]

    def writing_meanwhile() -> Iterator[Any]:
        for number, part in enumerate(document_parts()):
            yield part  # it has been read when the next one is asked for
            if number == 0:
                need(owner, now, "其间新增")
                change_record(
                    actor=owner, key=before[0].key, values={"title": {"zh": "其间修改"}}, version=1, now=now
                )

    monkeypatch.setattr(publish_index, "document_parts", writing_meanwhile)
    rebuild_index()
    monkeypatch.undo()
    follow_log()

    assert (check_index().is_equal, len(versions())) == (True, 4)


def test_index_of_another_database_is_built_anew(owner: Actor, hub: Hub, now: datetime) -> None:
    gone = need(owner, now)
    follow_log()
    # Another database: other rows with the same numbers, so that positions alone would look familiar.
    Record.objects.all().delete()
    Change.objects.all().delete()
    record = need(owner, now + timedelta(days=1), "另一个库")

    assert follow_log() == 0
    assert (check_index().is_equal, list(versions())) == (True, [record.key])
    assert gone.key not in versions()


def test_index_ahead_of_a_restored_database_is_built_anew(owner: Actor, now: datetime) -> None:
    first = need(owner, now)
    second = need(owner, now)
    follow_log()
    # A backup put back: the newest write is gone, its row in the log too.
    Record.objects.filter(pk=second.pk).delete()
    Change.objects.filter(key=second.key).delete()

    follow_log()
    assert (check_index().is_equal, list(versions())) == (True, [first.key])


def test_index_is_missing_until_it_is_built(owner: Actor, now: datetime, index_folder: Path) -> None:
    need(owner, now)
    assert not index_folder.exists()
    assert follow_log() == 0
    assert check_index().is_equal


def test_check_names_what_differs(owner: Actor, hub: Hub, now: datetime) -> None:
    changed, gone = need(owner, now), need(owner, now)
    follow_log()
    Record.objects.filter(pk=changed.pk).update(title=LocalText("改过而未记录"))
    Record.objects.filter(pk=gone.pk).delete()
    missing = Record.objects.create(
        hub=hub, kind="tool", title=LocalText("无记录"), created_at=now, changed_at=now
    )
    from fairground.collect.models import Tool

    Tool(record_ptr=missing).save_base(raw=True)
    found = check_index()

    assert (found.missing, found.left_over, found.different) == ((missing.key,), (gone.key,), (changed.key,))
    assert not found.is_equal


def test_second_follower_is_told_and_nothing_is_doubled(owner: Actor, now: datetime) -> None:
    follow_log()
    need(owner, now)
    with search_index().writer(), pytest.raises(IndexBusyError):
        follow_log()

    assert follow_log() == 1
    assert follow_log() == 0
    assert (check_index().is_equal, len(versions())) == (True, 1)


def test_log_is_read_in_parts_without_gaps(
    owner: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow_log()
    monkeypatch.setattr(publish_index, "AT_ONCE", 2)
    for number in range(5):
        need(owner, now, f"第{number}项")

    assert follow_log() == 5
    assert (check_index().is_equal, len(versions())) == (True, 5)


def test_write_that_commits_late_is_still_read(hub: Hub, now: datetime) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time: nothing commits out of order")
    written, may_commit = threading.Event(), threading.Event()

    def log(key: str) -> None:
        Change.objects.create(
            hub_id=hub.pk, at=now, actor_name="", kind="need", key=key, version=1, action="add"
        )

    def write_first_commit_last() -> None:
        try:
            with transaction.atomic():
                log("early-number")
                written.set()
                may_commit.wait(20)
        finally:
            connections.close_all()

    late = threading.Thread(target=write_first_commit_last)
    start = last_position()
    late.start()
    assert written.wait(20)
    log("late-number")

    seen = changes_after(start, limit=10)
    assert seen == []
    assert last_position() == start
    may_commit.set()
    late.join(20)
    seen = changes_after(start, limit=10)
    assert [change.key for change in seen] == ["early-number", "late-number"]
    assert changes_after(position_of(seen[-1]), limit=10) == []


def test_readers_in_any_order_miss_and_repeat_nothing(hub: Hub, now: datetime) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time: nothing commits out of order")
    done = threading.Event()
    seen: list[str] = []

    def write(name: str) -> None:
        try:
            for number in range(25):
                with transaction.atomic():
                    for part in "ab":
                        Change.objects.create(
                            hub_id=hub.pk, at=now, actor_name="", kind="need", key=f"{name}{number}{part}",
                            version=1, action="add",
                        )  # fmt: skip
        finally:
            connections.close_all()

    writers = [threading.Thread(target=write, args=(name,)) for name in "xyz"]
    for writer in writers:
        writer.start()
    position = LogPosition()
    while not done.is_set():
        if not any(writer.is_alive() for writer in writers):
            done.set()
        for change in changes_after(position, limit=7):
            position = position_of(change)
            seen.append(change.key)
    while changes := changes_after(position, limit=7):
        position = position_of(changes[-1])
        seen += [change.key for change in changes]

    assert len(seen) == 150
    assert len(set(seen)) == 150


def test_log_of_a_database_moved_to_another_server_is_followed(owner: Actor, now: datetime) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL numbers transactions")
    need(owner, now)
    # The other server counts transactions from a few hundred: the rows that came with it are 'in the future'.
    Change.objects.update(transaction=2**40)
    follow_log()
    need(owner, now)
    follow_log()

    assert (check_index().is_equal, len(versions())) == (True, 2)
    assert follow_log() == 0


@pytest.mark.parametrize("kind", [kind.code for kind in kinds()])
def test_documents_are_read_in_few_queries_whatever_their_number(
    kind: str, hub: Hub, clock_actor: Actor, now: datetime
) -> None:
    def queries(rows: int) -> int:
        year = {"year": 2020 + rows} if kind == "edition" else {}
        new = [NewRecord({"title": {"zh": f"第{number}条"}, **year}) for number in range(rows)]
        add_records(clock_actor, kind, new, now=now)
        keys = list(Record.objects.values_list("key", flat=True))
        with CaptureQueriesContext(connection) as captured:
            assert len(list(documents_of(keys))) == len(keys) >= rows
        return len(captured)

    assert queries(1) == queries(3)


def test_a_document_stands_at_its_own_point_else_its_zones_else_its_regions(
    hub: Hub, clock_actor: Actor, now: datetime
) -> None:
    Zone.objects.create(
        code="z1", name=LocalText("一区", "Zone 1"), region="130000", longitude=115.5, latitude=38.9
    )
    Zone.objects.create(code="z2", name=LocalText("二区", "Zone 2"), region="130000")

    def point(kind: str, **values: Any) -> Point | None:
        title = {"zh": "某处"}
        record = add_record(actor=clock_actor, kind_code=kind, values={"title": title, **values}, now=now)
        (document,) = documents_of([record.key])
        return document.point

    own = {"longitude": 116.3, "latitude": 39.9}
    assert point("platform", **own, zone="z1") == (116.3, 39.9, "exact")
    assert point("facility", **own) == (116.3, 39.9, "exact")
    assert point("offer", zone="z1", region="130000") == (115.5, 38.9, "zone")
    assert point("need", zone="z2", region="130000") == (*(region_point("130000") or ()), "region")
    assert point("organisation", region="DE") == (*(region_point("DE") or ()), "region")
    assert point("platform") is None
    # Nobody looks for these on a map.
    values = {"title": {"zh": "某机构"}, "region": "130000"}
    firm = add_record(actor=clock_actor, kind_code="organisation", values=values, now=now, publish=True)
    assert point("need", organisation=firm.key) == (*(region_point("130000") or ()), "region")
    assert [point(kind, organisation=firm.key) for kind in ("dataset", "tool")] == [None] * 2
    rebuild_index()
    assert check_index().is_equal
    Zone.objects.filter(code="z1").update(longitude=115.6)
    assert len(check_index().different) == 1


def test_a_hidden_organisations_region_places_nothing(hub: Hub, clock_actor: Actor, now: datetime) -> None:
    hidden = add_record(
        actor=clock_actor,
        kind_code="organisation",
        values={"title": {"zh": "某机构"}, "region": "130000"},
        now=now,
    )
    values = {"title": {"zh": "某成果"}, "organisation": hidden.key}
    offer = add_record(actor=clock_actor, kind_code="offer", values=values, now=now)
    (document,) = documents_of([offer.key])
    assert document.point is None
