"""The desk, saving, the clinic while typing, and what happens when two people edit one record."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fairground.accounts.actors import Actor, actor_for
from fairground.accounts.kinds import kind_of
from fairground.accounts.models import Record, Revision
from fairground.accounts.services import add_record, move_record
from fairground.audit.models import Change
from fairground.collect.models import Need, Offer

TITLE = {"title.zh": "大型薄壁件内部缺陷检测"}
MaxQueries = Callable[[int], AbstractContextManager[Any]]
NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)


@pytest.fixture
def anna(sign_in: Callable[..., Client]) -> Client:
    return sign_in("member")


@pytest.fixture
def actor_of(hub: Any) -> Callable[[Client], Actor]:
    return lambda client: actor_for(client.user, hub.pk, now=datetime.now(UTC))


def _need(actor: Actor, **values: Any) -> Record:
    return add_record(actor=actor, kind_code="need", values={"title": {"zh": "示例需求"}, **values}, now=NOW)


def _published(record: Record, owner: Actor, editor: Actor) -> Record:
    moved = move_record(actor=owner, key=record.key, move="submit", version=record.version, now=NOW)
    return move_record(actor=editor, key=record.key, move="publish", version=moved.version, now=NOW)


def _edit(record: Record) -> str:
    return f"/en/{record.kind}/{record.key}/edit/"


def test_the_desk_leads_to_ones_account(anna: Client) -> None:
    assert 'href="/en/me/"' in anna.get("/en/desk/").content.decode()


def test_empty_desk_teaches_what_to_do(anna: Client) -> None:
    page = anna.get("/en/desk/").content.decode()

    assert "Nothing of yours is here yet" in page
    assert 'href="/en/new/need/"' in page


def test_a_visitor_is_led_to_sign_in_and_back(client: Client, hub: Any) -> None:
    page = client.get("/zh/new/need/")

    assert page.status_code == 200
    assert "?next=%2Fzh%2Fnew%2Fneed%2F" in page.content.decode()
    assert client.get("/en/desk/").headers["Location"] == "/en/account/login/?next=/en/desk/"


@pytest.mark.parametrize("rows", [1, 3])
def test_desk_asks_the_database_as_often_for_three_records_as_for_one(
    rows: int, anna: Client, actor_of: Callable[[Client], Actor], django_assert_max_num_queries: MaxQueries
) -> None:
    for _ in range(rows):
        _need(actor_of(anna))
        add_record(actor=actor_of(anna), kind_code="offer", values={"title": {"en": "Example"}}, now=NOW)
    anna.get("/en/desk/")
    with django_assert_max_num_queries(11):
        page = anna.get("/en/desk/")
    assert [len(part.rows) for part in page.context["parts"]] == [2 * rows]


def test_a_returned_draft_comes_first_with_the_reason(
    anna: Client, actor_of: Callable[[Client], Actor], make_actor: Callable[..., Actor]
) -> None:
    owner, editor = actor_of(anna), _editor(make_actor)
    first, second = _need(owner), _need(owner)
    moved = move_record(actor=owner, key=first.key, move="submit", version=1, now=NOW)
    move_record(
        actor=editor, key=first.key, move="return", version=moved.version, now=NOW, reason="Give a figure."
    )
    (part,) = anna.get("/en/desk/").context["parts"]

    assert [(row.key, row.reason) for row in part.rows] == [(first.key, "Give a figure."), (second.key, "")]


def _editor(make_actor: Callable[..., Actor]) -> Actor:
    editor = make_actor("organiser")
    return Actor(editor.hub_id, editor.user_id, editor.name, frozenset({"organiser"}))


def test_what_does_not_fit_is_named_and_everything_typed_is_kept(anna: Client) -> None:
    answer = anna.post(
        "/en/new/need/",
        {
            "title.zh": "  ",
            "summary.en": "Kept <b>as typed</b>",
            "budget": "0",
            "trl": "six",
            "deadline": "soon",
            "contact.email": "no address",
            "conditions.0.level": "must",
        },
    )
    assert answer.status_code == 422
    form = answer.context["form"]
    assert set(form.faults) == {"title", "budget", "trl", "deadline", "contact", "conditions"}
    page = answer.content.decode()
    assert "Kept &lt;b&gt;as typed&lt;/b&gt;" in page
    for text in ('value="0"', 'value="no address"', "Leave it empty if it is to be negotiated"):
        assert text in page
    assert Record.objects.count() == 0


def test_an_amount_is_read_and_shown_as_understood(anna: Client) -> None:
    answer = anna.post("/zh/new/need/", {**TITLE, "budget": "200万元以内"}, follow=True)

    need = Need.objects.get()
    assert (need.budget.high_minor, need.budget.low_minor, need.budget.quote) == (
        200_000_000, None, "200万元以内",
    )  # fmt: skip
    assert "读作：不超过200万元" in answer.content.decode()


def test_adding_a_row_keeps_what_was_typed_and_saves_nothing(anna: Client) -> None:
    answer = anna.post(
        "/zh/new/need/", {**TITLE, "conditions.0.text.zh": "检出0.1毫米裂纹", "add": "conditions"}
    )
    rows = next(entry for entry in answer.context["form"].entries() if entry.name == "conditions").rows

    assert [row.prefix for row in rows] == ["conditions.0", "conditions.1", "conditions.2"]
    assert "检出0.1毫米裂纹" in answer.content.decode()
    assert Record.objects.count() == 0


def test_a_row_is_taken_out(anna: Client) -> None:
    typed = {**TITLE, "conditions.0.text.zh": "甲", "conditions.1.text.zh": "乙"}
    anna.post("/zh/new/need/", typed)
    need = Need.objects.get()
    anna.post(_edit(need), {**typed, "conditions.0.remove": "on", "version": need.version})

    need.refresh_from_db()
    assert [condition.text.zh for condition in need.conditions] == ["乙"]


def test_what_has_no_input_of_its_own_is_carried_along(
    sign_in: Callable[..., Client], actor_of: Callable[[Client], Actor]
) -> None:
    client = sign_in("administrator")
    speakers = [{"name": {"en": "Example Person"}, "key": "abcdefghjkmn"}]
    session = add_record(
        actor=actor_of(client),
        kind_code="session",
        values={"title": {"en": "Example session"}, "speakers": speakers},
        now=NOW,
    )
    form = client.get(_edit(session)).context["form"]
    typed = dict(form.typed)
    client.post(_edit(session), {**typed, "venue.en": "Hall A", "version": 1})

    session.refresh_from_db()
    assert (session.speakers[0].key, session.venue.en) == ("abcdefghjkmn", "Hall A")


def test_a_draft_saves_itself_and_one_form_makes_one_draft(anna: Client) -> None:
    typed = {**TITLE, "sitting": "one-window", "budget": "0"}
    first = anna.post("/zh/new/need/", typed, headers={"HX-Request": "true"})
    second = anna.post("/zh/new/need/", {**typed, "summary.zh": "后来写的"}, headers={"HX-Request": "true"})
    need = Need.objects.get()

    assert "已保存" in first.content.decode()
    assert "未保存：预算" in first.content.decode()
    assert (need.summary.zh, need.version) == ("后来写的", 2)
    assert f'value="{need.key}"' in second.content.decode()
    # Pressing Save with the version the form was opened at is no conflict with oneself.
    answer = anna.post(
        "/zh/new/need/", {**TITLE, "sitting": "one-window", "summary.zh": "最后", "version": ""}
    )
    assert answer.status_code == 302
    assert Need.objects.get().summary.zh == "最后"


def test_saving_without_a_change_writes_nothing(anna: Client) -> None:
    anna.post("/zh/new/need/", TITLE)
    need = Need.objects.get()
    anna.post(_edit(need), {**TITLE, "version": 1})

    assert Need.objects.get().version == 1


def test_the_clinic_answers_while_one_types_and_saves_nothing(anna: Client) -> None:
    answer = anna.post(
        "/en/desk/clinic/need/", {**TITLE, "summary.zh": "现有方法显著落后。", "budget": "50万元"}
    )
    page = answer.content.decode()

    assert "at least one figure" in page
    assert "“显著” carries no figure" in page
    assert "Read as: 500,000 yuan" in page
    assert Record.objects.count() == 0


def test_completeness_follows_every_save_from_wherever(
    anna: Client, actor_of: Callable[[Client], Actor]
) -> None:
    bare = _need(actor_of(anna))
    full = _need(actor_of(anna), problem={"zh": "漏检"}, wanted_outcome={"zh": "误差不超过0.1毫米"}, trl=6)

    assert Need.objects.get(pk=bare.pk).completeness < Need.objects.get(pk=full.pk).completeness
    levels = [{"level": 4}, {"level": 7, "use": {"en": "blades"}}]
    offer = add_record(
        actor=actor_of(anna),
        kind_code="offer",
        values={"title": {"en": "Example"}, "maturity": levels},
        now=NOW,
    )
    assert Offer.objects.get(pk=offer.pk).trl == 7


def test_a_published_record_gets_a_revision_of_only_what_changed(
    anna: Client, actor_of: Callable[[Client], Actor], make_actor: Callable[..., Actor]
) -> None:
    owner = actor_of(anna)
    record = _published(_need(owner, protected_detail={"zh": "保密"}), owner, _editor(make_actor))
    form = anna.get(_edit(record)).context["form"]
    anna.post(
        _edit(record), {**form.typed, "summary.en": "New", "version": record.version, "note": "clearer"}
    )
    revision = Revision.objects.get()

    assert revision.values == {"summary": {"en": "New"}}
    assert revision.note == "clearer"
    assert Need.objects.get().summary.en is None
    assert "New" in anna.get(_edit(record)).content.decode()


def test_two_people_editing_are_told_and_nothing_is_overwritten(
    anna: Client, actor_of: Callable[[Client], Actor], sign_in: Callable[..., Client], hub: Any
) -> None:
    organisation = add_record(
        actor=Actor(hub.pk, is_system=True),
        kind_code="organisation",
        values={"title": {"en": "Example"}},
        now=NOW,
        publish=True,
    )
    first = sign_in("member", organisations=(organisation.pk,))
    second = sign_in("member", organisations=(organisation.pk,))
    first.post("/en/new/need/", {**TITLE, "organisation": organisation.key})
    need = Need.objects.get()
    typed = {**TITLE, "organisation": organisation.key, "version": 1}
    assert second.post(_edit(need), {**typed, "summary.en": "Theirs stands"}).status_code == 302

    answer = first.post(_edit(need), {**typed, "summary.en": "Mine <i>too</i>"})

    assert answer.status_code == 409
    page = answer.content.decode()
    (difference,) = answer.context["changes"]
    assert (difference.before, difference.after) == ("Theirs stands", "Mine <i>too</i>")
    assert "<i>too" not in page
    assert Need.objects.get().summary.en == "Theirs stands"
    # Keep mine: everything typed is in the page, with the version that stands now.
    kept = {**dict(answer.context["typed"]), "version": 2, "key": need.key, "do": "save"}
    assert first.post(_edit(need), kept).status_code == 302
    assert Need.objects.get().summary.en == "Mine <i>too</i>"


def test_a_second_revision_does_not_replace_one_its_author_never_saw(
    anna: Client, actor_of: Callable[[Client], Actor], make_actor: Callable[..., Actor]
) -> None:
    owner = actor_of(anna)
    record = _published(_need(owner), owner, _editor(make_actor))
    typed = {"title.zh": "示例需求", "version": record.version}
    anna.post(_edit(record), {**typed, "summary.en": "First"})

    answer = anna.post(_edit(record), {**typed, "summary.en": "Second"})

    assert answer.status_code == 409
    assert Revision.objects.get(state="open").values == {"summary": {"en": "First"}}


def test_steps_are_taken_and_taken_back(
    anna: Client, actor_of: Callable[[Client], Actor], make_actor: Callable[..., Actor]
) -> None:
    record = _need(actor_of(anna))
    move = f"/en/need/{record.key}/move/"

    def state() -> tuple[str, int]:
        found = Record.objects.get(pk=record.pk)
        return found.state, found.version

    anna.post(move, {"move": "submit", "version": 1})
    assert state() == ("in_review", 2)
    assert "Recall it to change something" in anna.get(_edit(record)).content.decode()
    anna.post(move, {"move": "recall", "version": 2})
    assert state() == ("draft", 3)
    _published(Record.objects.get(pk=record.pk), actor_of(anna), _editor(make_actor))
    assert anna.post(move, {"move": "withdraw", "version": 5}).status_code == 422
    anna.post(move, {"move": "withdraw", "version": 5, "reason": "sold"})
    assert state() == ("withdrawn", 6)
    anna.post(move, {"move": "reopen", "version": 6})
    assert state() == ("draft", 7)
    assert anna.post(move, {"move": "publish", "version": 7}).status_code == 409
    assert anna.post(move, {"move": "no such", "version": 7}).status_code == 409


def test_a_record_is_renewed(
    anna: Client, actor_of: Callable[[Client], Actor], make_actor: Callable[..., Actor]
) -> None:
    owner = actor_of(anna)
    record = _published(_need(owner, valid_until="2026-11-30"), owner, _editor(make_actor))
    renew = f"/en/need/{record.key}/renew/"

    assert anna.get(renew).status_code == 200
    for wrong in ("2020-01-01", "zz", ""):
        assert anna.post(renew, {"valid_until": wrong, "version": 3}).status_code == 422
    later = (datetime.now(UTC) + timedelta(days=365)).date().isoformat()
    assert anna.post(renew, {"valid_until": later, "version": 3}).status_code == 302
    assert Record.objects.get(pk=record.pk).valid_until.isoformat() == later


def test_a_draft_is_deleted_a_published_record_never(
    anna: Client, actor_of: Callable[[Client], Actor], make_actor: Callable[..., Actor]
) -> None:
    owner = actor_of(anna)
    draft, other = _need(owner), _need(owner)
    assert anna.get(f"/en/need/{draft.key}/delete/").status_code == 200
    anna.post(f"/en/need/{draft.key}/delete/", {"version": 1})
    assert list(Record.objects.values_list("key", flat=True)) == [other.key]

    published = _published(other, owner, _editor(make_actor))
    assert anna.post(f"/en/need/{other.key}/delete/", {"version": published.version}).status_code == 409


@pytest.mark.parametrize("page", ["edit", "preview", "move", "renew", "delete"])
def test_foreign_and_unknown_records_answer_alike(
    page: str, anna: Client, sign_in: Callable[..., Client], actor_of: Callable[[Client], Actor],
    make_actor: Callable[..., Actor],
) -> None:  # fmt: skip
    owner = actor_of(anna)
    draft = _need(owner)
    published = _published(_need(owner), owner, _editor(make_actor))
    stranger = sign_in("member")
    keys = (draft.key, published.key, "nothinghere0")
    for method in ("get", "post"):
        answers = {getattr(stranger, method)(f"/en/need/{key}/{page}/").status_code for key in keys}
        # preview answers only GET: 405 for all alike
        assert answers in ({404}, {405})
    assert stranger.get(f"/en/offer/{draft.key}/{page}/").status_code == 404
    assert stranger.get(f"/en/new/need/?copy={draft.key}").status_code == 404


def test_a_finder_finds_only_what_the_reader_may_see(
    anna: Client, sign_in: Callable[..., Client], hub: Any
) -> None:
    system = Actor(hub.pk, is_system=True)
    seen = add_record(
        actor=system, kind_code="offer", values={"title": {"zh": "示例·扫描仪"}}, now=NOW, publish=True
    )
    add_record(actor=system, kind_code="offer", values={"title": {"zh": "示例·扫描仪二"}}, now=NOW)

    page = anna.get("/zh/desk/found/", {"kind": "offer", "shown": "扫描"}).content.decode()

    assert page.strip() == f'<option value="示例·扫描仪 · {seen.key}"></option>'
    assert anna.get("/zh/desk/found/", {"kind": "nonsense"}).status_code == 404


def test_a_record_is_chosen_by_its_name_and_an_ambiguous_one_from_a_list(
    sign_in: Callable[..., Client], hub: Any
) -> None:
    client = sign_in("administrator")
    system = Actor(hub.pk, is_system=True)
    keys = [
        add_record(actor=system, kind_code="offer", values={"title": {"en": name}}, now=NOW, publish=True).key
        for name in ("Example scanner", "Example twin", "Example twin")
    ]
    title = {"title.en": "Example exhibit"}
    assert client.post("/en/new/exhibit/", {**title, "shown": "example SCANNER"}).status_code == 302
    exhibit = kind_of("exhibit").model.objects.get()
    assert [offer.key for offer in exhibit.shown.all()] == keys[:1]

    answer = client.post("/en/new/exhibit/", {**title, "shown": "Example twin"})
    assert answer.status_code == 422
    entry = next(entry for entry in answer.context["form"].entries() if entry.name == "shown")
    assert {option.value for option in entry.options} == set(keys[1:])


def test_nobody_speaks_for_an_organisation_of_others_in_a_form(anna: Client, hub: Any) -> None:
    organisation = add_record(
        actor=Actor(hub.pk, is_system=True),
        kind_code="organisation",
        values={"title": {"en": "Example"}},
        now=NOW,
        publish=True,
    )
    answer = anna.post("/en/new/need/", {**TITLE, "organisation": organisation.key})

    assert answer.status_code == 422
    assert set(answer.context["form"].faults) == {"organisation"}


_NAMES = [
    "title.zh", "title.machine", "summary.en", "fields", "budget", "trl", "deadline", "region", "zone", "country",
    "organisation", "contact.email", "conditions.0.text.zh", "conditions.0.level", "conditions.0.kept",
    "conditions.9999.text.en", "conditions.x.text", "visibility", "valid_until", "version", "sitting",
    "provenance.address", "provenance.retrieved_on", "maturity.0.level", "rights.0.right", "price", "add",
    "partner.region", "goals", "key", "revision", "do", "note", "reason", "move", "longitude", "latitude", "platform",
]  # fmt: skip

_WORDS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["", "0", "-1", "9" * 30, "\x00", "\ud800".encode("utf-8", "replace").decode(), "on", "zh", "CN", "130000",
         "2026-11-22", "0001-01-01T00:00", "9999-12-31T23:59", "[]", '{"key": 1}', "{", "1e999", "nan",
         "0123456789ab", "conditions", "javascript:alert(1)", "١٢", "5" * 400]
    ),
)  # fmt: skip


@pytest.mark.parametrize("kind", ["need", "offer", "facility"])
@given(data=st.data())
@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_no_form_data_whatever_makes_the_portal_fail(kind: str, data: st.DataObject, anna: Client) -> None:
    typed = data.draw(st.dictionaries(st.sampled_from(_NAMES), st.lists(_WORDS, max_size=3), max_size=12))

    answer = anna.post(f"/en/new/{kind}/", typed)
    assert answer.status_code in (200, 302, 404, 422)
    if kind != "facility":
        assert anna.post(f"/en/desk/clinic/{kind}/", typed).status_code == 200
    for record in Record.objects.filter(kind=kind)[:1]:
        assert anna.post(_edit(record), typed).status_code in (200, 302, 409, 422)
        reasoned = {**typed, "move": "withdraw", "version": record.version}
        assert anna.post(f"/en/{kind}/{record.key}/move/", reasoned).status_code == 409


def test_a_reason_is_kept_without_what_no_database_takes(
    anna: Client, actor_of: Callable[[Client], Actor], make_actor: Callable[..., Actor]
) -> None:
    record = _published(_need(actor_of(anna)), actor_of(anna), _editor(make_actor))
    reasoned = {"move": "withdraw", "version": record.version, "reason": "so\x00ld"}
    anna.post(f"/en/need/{record.key}/move/", reasoned)

    assert Change.objects.filter(key=record.key).last().reason == "sold"
    for key in ("\x00", "a\x00b", "é"):
        assert anna.post("/en/new/need/", {**TITLE, "key": key}).status_code == 404


def test_a_form_whose_person_was_signed_out_says_so_in_its_place(client: Client, hub: Any) -> None:
    answer = client.post("/en/new/need/", TITLE, headers={"HX-Request": "true"})

    assert (answer.status_code, Record.objects.count()) == (200, 0)
    assert "You are signed out; nothing was saved." in answer.content.decode()


def test_the_first_save_by_itself_gives_the_page_its_lasting_address(anna: Client) -> None:
    answer = anna.post("/en/new/need/", {**TITLE, "sitting": "w"}, headers={"HX-Request": "true"})

    assert answer.headers["HX-Replace-Url"] == _edit(Record.objects.get())
