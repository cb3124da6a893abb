"""What matches show to each role, on pages, in notices, mail and downloads: words that stand in one record each."""

import io
import re
import zipfile
from datetime import timedelta

import pytest
from django.utils import timezone
from tests.security.test_leaks import (
    CASES,
    EDITORS,
    SEES,
    WITH_ACCOUNT,
    Market,
    expected,
    market,
    name_of,
    sees,
)

from fairground.accounts.notices.mails import queue_notices, write_notice_mail
from fairground.accounts.notices.services import notify
from fairground.language.local_text import LocalText
from fairground.mail.models import Outbox
from fairground.match.match_notices import NEW_MATCH

__all__ = ["market"]
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", SEES)
def test_matches_on_the_page_of_a_public_partner(market: Market, role: str) -> None:
    assert market.partner is not None
    body = market.text(role, f"/en/need/{market.partner.key}/")
    assert market.keys_in(body) <= expected(role)
    found = {case for case in CASES if f"{name_of(*case)}sentence" in body}
    assert found <= expected(role)
    assert found != set()


@pytest.mark.parametrize("role", SEES)
def test_match_pages(market: Market, role: str) -> None:
    assert market.partner is not None
    body = market.text(role, f"/en/matches/need/{market.partner.key}/")
    assert market.keys_in(body) <= expected(role)
    found = {case for case in CASES if f"{name_of(*case)}sentence" in body}
    assert found <= expected(role)
    assert found != set()
    for case, key in market.keys.items():
        response = market.clients[role].get(f"/en/matches/offer/{key}/")
        assert response.status_code == (200 if sees(role, *case) else 404), case


@pytest.mark.parametrize("role", SEES)
def test_match_quality_names_no_record(market: Market, role: str) -> None:
    for language in ("zh", "en"):
        body = market.text(role, f"/{language}/matches/quality/")
        assert (market.keys_in(body), re.findall(r"xq(?:public|members|parties|hidden|behind)", body)) == (
            set(),
            [],
        )


@pytest.mark.parametrize("role", SEES)
def test_pairs_that_brokers_propose(market: Market, role: str) -> None:
    body = market.text(role, "/en/broker/pairs/", status=(200, 302, 404))
    open_to_members = {("public", "published"), ("members", "published")}
    assert market.keys_in(body) == (open_to_members if role in EDITORS | {"broker"} else set())
    assert re.findall(r"xq\w*?(?:sentence|summary|detail|contact|person)", body) == []
    assert ("xqhiddenfirm" in body) <= (role in EDITORS)
    for key in market.keys.values():
        one = market.text(role, f"/en/broker/pairs/?record={key}", status=(200, 302, 404))
        # The page repeats its own address, so words are looked for.
        assert {case for case in CASES if f"{name_of(*case)}title" in one} <= open_to_members


@pytest.mark.parametrize("role", WITH_ACCOUNT)
def test_notices_of_matches_and_their_mail(market: Market, role: str) -> None:
    assert market.partner is not None
    now, user = timezone.now(), market.users[role]
    keys, hub_id = list(market.keys.values()), market.hub.pk
    for about_key, named in ((market.partner.key, keys), *((key, [market.partner.key]) for key in keys)):
        notify(
            hub_id=hub_id, user_ids=[user.pk], kind=NEW_MATCH, subject=LocalText("{title}", "New for {title}"),
            path=f"/en/matches/need/{market.partner.key}/", about_key=about_key, named=named, now=now,
        )  # fmt: skip
    page = market.text(role, "/en/me/notices/")
    later = now + timedelta(days=2)
    queue_notices(now=later)
    written = [write_notice_mail(queued.content, later) for queued in Outbox.objects.filter(to=user.email)]
    mails = "\n".join(f"{mail.subject}\n{mail.text}" for mail in written if mail is not None)
    for told in (page, mails):
        assert market.partner.key in told
        named_there = {case for case in CASES if f"{name_of(*case)}title" in told}
        assert (named_there, market.keys_in(told) - expected(role)) == (expected(role), set())
        assert re.findall(r"xq\w*?(?:summary|detail|contact|person)", told) == []


@pytest.mark.parametrize("role", SEES)
def test_labels_for_learning_hold_public_records_alone(market: Market, role: str) -> None:
    response = market.clients[role].get("/en/learning/labels.zip")
    if role not in {"analyst", "administrator"}:
        assert response.status_code in {302, 404}
        return
    with zipfile.ZipFile(io.BytesIO(response.content)) as packed:
        body = "\n".join(packed.read(name).decode() for name in packed.namelist())
    assert market.keys_in(body) <= {("public", "published"), ("public", "expired")}
    assert re.findall(r"xq\w*?(?:detail|contact|person|firm)", body) == []
