"""The catalogue's pages: both languages, strange questions, markup in every text, and how many queries they take."""

import json
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from fairground.accounts.actors import Actor
from fairground.accounts.consents import give_consents, keep_texts, texts_in_force
from fairground.accounts.models import Hub, Record, User
from fairground.accounts.notices.mails import queue_notices
from fairground.accounts.services import add_record
from fairground.mail.models import Outbox
from fairground.mail.services import send_due
from fairground.publish.index import rebuild_index
from fairground.publish.models import SavedSearch
from fairground.publish.saved import tell_news

pytestmark = pytest.mark.django_db

LIMIT_OF_QUERIES = 12
PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</textarea></title><svg/onload=alert(1)>",
    "]]><x>",
    "{{ 7|add:7 }}{% now 'Y' %}",
    "&lt;b&gt;\u2028\u202e",
)


@pytest.fixture
def three(publish: Callable[..., Record], hub: Hub) -> list[Record]:
    """Three offers of three organisations, with everything a row can show."""
    made = []
    for number in range(3):
        firm = publish(
            "organisation", f"示例·单位{number}", f"Example Firm {number}", aliases=[f"firm{number}"]
        )
        made.append(
            publish(
                "offer",
                f"无损检测{number}",
                f"Testing number {number}",
                organisation=firm.key,
                summary={"zh": f"检测摘要{number}", "en": f"A summary of testing {number}"},
                fields=["new-materials"],
                region="130000",
                partnership=["licence"],
                valid_until="2030-01-01",
            )
        )
    return made


@pytest.fixture
def reader(make_user: Callable[..., User], hub: Hub, now: Any) -> User:
    keep_texts()
    user = make_user("member")
    give_consents(user=user, texts=texts_in_force(now=now), now=now, hub_id=hub.pk)
    return user


PAGES = (
    "/",
    "/catalogue/",
    "/catalogue/?q=检测",
    "/ask/?q=谁能做检测",
    "/catalogue/feed/?q=检测",
    "/suggest/?q=检",
)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_pages_answer_in_both_languages(
    three: list[Record], client: Client, language: str, page: str
) -> None:
    rebuild_index()
    response = client.get(f"/{language}{page}")
    body = response.content.decode()

    assert response.status_code == 200
    assert response.headers["Content-Language"] == language
    if page.startswith("/suggest/"):
        assert "无损检测0" in [line["text"] for line in response.json()["suggestions"]]
    else:
        assert ("无损检测0" if language == "zh" else "Testing number 0") in body
    if response.headers["Content-Type"].startswith("text/html"):
        assert f'<html lang="{"zh-Hans" if language == "zh" else "en"}">' in body


# How many questions a page asks the database: the same with one row and with three.
QUERIES = {
    "/en/": 2,
    "/en/catalogue/": 1,
    "/en/catalogue/?q=testing&kind=offer&field=new-materials&region=130000": 1,
    "/en/catalogue/?organisation=a&organisation=b&not_organisation=c": 1,
    "/en/ask/?q=who+can+do+testing": 1,
    "/en/suggest/?q=test": 0,
    "/en/catalogue/feed/": 1,
}


@pytest.mark.parametrize("address", QUERIES)
def test_queries_do_not_grow_with_rows(
    publish: Callable[..., Record], client: Client, hub: Hub, address: str,
    django_assert_max_num_queries: DjangoAssertNumQueries, request: pytest.FixtureRequest,
) -> None:  # fmt: skip
    asked = []
    for more in (1, 2):
        for number in range(more):
            firm = publish("organisation", f"示例·{more}{number}", f"Example {more}{number}")
            publish(
                "offer",
                f"检测{more}{number}",
                f"testing {more}{number}",
                organisation=firm.key,
                fields=["new-materials"],
                region="130000",
            )
        rebuild_index()
        client.get(address)  # names of codes are kept for seconds; the next reader pays nothing for them
        with django_assert_max_num_queries(LIMIT_OF_QUERIES) as captured:
            assert client.get(address).status_code == 200
        asked.append(len(captured.captured_queries))

    assert asked == [QUERIES[address]] * 2


STRANGE = (
    "page=0", "page=-1", "page=99999", "page=x", "page=1e9", "page=²", "page=٣", "sort=evil", "sort=", "kind=nothing",
    "kind=offer&kind=need&kind=x", "unknown=1&UNKNOWN=2", "q=%00", "q=%ff%fe", "q=" + "检" * 3_000, "q=" + "a+" * 5_000,
    "trl=99&trl=-1", "not_kind=offer", "deadline_from=9999-99-99", "deadline_to=0001-01-01", "deadline_from=0000-00-00",
    "amount_from=99999999999999999&amount_to=0", "open=now&without=%22", "off=" + "9" * 5_000, "off=-1&off=²",
    "organisation=" + "x" * 500, "edition=%00", "zone='; DROP TABLE", "q=%22unclosed", "q=AND+OR+NOT+%28", "q=*",
    "q=%2B",
    "&".join(f"field=f{number}" for number in range(400)),
)  # fmt: skip


@pytest.mark.parametrize("question", STRANGE, ids=lambda question: question[:24])
def test_strange_questions_are_answered(three: list[Record], client: Client, question: str) -> None:
    rebuild_index()
    for page in ("catalogue/", "ask/", "suggest/", "catalogue/feed/"):
        response = client.get(f"/en/{page}?{question}")
        assert response.status_code == 200, page
        assert len(response.content) < 400_000
    asked = f"/en/ask/?q=testing&{question}"
    assert client.get(asked).status_code == 200


@pytest.mark.parametrize("kind", ["offer", "nothing", "organisation", "OFFER", "x" * 300])
def test_unknown_records_answer_404(three: list[Record], client: Client, kind: str) -> None:
    for key in ("000000000000", three[0].key.upper(), "x" * 300, "-"):
        assert client.get(f"/en/{kind}/{key}/").status_code == 404
    if kind != "offer":
        assert client.get(f"/en/{kind}/{three[0].key}/").status_code == 404


@pytest.mark.parametrize("page", ["", "catalogue/", "ask/?q=x", "suggest/?q=t", "catalogue/feed/"])
def test_only_reading_is_answered(three: list[Record], client: Client, page: str) -> None:
    rebuild_index()
    address = f"/en/{page}"
    assert (client.head(address).status_code, client.head(address).content) == (200, b"")
    for method in ("post", "put", "delete", "patch"):
        assert getattr(client, method)(address).status_code == 405


def test_markup_in_texts_is_shown_as_text(
    clock_actor: Actor, hub: Hub, reader: User, client: Client, now: Any
) -> None:
    from fairground.accounts.kinds import kind_of

    keys = []
    for kind_code in (
        "offer",
        "need",
        "platform",
        "publication",
        "organisation",
        "tool",
        "session",
        "exhibit",
    ):
        values: dict[str, Any] = {}
        for spec in kind_of(kind_code).layout:
            # Each place its own payload, so that every one is seen somewhere.
            payload = " ".join(PAYLOADS)
            if spec.shape in ("local_line", "local_text"):
                values[spec.name] = {"zh": f"检测 {payload}", "en": f"testing {payload}"}
            elif spec.shape in ("line", "text") and spec.name not in ("website", "ror", "uscc", "doi"):
                values[spec.name] = payload[:200]
            elif spec.shape == "lines":
                values[spec.name] = [payload]
        record = _as_many_as_fit(clock_actor, kind_code, values, now)
        keys.append((kind_code, record.key))
    rebuild_index()
    client.force_login(reader)
    client.post("/en/saved/", {"search": "q=testing", "name": PAYLOADS[0], "every": "day"})
    pages = [f"/{language}/{kind}/{key}/" for language in ("zh", "en") for kind, key in keys]
    pages += [f"/en/{kind}/{key}/history/" for kind, key in keys]
    pages += ["/en/", "/zh/", "/en/saved/", "/en/desk/", "/zh/catalogue/", "/zh/catalogue/?q=检测"]
    for payload in PAYLOADS:
        pages += [f"/en/{page}?{urlencode({'q': payload})}" for page in ("catalogue/", "ask/")]
        pages.append(f"/en/catalogue/?{urlencode({'field': payload, 'region': payload, 'without': payload})}")
        pages.append(f"/en/saved/?{urlencode({'q': payload})}")
    for page in pages:
        response = client.get(page)
        assert response.status_code == 200, page
        body = response.content.decode().lower()
        assert "<script>alert" not in body, page
        assert "<img src=x" not in body, page
        assert "<svg/onload" not in body, page
        assert "]]><x>" not in body, page
        # Data inside a page must not close its own element.
        for script in re.findall(r"<script[^>]*json[^>]*>(.*?)</script>", body, re.DOTALL):
            json.loads(script)
    feed = client.get("/en/catalogue/feed/?q=testing")
    titles = [
        title.text
        for title in ElementTree.fromstring(feed.content).iter("{http://www.w3.org/2005/Atom}title")
    ]
    assert any(PAYLOADS[0] in (title or "") for title in titles)
    suggested = client.get("/en/suggest/?q=testing")
    assert suggested.headers["Content-Type"] == "application/json"
    assert any(PAYLOADS[0] in line["text"] for line in suggested.json()["suggestions"])
    later = now + timedelta(days=4000)
    tell_news(now=later)
    queue_notices(now=later)
    send_due(now=later)
    for mail in Outbox.objects.filter(to=reader.email):
        assert "\n" not in mail.subject


def _as_many_as_fit(actor: Actor, kind_code: str, values: dict[str, Any], now: Any) -> Record:
    from fairground.accounts.errors import InvalidRecordError

    while True:
        try:
            return add_record(actor=actor, kind_code=kind_code, values=values, now=now, publish=True)
        except InvalidRecordError as error:
            refused = [name for name in values if name in error.faults]
            if not refused:
                raise
            for name in refused:
                del values[name]


def test_saved_searches_are_kept_changed_and_deleted(
    three: list[Record], reader: User, client: Client, make_user: Callable[..., User]
) -> None:
    rebuild_index()
    assert client.get("/en/saved/").status_code == 302
    client.force_login(reader)
    for every, name in (("day", "mine"), ("week", "renamed"), ("evil", "x" * 500)):
        response = client.post("/en/saved/", {"search": "q=testing&page=7", "name": name, "every": every})
        assert response.status_code == 302
    saved = SavedSearch.objects.get()
    assert (saved.query, saved.every, saved.name) == ({"q": ["testing"]}, "never", "x" * 200)
    assert client.get("/zh/saved/").status_code == 200
    other = Client()
    other.force_login(make_user("member"))
    session = other.session
    session.pop("consents_due", None)
    session.save()
    assert other.post("/en/saved/", {"delete": str(saved.pk)}).status_code == 404
    assert other.post("/en/saved/", {"delete": "1" * 400}).status_code == 404
    assert client.post("/en/saved/", {"delete": str(saved.pk)}).status_code == 302
    assert SavedSearch.objects.count() == 0
    assert client.get(f"/en/feed/{saved.feed_key}/").status_code == 404


def test_a_digest_survives_the_longest_name(
    three: list[Record], reader: User, client: Client, now: Any
) -> None:
    rebuild_index()
    client.force_login(reader)
    search = urlencode({"q": "testing\x00\n检测"})
    client.post(
        "/en/saved/", {"search": search, "name": "名\x00\r\nBcc: x@example.org" + "称" * 300, "every": "day"}
    )
    saved = SavedSearch.objects.get()
    SavedSearch.objects.update(sent_at=now - timedelta(days=9), query={"q": ["testing"]})
    rows = Record.objects.filter(kind="offer").update(published_at=now - timedelta(days=1))
    assert rows == 3
    assert (tell_news(now=now), tell_news(now=now)) == (1, 0)
    assert (queue_notices(now=now), queue_notices(now=now)) == (1, 0)
    assert send_due(now=now).sent == 1
    mail = Outbox.objects.get()
    assert (len(mail.subject) <= 200, "\n" in mail.subject, "\r" in mail.subject) == (True, False, False)
    assert "\x00" not in saved.name


_TEXT = st.text(max_size=80) | st.sampled_from(
    [*PAYLOADS, "检测", "\x00", "1" * 40, "9" * 5_000, "\ud7ff", "２０３０-01-01"]
)
_NAMES = st.sampled_from(
    (
        *(
            "q",
            "page",
            "sort",
            "off",
            "kind",
            "not_kind",
            "field",
            "region",
            "zone",
            "trl",
            "partnership",
            "edition",
        ),
        *(
            "organisation",
            "not_organisation",
            "country",
            "language",
            "currency",
            "open",
            "without",
            "unknown",
        ),
        *("deadline_from", "deadline_to", "amount_from", "amount_to"),
    )
)


@limits(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    parameters=st.lists(st.tuples(_NAMES, _TEXT), max_size=8),
    page=st.sampled_from(["catalogue/", "ask/", "suggest/", "catalogue/feed/", "saved/"]),
)
def test_no_question_breaks_a_page(fuzzed: Client, parameters: list[tuple[str, str]], page: str) -> None:
    response = fuzzed.get(f"/en/{page}?{urlencode(parameters)}")

    assert response.status_code == 200
    if page == "saved/":
        saved = fuzzed.post(
            "/en/saved/", {"search": urlencode(parameters), "name": dict(parameters).get("q", "")}
        )
        assert saved.status_code == 302


@pytest.fixture
def fuzzed(three: list[Record], reader: User) -> Client:
    rebuild_index()
    client = Client()
    client.force_login(reader)
    return client
