"""Two organisations become one: every reference in the house follows, or nothing happens at all."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.apps import apps
from django.test import Client

from fairground.accounts import organisations
from fairground.accounts.actors import Actor, visitor
from fairground.accounts.errors import MergeRefusedError, NotAllowedError, NotFoundError
from fairground.accounts.models import (
    Grant,
    Invitation,
    JoinRequest,
    Organisation,
    Record,
    Revision,
    User,
)
from fairground.accounts.organisations import merge_organisations, references_to, standing_key
from fairground.audit.models import Change
from fairground.audit.selectors import changes_of
from fairground.editions.models import Edition, Participation
from fairground.language.local_text import LocalText

MakeOrganisation = Callable[..., Organisation]


@pytest.fixture
def administrator(make_actor: Callable[..., Actor]) -> Actor:
    return make_actor("administrator")


@pytest.fixture
def make_organisation(hub: Any) -> MakeOrganisation:
    def make(zh: str, en: str, **values: Any) -> Organisation:
        return Organisation.objects.create(
            **(
                {"hub": hub, "kind": "organisation", "state": "published", "title": LocalText(zh, en)}
                | values
            )
        )

    return make


@pytest.fixture
def kept(make_organisation: MakeOrganisation) -> Organisation:
    return make_organisation("示例·甲", "Example A", aliases=("甲",))


@pytest.fixture
def merged(make_organisation: MakeOrganisation) -> Organisation:
    return make_organisation("示例·甲研究院", "Example A", aliases=("甲", "A Institute"), ror="03vek6s52")


def _merge(
    actor: Actor, kept: Organisation, merged: Organisation, now: datetime, **changes: Any
) -> Organisation:
    values = {
        "kept_key": kept.key,
        "merged_key": merged.key,
        "kept_version": kept.version,
        "merged_version": merged.version,
        "reason": "one register entry",
    } | changes
    return merge_organisations(actor=actor, now=now, **values)


def test_names_and_ids_go_along_and_the_old_address_leads_to_the_new_one(
    client: Client, administrator: Actor, kept: Organisation, merged: Organisation, now: datetime
) -> None:
    _merge(administrator, kept, merged, now)

    kept.refresh_from_db()
    merged.refresh_from_db()
    assert kept.aliases == ("甲", "示例·甲研究院", "A Institute")
    assert kept.ror == "03vek6s52"
    assert (merged.state, merged.merged_into_id) == ("withdrawn", kept.pk)
    reader = visitor(kept.hub_id)
    assert standing_key(reader, merged.key) == kept.key
    assert standing_key(reader, kept.key) is None
    assert standing_key(visitor(kept.hub_id + 1), merged.key) is None
    old = client.get(f"/en/organisation/{merged.key}/")
    assert old.headers["Location"] == f"/en/organisation/{kept.key}/"
    Organisation.objects.filter(pk=kept.pk).update(state="draft")
    assert standing_key(reader, merged.key) is None
    assert client.get(f"/en/organisation/{merged.key}/").status_code == 404
    assert [row.action for row in changes_of("organisation", kept.key)] == ["merge"]
    told = changes_of("organisation", merged.key).get()
    assert (told.after["merged_into"], told.reason) == (kept.key, "one register entry")


def test_every_foreign_key_in_the_house_is_known(db: None) -> None:
    """Found here by going through all models, there through the table's own relations."""
    for model in (Organisation, Record):
        pointing = {
            field
            for app_model in apps.get_models(include_auto_created=True)
            for field in app_model._meta.get_fields()
            if getattr(field, "many_to_one", False) or getattr(field, "one_to_one", False)
            if field.concrete and field.remote_field.model is model and field.model is app_model
        }
        assert set(references_to(model)) == pointing
        assert len(pointing) >= 5


def test_whatever_pointed_to_the_one_points_to_the_other(
    administrator: Actor,
    kept: Organisation,
    merged: Organisation,
    make_user: Callable[..., User],
    make_organisation: MakeOrganisation,
    now: datetime,
) -> None:
    both, only_merged, invited = make_user("member"), make_user("member"), make_user("member")
    kept.memberships.create(user=both, since=now)
    merged.memberships.create(user=both, is_manager=True, since=now)
    merged.memberships.create(user=only_merged, since=now)
    offer = Record.objects.create(hub_id=kept.hub_id, kind="offer", organisation=merged)
    part = make_organisation("示例·分院", "Example part", parent=merged)
    earlier = make_organisation("示例·旧", "Example old", merged_into=merged, state="withdrawn")
    Grant.objects.create(record=offer, organisation=merged, scope="read", reason="x", given_at=now)
    Grant.objects.create(record=merged, user=both, scope="contact", reason="x", given_at=now)
    for organisation in (kept, merged):
        Invitation.objects.create(organisation=organisation, email="a@example.org", created_at=now)
        JoinRequest.objects.create(organisation=organisation, user=invited, created_at=now)
    Invitation.objects.create(organisation=merged, email="b@example.org", created_at=now)
    editions = [
        Edition.objects.create(hub_id=kept.hub_id, kind="edition", year=year) for year in (2024, 2025)
    ]
    Participation.objects.create(edition=editions[0], record=kept)
    for edition in editions:
        Participation.objects.create(edition=edition, record=merged)
    own = Revision.objects.create(record=merged, values={}, base_version=1, created_at=now)
    of_offer = Revision.objects.create(
        record=offer, values={"organisation": merged.key}, base_version=1, created_at=now
    )

    _merge(administrator, kept, merged, now)

    pointing = {
        f"{field.model._meta.label}.{field.name}": field.model._base_manager.filter(
            **{field.name: merged.pk}
        ).count()
        for model in (Organisation, Record)
        for field in references_to(model)
        if not field.remote_field.parent_link
    }
    assert {name: count for name, count in pointing.items() if count} == {"accounts.Revision.record": 1}
    assert dict(kept.memberships.values_list("user_id", "is_manager")) == {
        both.pk: True,
        only_merged.pk: False,
    }
    assert set(kept.invitations.values_list("email", flat=True)) == {"a@example.org", "b@example.org"}
    assert kept.join_requests.count() == 1
    assert Participation.objects.filter(record=kept).count() == 2
    part.refresh_from_db()
    earlier.refresh_from_db()
    own.refresh_from_db()
    of_offer.refresh_from_db()
    assert (part.parent_id, earlier.merged_into_id) == (kept.pk, kept.pk)
    assert (own.state, of_offer.values) == ("recalled", {"organisation": kept.key})
    assert standing_key(administrator, earlier.key) == kept.key


def test_every_record_that_moved_has_a_row_of_its_own(
    administrator: Actor, kept: Organisation, merged: Organisation, now: datetime
) -> None:
    moved = [
        Record.objects.create(hub_id=kept.hub_id, kind="offer", organisation=merged, version=number)
        for number in (1, 5)
    ]
    untouched = Record.objects.create(hub_id=kept.hub_id, kind="offer", organisation=kept)

    _merge(administrator, kept, merged, now)

    for record in moved:
        row = changes_of("offer", record.key).get()
        before = record.version
        record.refresh_from_db()
        assert (row.before, row.after) == ({"organisation": merged.key}, {"organisation": kept.key})
        assert (record.version, row.version) == (before + 1, before + 1)
    assert not changes_of("offer", untouched.key).exists()


@pytest.mark.parametrize("name", ["ror", "uscc"])
def test_two_different_register_entries_are_two_organisations(
    name: str, administrator: Actor, make_organisation: MakeOrganisation, now: datetime
) -> None:
    values = {"ror": ("03vek6s52", "01ggx4157"), "uscc": ("91350100M000100Y43", "91350100M000100Y4X")}[name]
    first, second = (make_organisation("示例", "Example", **{name: value}) for value in values)
    with pytest.raises(MergeRefusedError) as refused:
        _merge(administrator, first, second, now)
    assert values[0] in str(refused.value)
    assert Change.objects.count() == 0


def test_an_organisation_never_becomes_its_own_parent(
    administrator: Actor, make_organisation: MakeOrganisation, now: datetime
) -> None:
    top = make_organisation("示例·上", "Example top")
    middle = make_organisation("示例·中", "Example middle", parent=top)
    bottom = make_organisation("示例·下", "Example bottom", parent=middle)
    for kept in (middle, bottom):
        with pytest.raises(MergeRefusedError):
            _merge(administrator, kept, top, now)
    _merge(administrator, top, middle, now)
    bottom.refresh_from_db()
    top.refresh_from_db()
    assert (bottom.parent_id, top.parent_id) == (top.pk, None)


def test_the_parent_goes_along_where_there_was_none(
    administrator: Actor, kept: Organisation, make_organisation: MakeOrganisation, now: datetime
) -> None:
    ministry = make_organisation("示例·部", "Example ministry")
    merged = make_organisation("示例·乙", "Example B", parent=ministry)
    assert _merge(administrator, kept, merged, now).parent_id == ministry.pk


def test_merging_is_refused_with_a_reason(
    administrator: Actor,
    kept: Organisation,
    merged: Organisation,
    make_actor: Callable[..., Actor],
    now: datetime,
) -> None:
    with pytest.raises(NotAllowedError):
        _merge(make_actor("organiser"), kept, merged, now)
    with pytest.raises(MergeRefusedError):
        _merge(administrator, kept, kept, now)
    with pytest.raises(MergeRefusedError):
        _merge(administrator, kept, merged, now, reason=" ")
    with pytest.raises(MergeRefusedError):
        _merge(administrator, kept, merged, now, merged_version=9)
    offer = Record.objects.create(hub_id=kept.hub_id, kind="offer")
    for key in (offer.key, "nothinghere0"):
        with pytest.raises(NotFoundError):
            _merge(administrator, kept, merged, now, merged_key=key)
    _merge(administrator, kept, merged, now)
    for organisation in (kept, merged):
        organisation.refresh_from_db()
    with pytest.raises(MergeRefusedError):
        _merge(administrator, kept, merged, now)


def test_a_failure_halfway_leaves_everything_as_it_was(
    administrator: Actor,
    kept: Organisation,
    merged: Organisation,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    offers = [Record.objects.create(hub_id=kept.hub_id, kind="offer", organisation=merged) for _ in range(3)]
    rows: list[str] = []

    def fail_at_the_third(**values: Any) -> None:
        rows.append(values["key"])
        if len(rows) == 3:
            raise RuntimeError("the machine stops here")

    monkeypatch.setattr(organisations, "record_change", fail_at_the_third)
    with pytest.raises(RuntimeError):
        _merge(administrator, kept, merged, now)

    untouched = {(offer.pk, merged.pk, 1) for offer in offers}
    found = Record.objects.filter(kind="offer").values_list("pk", "organisation_id", "version")
    assert set(found) == untouched
    merged.refresh_from_db()
    assert (merged.state, merged.merged_into_id, merged.version) == ("published", None, 1)


def test_the_page_shows_both_before_it_merges(
    sign_in: Callable[..., Client], kept: Organisation, merged: Organisation
) -> None:
    client = sign_in("administrator")
    values = {"kept": kept.key, "merged": merged.key, "reason": "one register entry"}
    shown = client.post("/en/organisations/merge/", values)
    assert "A Institute" in shown.content.decode()
    assert Change.objects.count() == 0

    client.post("/en/organisations/merge/", values | {"kept_version": 1, "merged_version": 1})
    merged.refresh_from_db()
    assert merged.merged_into_id == kept.pk
