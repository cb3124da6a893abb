"""Pages of the kept pairs: ranked, with reasons and what costs most; what may not be seen is not there."""

from collections.abc import Callable, Iterator
from datetime import datetime
from html import escape
from typing import Any

import pytest
from django.db.models import Q
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from fairground.accounts.actors import Actor
from fairground.accounts.models import Hub, Record
from fairground.accounts.services import add_record, change_record
from fairground.language.local_text import LocalText
from fairground.match.catalogue import selectors
from fairground.match.models import Introduction, Match

MOST_QUERIES = 12


@pytest.fixture
def publish(clock_actor: Actor, now: datetime) -> Callable[..., Record]:
    def publish(kind: str, title: str, **values: Any) -> Record:
        values = {"title": {"zh": f"示例{title}", "en": title}, **values}
        return add_record(actor=clock_actor, kind_code=kind, values=values, now=now, publish=True)

    return publish


def judged(verdict: str, requirement: str, sentence: str | None = None) -> dict[str, Any]:
    return {
        "requirement": requirement, "level": "must", "verdict": verdict, "sentence": sentence,
        "field": "summary" if sentence else None, "reason_zh": "理由", "reason_en": "why", "excluded": False,
    }  # fmt: skip


def pair(
    asking: Record,
    answering: Record,
    rank: int,
    now: datetime,
    *,
    evidence: str = "enough",
    judgements: tuple[dict[str, Any], ...] = (),
) -> Match:
    return Match.objects.create(
        hub_id=asking.hub_id, asking=asking, answering=answering, kinds=f"{asking.kind} {answering.kind}",
        score=0.62, rank_for_asking=rank, rank_for_answering=rank, evidence=evidence, method="test 1", made_at=now,
        reasons={
            "parts": {
                "words": 0.5, "phrases": 0.5, "meaning": 0.5, "titles": 0.5, "fits_need": 0.9, "fits_offer": 0.6,
            },
            "judgements": list(judgements),
            "flags": [
                {"constraint": "region", "severity": "warns", "reason_zh": "地区不同", "reason_en": "another region"}
            ],
            "shared_terms": ["radome"],
        },
    )  # fmt: skip


MET = judged("met", "It must find flaws of 2 mm", "It finds flaws of 1 mm")
MISSING = judged("missing", "It must weigh less than 5 kg")
AGAINST = judged("contradicted", "It must cost less than 1 yuan", "It costs 3 yuan")


@pytest.fixture
def rules() -> Iterator[list[Any]]:
    before = list(selectors._EXCLUSIONS)
    yield selectors._EXCLUSIONS
    selectors._EXCLUSIONS[:] = before


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_record_has_a_page_of_its_pairs_with_reasons_and_what_costs_most(
    hub: Hub, publish: Callable[..., Record], client: Client, now: datetime, language: str
) -> None:
    need, offer, platform = (
        publish("need", "Radomes"),
        publish("offer", "Tester"),
        publish("platform", "Laboratory"),
    )
    pair(need, offer, 1, now, judgements=(MET, MISSING, AGAINST))
    pair(need, platform, 1, now, evidence="thin")
    body = client.get(f"/{language}/matches/need/{need.key}/").content.decode()
    for words in ("It finds flaws of 1 mm", "It costs 3 yuan", "It must weigh less than 5 kg", "test 1"):
        assert words in body
    assert f"/{language}/offer/{offer.key}/" in body
    assert f"/{language}/platform/{platform.key}/" in body
    said = {
        "zh": (
            "为什么不更高",
            "写明的与要求“It must cost less than 1 yuan”不符",
            "从成果一侧看",
            "证据不足",
            "地区不同",
        ),
        "en": (
            "Why not higher",
            "What it says is against ‘It must cost less than 1 yuan’",
            "The offer’s side is less sure",
            "thin evidence",
            "another region",
        ),
    }[language]
    for words in said:
        assert words in body, words
    # The other sides have the same pair on theirs.
    assert need.key in client.get(f"/{language}/matches/offer/{offer.key}/").content.decode()
    assert need.key in client.get(f"/{language}/matches/platform/{platform.key}/").content.decode()


HOSTILE = "<script>alert('&')</script>\""


@pytest.mark.parametrize("language", ["zh", "en"])
def test_markup_in_what_strangers_wrote_stays_text(
    hub: Hub, publish: Callable[..., Record], client: Client, now: datetime, language: str
) -> None:
    firm = publish("organisation", f"firm {HOSTILE}")
    need = publish("need", f"need {HOSTILE}")
    offer = publish("offer", f"offer {HOSTILE}", organisation=firm.key)
    only_zh = publish("platform", "Laboratory")
    Record.objects.filter(pk=only_zh.pk).update(title=LocalText(zh=f"platform {HOSTILE}"))
    row = pair(
        need,
        offer,
        1,
        now,
        judgements=(
            judged("met", f"asks {HOSTILE}", f"says {HOSTILE}"),
            {**judged("missing", f"refuses {HOSTILE}"), "excluded": True},
            judged("contradicted", f"against {HOSTILE}", "It does not"),
        ),
    )
    for judgement in row.reasons["judgements"]:
        judgement.update(reason_zh=f"why {HOSTILE}", reason_en=f"why {HOSTILE}")
    row.reasons["flags"] = [
        {"constraint": "region", "severity": "warns", "reason_zh": f"flag {HOSTILE}", "reason_en": f"flag {HOSTILE}"}
    ]  # fmt: skip
    row.reasons["shared_terms"] = [f"term {HOSTILE}"]
    row.method = f"method {HOSTILE}"
    row.save()
    pair(need, only_zh, 1, now)

    escaped = escape(HOSTILE)
    everywhere = ("offer", "platform", "firm", "asks", "says", "refuses", "why", "flag", "term", "method")
    for address in (f"/{language}/matches/need/{need.key}/", f"/{language}/need/{need.key}/"):
        body = client.get(address).content.decode()
        for words in everywhere:
            assert f"{words} {escaped}" in body, (address, words)
        assert "<script>alert" not in body
        assert HOSTILE not in body
    # The requirement is named once more among what keeps the pair from standing higher.
    assert (
        client.get(f"/{language}/matches/need/{need.key}/").content.decode().count(f"against {escaped}") == 2
    )


def test_an_unknown_verdict_and_severity_stand_as_they_came(
    hub: Hub, publish: Callable[..., Record], client: Client, now: datetime
) -> None:
    need, offer = publish("need", "Radomes"), publish("offer", "Tester")
    pair(need, offer, 1, now, judgements=(judged("unheard <of>", "It must hold"),))
    assert "unheard &lt;of&gt;" in client.get(f"/en/need/{need.key}/").content.decode()


def test_a_pair_without_evidence_and_a_partner_out_of_sight_are_left_out(
    hub: Hub, publish: Callable[..., Record], client: Client, clock_actor: Actor, now: datetime
) -> None:
    need = publish("need", "Radomes")
    shown, none, hidden = (publish("offer", title) for title in ("Shown", "Doubtful", "Members alone"))
    pair(need, shown, 1, now)
    pair(need, none, 2, now, evidence="none")
    pair(need, hidden, 3, now)
    change_record(
        actor=clock_actor, key=hidden.key, values={"visibility": "members"}, version=1, now=now, reason="members"
    )  # fmt: skip
    for address in (f"/en/matches/need/{need.key}/", f"/en/need/{need.key}/"):
        body = client.get(address).content.decode()
        assert shown.key in body
        assert none.key not in body
        assert hidden.key not in body
        assert "Members alone" not in body
    assert client.get(f"/en/matches/offer/{hidden.key}/").status_code == 404
    assert client.get("/en/matches/organisation/0123456789ab/").status_code == 404
    assert client.get("/en/matches/nonsense/0123456789ab/").status_code == 404


def test_a_registered_rule_leaves_partners_out_without_a_trace(
    hub: Hub, publish: Callable[..., Record], client: Client, now: datetime, rules: list[Any]
) -> None:
    need, rival, other = publish("need", "Radomes"), publish("offer", "Rival"), publish("offer", "Other")
    pair(need, rival, 1, now)
    pair(need, other, 2, now)
    rules.append(lambda actor, record: Q(pk=rival.pk))
    for address in (f"/en/matches/need/{need.key}/", f"/en/need/{need.key}/"):
        body = client.get(address).content.decode()
        assert (rival.key in body, other.key in body) == (False, True)


def test_what_was_not_compared_and_what_found_nothing_say_so(
    hub: Hub, publish: Callable[..., Record], client: Client, now: datetime
) -> None:
    need, offer = publish("need", "Radomes"), publish("offer", "Tester")
    address = f"/en/matches/need/{need.key}/"
    assert "Not compared yet" in client.get(address).content.decode()
    pair(need, offer, 1, now, evidence="none")
    assert "No match with enough evidence yet" in client.get(address).content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_pages_ask_no_more_for_more_pairs(
    hub: Hub,
    publish: Callable[..., Record],
    sign_in: Callable[..., Client],
    django_assert_max_num_queries: DjangoAssertNumQueries,
    now: datetime,
    rows: int,
) -> None:
    client = sign_in("need_owner")
    firm = publish("organisation", "Firm")
    need = publish("need", "Radomes", organisation=firm.key)
    Record.objects.filter(pk=need.pk).update(created_by=client.user)
    for number in range(rows):
        pair(
            need,
            publish("offer", f"Tester {number}", organisation=firm.key),
            number + 1,
            now,
            judgements=(MET,),
        )
        pair(need, publish("platform", f"Laboratory {number}"), number + 1, now)
    for address in (
        f"/en/matches/need/{need.key}/",
        f"/en/need/{need.key}/",
        "/en/matches/quality/",
        "/en/desk/",
    ):
        with django_assert_max_num_queries(MOST_QUERIES):
            response = client.get(address)
        assert response.status_code == 200, address


def test_the_desk_shows_the_best_pair_of_each_own_record(
    hub: Hub, publish: Callable[..., Record], sign_in: Callable[..., Client], now: datetime
) -> None:
    client = sign_in("need_owner")
    need, offer, second = publish("need", "Radomes"), publish("offer", "Tester"), publish("offer", "Second")
    Record.objects.filter(pk=need.pk).update(created_by=client.user)
    pair(need, offer, 1, now, judgements=(MET,))
    pair(need, second, 2, now)
    body = client.get("/en/desk/").content.decode()
    assert f"/en/matches/need/{need.key}/" in body
    assert offer.key in body
    assert second.key not in body
    stranger = sign_in("offerer")
    assert offer.key not in stranger.get("/en/desk/").content.decode()


def test_few_answers_are_no_rate_and_many_are(
    hub: Hub, publish: Callable[..., Record], client: Client, now: datetime
) -> None:
    need, offer = publish("need", "Radomes"), publish("offer", "Tester")
    pair(need, offer, 1, now)

    def introductions(number: int, state: str, **more: Any) -> None:
        for _ in range(number):
            Introduction.objects.create(hub=hub, state=state, since=now, target=offer, own=need, **more)

    introductions(1, "agreed", asking_answer="yes", answering_answer="yes")
    introductions(2, "declined", reason_code="too-early")
    body = client.get("/en/matches/quality/").content.decode()
    assert "Too few answers yet" in body
    assert "Too early" not in body

    introductions(2, "agreed", asking_answer="yes", answering_answer="yes")
    introductions(1, "declined", reason_code="terms", is_confidential=True)
    body = client.get("/en/matches/quality/").content.decode()
    assert "Too early" in body
    assert "Price or terms" not in body
    assert "not told" in body
    assert "agreed to 50" in body


def test_the_figures_of_the_benchmark_are_on_the_page(hub: Hub, client: Client) -> None:
    body = client.get("/zh/matches/quality/").content.decode()
    assert "0.885" in body
    assert "跨语言" in body
    assert "0.402" in body  # where another method is better it stands there too


def test_the_best_of_each_kind_are_shown_and_the_lower_ones_on_request(
    publish: Callable[..., Record], client: Client, now: datetime
) -> None:
    need = publish("need", "Radomes")
    for number in range(7):
        pair(need, publish("offer", f"Tester {number}"), number + 1, now)
        if number < 2:
            pair(need, publish("platform", f"Laboratory {number}"), number + 1, now)
    address = f"/en/matches/need/{need.key}/"
    best = client.get(address).content.decode()
    assert [f"Tester {number}<" in best for number in range(7)] == [True] * 5 + [False] * 2
    assert "Laboratory 1<" in best
    assert '<a href="?all=1">Show 2 lower ones too</a>' in best
    every = client.get(f"{address}?all=1").content.decode()
    assert "Tester 6<" in every
    assert "lower ones" not in every
