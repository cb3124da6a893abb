"""The pages of bookings: walked by both sides in both languages, refused to everybody else, few queries."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from fairground.accounts.hubs import hub_for_host
from fairground.accounts.models import Hub, Record, RoleAssignment, User
from fairground.accounts.notices.mails import queue_notices
from fairground.mail.services import send_due
from fairground.meet.bookings.answering import cancel_booking, confirm_booking, move_booking
from fairground.meet.bookings.forms import write_interval
from fairground.meet.bookings.ruling import RuleValues, make_rule
from fairground.meet.core import reservations as core
from fairground.meet.models import Reservation, Resource, SpecialDay
from fairground.meet.tests.booking_parts import HOUR, OFFICE, TERMS, Lab, add, make_lab
from fairground.web.rate_limits import WriteLimitMiddleware  # noqa: F401  # named in the settings

MOST_QUERIES = 12


@pytest.fixture
def lab(hub: Hub, make_user: Callable[..., User]) -> Lab:
    Hub.objects.filter(pk=hub.pk).update(domain="testserver")
    made = make_lab(hub.pk, make_user, timezone.now())
    RoleAssignment.objects.update(since=datetime(2020, 1, 1, tzinfo=UTC))
    return made


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def holder(lab: Lab) -> Client:
    return client_of(lab.holder)


@pytest.fixture
def keeper(lab: Lab) -> Client:
    return client_of(lab.keeper)


def read(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, (address, response.status_code)
    body: str = response.content.decode()
    return body


def first_free(page: str) -> str:
    found = re.search(r'href="(\?from=[^"#]+)', page)
    assert found
    return found.group(1)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_from_the_facilitys_page_to_the_calendar_file(
    lab: Lab, holder: Client, keeper: Client, language: str
) -> None:
    record = f"/{language}/facility/{lab.facility.key}/"
    book = f"/{language}/bookings/book/{lab.resource.key}/"
    shown = read(Client(), record)
    assert book in shown
    assert ("每次1小时至8小时" if language == "zh" else "1 h to 8 h at a time") in shown
    # A visitor sees free and taken, and is led to sign in once a time is chosen.
    address = book + first_free(read(Client(), book))
    assert "account/login" in read(Client(), address)
    form = read(holder, address)
    when = re.findall(r'<option value="([^"]+/[^"]+)"', form)
    assert len(when) == 8
    values = {"when": when[1], "purpose": "<b>三件铸件</b>", "for": str(lab.firm.pk), "once": "once"}
    response = holder.post(book, values, follow=True)
    reservation = Reservation.objects.get()
    page = f"/{language}/bookings/{reservation.key}/"
    assert response.redirect_chain == [(page, 302)]
    assert holder.post(book, values, follow=True).redirect_chain == [(page, 302)]
    assert reservation.ends - reservation.begins == 2 * HOUR
    assert holder.get(f"{page}booking.ics").status_code == 404
    desk = read(keeper, f"/{language}/bookings/desk/")
    assert (page in desk, lab.holder.name in desk) == (True, True)
    assert "&lt;b&gt;三件铸件" in read(keeper, page)
    keeper.post(f"{page}confirm/", {"note": "请带样品单"})
    assert "请带样品单" in read(holder, page)
    response = holder.get(f"{page}booking.ics")
    assert response.headers["Content-Type"].startswith("text/calendar")
    calendar = Calendar.from_ical(response.content)
    (event,) = calendar.walk("VEVENT")
    assert event.decoded("dtstart").astimezone(UTC) == reservation.begins
    assert str(event["location"]) == ("保定市示例路1号" if language == "zh" else "1 Example Road, Baoding")
    assert page in read(holder, f"/{language}/bookings/")
    assert page in read(
        keeper, f"/{language}/bookings/desk/{lab.resource.key}/?week={reservation.begins:%Y-%m-%d}"
    )


def test_a_time_that_is_taken_meanwhile_is_said_and_nothing_typed_is_lost(lab: Lab, holder: Client) -> None:
    lab.ask(24, actor=lab.actor(lab.manager))
    values = {"when": write_interval(lab.when(24)), "purpose": "keep my words", "for": "", "once": "x"}
    response = holder.post(f"/en/bookings/book/{lab.resource.key}/", values)
    body = response.content.decode()
    assert response.status_code == 409
    assert "just taken" in body


@pytest.mark.parametrize("language", ["zh", "en"])
def test_saying_no_moving_and_cancelling(lab: Lab, holder: Client, keeper: Client, language: str) -> None:
    declined, moved, cancelled = (lab.ask(hours) for hours in (24, 30, 36))
    page = f"/{language}/bookings/{declined.key}/"
    assert keeper.post(f"{page}decline/", {"note": "typed"}).status_code == 422
    keeper.post(f"{page}decline/", {"reason": "training", "note": "每周五培训"})
    body = read(holder, page)
    assert ("培训后欢迎再约" if language == "zh" else "You are welcome after that") in body
    assert "每周五培训" in body
    page = f"/{language}/bookings/{moved.key}/"
    offered = re.findall(r'<option value="([^"]+/[^"]+)"', read(keeper, f"{page}another-time/"))
    assert write_interval(lab.when(24)) in offered
    assert keeper.post(f"{page}another-time/", {"to": "x"}).status_code == 422
    keeper.post(f"{page}another-time/", {"to": offered[2]})
    assert Reservation.objects.get(pk=moved.pk).state == core.MOVED
    page = f"/{language}/bookings/{cancelled.key}/"
    assert "reason" not in read(holder, f"{page}cancel/").partition("<form method")[2].partition("</form>")[0]
    assert keeper.post(f"{page}cancel/").status_code == 422
    holder.post(f"{page}cancel/")
    assert Reservation.objects.get(pk=cancelled.pk).state == core.CANCELLED
    assert Calendar.from_ical(holder.get(f"{page}booking.ics").content)["method"] == "CANCEL"
    # A second press finds it done, and says so instead of failing.
    assert keeper.post(f"{page}confirm/", follow=True).status_code == 200


def test_everybody_else_gets_the_answer_for_one_that_is_not_there(
    lab: Lab, sign_in: Callable[..., Client]
) -> None:
    reservation = lab.ask(purpose="private words")
    confirm_booking(actor=lab.keeping, key=reservation.key, now=lab.now)
    for client in (sign_in("administrator"), sign_in("organiser"), sign_in("member"), client_of(lab.manager)):
        for step in ("", "booking.ics", "cancel/", "decline/", "another-time/"):
            known, unknown = (
                client.get(f"/en/bookings/{key}/{step}").status_code for key in (reservation.key, "0" * 12)
            )
            assert (known, unknown) == (404, 404)
        for step in ("confirm/", "mark/", "cancel/", "decline/", "another-time/"):
            assert client.post(f"/en/bookings/{reservation.key}/{step}").status_code == 404
        for page in ("", "rule/"):
            assert client.get(f"/en/bookings/desk/{lab.resource.key}/{page}").status_code == 404
        assert client.post(f"/en/bookings/desk/{lab.resource.key}/days/").status_code == 404
        assert client.get(f"/en/bookings/rule/facility/{lab.facility.key}/").status_code == 404
        calendar = read(client, f"/en/bookings/book/{lab.resource.key}/?week={reservation.begins:%Y-%m-%d}")
        assert "taken" in calendar
        assert lab.holder.name not in calendar
        assert "private words" not in calendar
    assert Client().get(f"/en/bookings/{reservation.key}/").status_code == 302
    assert Reservation.objects.get().state == core.CONFIRMED


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_rule_from_the_printed_hours_that_somebody_confirms(
    lab: Lab, keeper: Client, language: str
) -> None:
    other = add(
        lab.hub_id, "facility", lab.now, title={"zh": "电镜", "en": "Microscope"}, organisation=lab.institute.key,
        hours={"zh": "周一至周五 8:30–17:30", "en": "Monday to Friday, 8:30–17:30"}, price={"en": "CNY 600 an hour"},
    )  # fmt: skip
    address = f"/{language}/bookings/rule/facility/{other.key}/"
    assert address in read(keeper, f"/{language}/facility/{other.key}/")
    page = read(keeper, address)
    # Read and offered, but not taken over: the fields are empty until somebody says that it is right.
    assert ("周一至周五 08:30–17:30" if language == "zh" else "Mon–Fri 08:30–17:30") in page
    assert 'value="08:30-17:30"' not in page
    filled = read(keeper, f"{address}?read=1")
    assert filled.count('value="08:30-17:30"') == 5
    assert not Resource.objects.filter(record=other).exists()
    values = {
        **{f"hours_{day}": "8:30-17:30" for day in range(5)},
        "slot_minutes": "60", "most_slots": "4", "buffer_minutes": "0", "lead_hours": "24", "horizon_days": "30",
        "capacity": "1", "answer_hours": "24", "is_automatic": "", "zone": "Asia/Shanghai", "is_open": "on",
    }  # fmt: skip
    wrong = keeper.post(address, {**values, "hours_2": "morning"})
    assert (wrong.status_code, "morning" in wrong.content.decode()) == (422, True)
    assert keeper.post(address, {**values, "zone": "Mars/X"}).status_code == 422
    assert keeper.post(address, values).status_code == 302
    resource = Resource.objects.get(record=other)
    assert resource.rule.weekly == ((((510, 1050),),) * 5 + ((), ()))
    assert keeper.post(address, values).status_code == 422


def test_hours_that_are_not_read_are_said_so(lab: Lab, keeper: Client) -> None:
    other = add(
        lab.hub_id, "facility", lab.now, title={"en": "Oven"}, organisation=lab.institute.key,
        hours={"zh": "周一至周五 9:00-17:00", "en": "Mon-Fri 8-16"},
    )  # fmt: skip
    # The two languages say different things: neither is taken for right.
    assert "not understood" in read(keeper, f"/en/bookings/rule/facility/{other.key}/")


def test_a_device_of_a_platform_is_booked_by_itself(lab: Lab, keeper: Client, holder: Client) -> None:
    platform = add(
        lab.hub_id, "platform", lab.now, title={"en": "Testing platform"}, organisation=lab.institute.key,
        equipment=[{"name": {"zh": "拉力机", "en": "Tensile tester"}, "hours": {"en": "Mon-Fri 9-17"}}],
    )  # fmt: skip
    address = f"/en/bookings/rule/platform/{platform.key}/"
    assert "Tensile tester" in read(keeper, address)
    assert "Mon–Fri 09:00–17:00" in read(keeper, f"{address}?device=0")
    values = {
        **{f"hours_{day}": "9-17" for day in range(5)},
        "slot_minutes": "60", "most_slots": "4", "buffer_minutes": "0", "lead_hours": "0", "horizon_days": "30",
        "capacity": "1", "answer_hours": "24", "is_automatic": "1", "zone": "Asia/Shanghai", "is_open": "on",
    }  # fmt: skip
    assert keeper.post(f"{address}?device=0", values).status_code == 302
    resource = Resource.objects.get(record=platform)
    assert "has a rule" in read(keeper, address)
    shown = read(holder, f"/en/platform/{platform.key}/")
    assert f"/en/bookings/book/{resource.key}/" in shown
    assert "Testing platform · Tensile tester" in read(holder, f"/en/bookings/book/{resource.key}/")


def test_closing_a_day_leads_over_the_page_that_settles_what_is_booked(
    lab: Lab, keeper: Client, holder: Client
) -> None:
    reservation, other = lab.ask(24, purpose="castings"), lab.ask(25)
    day = reservation.begins.astimezone(TERMS.clock).date()
    address = f"/en/bookings/desk/{lab.resource.key}/days/"
    last = other.begins.astimezone(TERMS.clock).date()
    values = {
        "version": "1",
        "first": day.isoformat(),
        "last": last.isoformat(),
        "hours": "",
        "reason_zh": "校准",
    }
    listed = keeper.post(address, values)
    body = listed.content.decode()
    assert (listed.status_code, "castings" in body, SpecialDay.objects.count()) == (409, True, 0)
    carried = dict(re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"', body))
    carried.pop("csrfmiddlewaretoken", None)
    assert carried == values
    half = {**carried, f"decide-{reservation.key}": "cancel", f"reason-{reservation.key}": "maintenance"}
    again = keeper.post(address, half)
    body = again.content.decode()
    assert again.status_code == 409
    assert "not settled yet" in body
    carried = dict(re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"', body))
    carried.pop("csrfmiddlewaretoken", None)
    assert carried == half
    assert Reservation.objects.get(pk=reservation.pk).state == core.ASKED
    done = {**carried, f"decide-{other.key}": "keep"}
    assert keeper.post(address, done).status_code == 302
    assert [each.state for each in Reservation.objects.order_by("pk")] == [core.CANCELLED, core.ASKED]
    desk = read(keeper, f"/en/bookings/desk/{lab.resource.key}/?week={day}")
    assert "Kept as agreed" in desk
    assert "校准" in read(holder, f"/zh/bookings/book/{lab.resource.key}/?week={day}")
    # Somebody else was quicker: nothing is overwritten.
    assert keeper.post(address, {**values, "first": "2030-01-01", "last": ""}).status_code == 409
    assert (
        keeper.post(f"/en/bookings/desk/{lab.resource.key}/days/clear/", {"day": day.isoformat()}).status_code
        == 302
    )


def test_the_rule_is_changed_on_its_page(lab: Lab, keeper: Client) -> None:
    address = f"/en/bookings/desk/{lab.resource.key}/rule/"
    page = read(keeper, address)
    fields = dict(re.findall(r'<input type="(?:text|number|hidden)" name="([\w-]+)" value="([^"]*)"', page))
    fields.pop("csrfmiddlewaretoken", None)
    assert fields["hours_0"] == "00:00-24:00"
    response = keeper.post(address, {**fields, "capacity": "3", "is_open": "on", "is_automatic": "1"})
    assert response.status_code == 302
    resource = Resource.objects.get(pk=lab.resource.pk)
    assert (resource.capacity, resource.rule.is_automatic, resource.version) == (3, True, 2)
    assert keeper.post(address, {**fields, "capacity": "4"}).status_code == 409


def test_mail_carries_the_calendar_file_in_the_readers_language(lab: Lab) -> None:
    User.objects.filter(pk=lab.holder.pk).update(language="en")
    User.objects.filter(pk=lab.keeper.pk).update(language="zh")
    reservation = lab.ask(24)

    def mails() -> list[Any]:
        mail.outbox.clear()
        queue_notices(now=timezone.now() + timedelta(minutes=1))
        send_due(now=timezone.now() + timedelta(minutes=1))
        return list(mail.outbox)

    (asked,) = mails()
    assert (asked.to, asked.attachments) == ([lab.keeper.email], [])
    assert "有新的预约申请：工业CT" in asked.subject
    confirm_booking(actor=lab.keeping, key=reservation.key, now=lab.now)
    (confirmed,) = mails()
    assert confirmed.to == [lab.holder.email]
    assert "Your booking is confirmed: Industrial CT" in confirmed.subject
    first = attached(confirmed)
    move_booking(actor=lab.keeping, key=reservation.key, to=lab.when(30), now=lab.now)
    (moved,) = mails()
    second = attached(moved)
    cancel_booking(actor=lab.keeping, key=reservation.key, reason_code="busy", now=lab.now)
    (gone,) = mails()
    third = attached(gone)
    calendars = [Calendar.from_ical(each) for each in (first, second, third)]
    events = [each.walk("VEVENT")[0] for each in calendars]
    assert [str(each["method"]) for each in calendars] == ["PUBLISH", "PUBLISH", "CANCEL"]
    assert [int(str(event["sequence"])) for event in events] == [0, 1, 2]
    assert len({str(event["uid"]) for event in events}) == 1
    assert events[1].decoded("dtstart").astimezone(UTC) == lab.when(30).begins
    assert "for something else at that time" in gone.body


def attached(message: Any) -> bytes:
    """Return the calendar file as it travels."""
    parts = [part for part in message.message().walk() if part.get_content_type() == "text/calendar"]
    assert len(parts) == 1
    assert parts[0].get_param("method") in ("PUBLISH", "CANCEL")
    assert parts[0].get_filename().endswith(".ics")
    content: bytes = parts[0].get_payload(decode=True)
    assert content.startswith(b"BEGIN:VCALENDAR")
    return content


def test_a_private_address_is_shown_once_and_needs_no_sign_in(lab: Lab, holder: Client) -> None:
    reservation = lab.ask(24)
    shown = holder.post("/en/bookings/feed/make/", follow=True).content.decode()
    found = re.search(r'value="https?://testserver(/en/bookings/feed/[\w-]+\.ics)"', shown)
    assert found
    assert found.group(1) not in read(holder, "/en/bookings/")
    answer = Client().get(found.group(1))
    assert answer.headers["Content-Type"].startswith("text/calendar")
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert "no-store" in answer.headers["Cache-Control"]
    assert reservation.key.encode() in answer.content
    holder.post("/en/bookings/feed/revoke/")
    assert Client().get(found.group(1)).status_code == 404
    assert Client().get("/en/bookings/feed/guess.ics").status_code == 404


def test_a_withdrawn_facility_shows_no_calendar_to_others(lab: Lab, holder: Client, keeper: Client) -> None:
    Record.objects.filter(pk=lab.facility.pk).update(state="withdrawn")
    address = f"/en/bookings/book/{lab.resource.key}/"
    assert (holder.get(address).status_code, keeper.get(address).status_code) == (404, 200)
    assert "takes no new bookings" in read(keeper, address)


def test_addresses_that_make_no_sense(lab: Lab, holder: Client) -> None:
    book = f"/en/bookings/book/{lab.resource.key}/"
    for question in (
        "?from=x", "?from=2026-01-01", "?from=9999-12-31T23:00:00Z", "?from=0001-01-01T00:00:00%2B23:00",
        "?week=0001-01-01", "?week=9999-12-31",
    ):  # fmt: skip
        assert holder.get(book + question).status_code == 200, question
    assert holder.post(book, {"when": "x/y"}).status_code == 409
    assert holder.post(book, {"when": "2026-01-01T00:00Z/2026-01-01T00:00Z"}).status_code == 409
    assert (
        holder.post(book, {"when": write_interval(lab.when(24)), "for": "99999999999999999999"}).status_code
        == 403
    )


def fill(lab: Lab, rows: int) -> None:
    """Make so many bookings of the firm, by its manager and the holder, past and to come."""
    made = []
    for number in range(rows):
        when = lab.when(24 + number if number % 2 else -24 - number)
        made.append(
            Reservation(
                hub_id=lab.hub_id, resource=lab.resource, begins=when.begins, ends=when.ends,
                state=core.CONFIRMED if number % 3 else core.ASKED, expires_at=lab.when(500).begins,
                holder=lab.holder, organisation_id=lab.firm.pk, created_at=lab.now, changed_at=lab.now,
            )
        )  # fmt: skip
    Reservation.objects.bulk_create(made)


@pytest.mark.parametrize("rows", [1, 3, 300])
def test_pages_ask_the_database_a_few_times_however_much_they_show(
    lab: Lab,
    keeper: Client,
    holder: Client,
    rows: int,
    django_assert_max_num_queries: Callable[..., Any],
) -> None:
    fill(lab, rows)
    for number in range(min(rows, 30) - 1):
        other = add(
            lab.hub_id, "facility", lab.now, title={"en": f"F {number}"}, organisation=lab.institute.key
        )
        values = RuleValues(TERMS.__class__(weekly=OFFICE, slot_minutes=60))
        make_rule(actor=lab.keeping, record_key=other.key, values=values, now=lab.now)
    key = Reservation.objects.order_by("pk").first().key
    pages = [
        (client, f"/en/bookings/{page}")
        for client in (keeper, holder)
        for page in ("", "desk/", f"book/{lab.resource.key}/", f"{key}/", f"{key}/cancel/")
    ]
    pages += [
        (keeper, f"/en/bookings/desk/{lab.resource.key}/"),
        (keeper, f"/en/bookings/desk/{lab.resource.key}/rule/"),
        (keeper, f"/en/bookings/{key}/another-time/"),
        (keeper, f"/en/facility/{lab.facility.key}/"),
        (holder, f"/en/facility/{lab.facility.key}/"),
    ]
    hub_for_host("testserver")
    for client, page in pages:
        client.get(page)
        with django_assert_max_num_queries(MOST_QUERIES, info=page):
            assert client.get(page).status_code == 200, page
