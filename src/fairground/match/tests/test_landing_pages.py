"""Landing advice on the pages: what is asked, what is shown to whom, in how many queries."""

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from fairground.accounts.actors import Actor
from fairground.accounts.models import Hub, Record
from fairground.accounts.services import add_record
from fairground.match.landing import finding
from fairground.places.models import Zone
from fairground.publish.index import rebuild_index, search_index
from fairground.publish.labels import forget_names

MOST_QUERIES = 12
QUERY = (
    "must=space:3000 m² of workshop&must=pilot:pilot line&should=distance:within one hour by rail of Beijing"
)


@pytest.fixture(autouse=True)
def own_index(tmp_path: Path, settings: Settings) -> None:
    forget_names()
    settings.INDEX_FOLDER = tmp_path / "index"
    settings.RATE_LIMITS = {}


@pytest.fixture
def zone(hub: Hub) -> Zone:
    return Zone.objects.create(
        code="test-zone",
        name={"zh": "示例高新区", "en": "Example Zone"},
        region="130000",
        longitude=116.5,
        latitude=39.8,
    )


@pytest.fixture
def publish(clock_actor: Actor, now: datetime) -> Callable[..., Record]:
    def publish(kind: str, title: str, **values: Any) -> Record:
        values = {"title": {"zh": f"示例{title}", "en": f"Example {title}"}, **values}
        return add_record(actor=clock_actor, kind_code=kind, values=values, now=now, publish=True)

    return publish


@pytest.fixture
def platforms(zone: Zone, publish: Callable[..., Record]) -> Callable[[int], list[Record]]:
    """Return a maker of so many platforms with space, and as many with a pilot line."""

    def make(count: int) -> list[Record]:
        made = []
        for number in range(count):
            made.append(
                publish(
                    "platform",
                    f"Yard {number}",
                    platform_type="space",
                    services={"zh": "标准厂房出租。", "en": "Workshop space to let."},
                    free_space_m2=5000,
                    zone=zone.code,
                    region="130000",
                )
            )
            made.append(
                publish(
                    "platform",
                    f"Works {number}",
                    platform_type="industrial-innovation",
                    services={"zh": "有中试线。", "en": "With a pilot line for all."},
                    zone=zone.code,
                    region="130000",
                )
            )
        rebuild_index()
        search_index().refresh()
        return made

    return make


def text_of(body: bytes) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body.decode()))


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3])
def test_answer_page_queries_do_not_grow(
    client: Client,
    platforms: Callable[[int], list[Record]],
    count: int,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    platforms(count)
    with django_assert_max_num_queries(MOST_QUERIES):
        response = client.get(f"/en/landing/answer/?{QUERY}")
    assert response.status_code == 200


@pytest.mark.django_db
def test_zone_is_covered_by_two_platforms_together(
    client: Client, platforms: Callable[[int], list[Record]]
) -> None:
    yard, works = platforms(1)
    body = text_of(client.get(f"/en/landing/answer/?{QUERY}").content)
    assert "1 zone with every must met" in body
    assert "free space 5,000 m²" in body
    assert "With a pilot line for all." in body
    assert "no timetable" in body
    assert str(yard.title.en) in body
    assert str(works.title.en) in body


@pytest.mark.django_db
def test_answer_says_when_evidence_is_not_enough(
    client: Client, platforms: Callable[[int], list[Record]]
) -> None:
    platforms(1)
    body = text_of(client.get("/en/landing/answer/?must=equipment:rotary kiln").content)
    assert "Not enough evidence to propose a place" in body


@pytest.mark.django_db
def test_plain_words_become_an_address_without_contacts(
    client: Client, platforms: Callable[[int], list[Record]]
) -> None:
    platforms(1)
    response = client.get(
        "/zh/landing/answer/",
        {"text": "需要3000平米厂房，联系 a@example.org 13800138000，要有中试线。今天天气不错"},
    )
    assert response.status_code == 302
    assert "example.org" not in response["Location"]
    assert "13800138000" not in response["Location"]
    body = text_of(client.get(response["Location"]).content)
    assert "3000平米厂房" in body
    assert "今天天气不错" in body
    assert "联系方式（不带入地址）" in body


@pytest.mark.django_db
def test_form_rows_become_the_same_address_and_come_back(client: Client, zone: Zone) -> None:
    rows = {
        "kind": ["space", "policy", "region"],
        "need": ["500 m²", "", "Hebei"],
        "level": ["must", "must", "should"],
    }
    response = client.get("/en/landing/answer/", rows)
    assert response["Location"] == "/en/landing/answer/?must=space%3A500+m%C2%B2&should=region%3AHebei"
    form = client.get("/en/landing/?must=space:500 m²&should=region:Hebei").content.decode()
    assert 'value="500 m²"' in form
    assert 'value="Hebei"' in form


@pytest.mark.django_db
def test_members_only_platform_is_not_there_for_a_visitor(
    client: Client,
    sign_in: Callable[..., Client],
    platforms: Callable[[int], list[Record]],
    publish: Callable[..., Record],
    zone: Zone,
) -> None:
    publish(
        "platform", "Hidden Kiln", visibility="members", services={"zh": "有回转窑。", "en": "With a rotary kiln."},
        free_space_m2=9000, zone=zone.code,
    )  # fmt: skip
    platforms(1)
    query = "must=equipment:rotary kiln&must=space:8000 m²&must=pilot:pilot line"
    visitor = text_of(client.get(f"/en/landing/answer/?{query}").content)
    member = text_of(sign_in("member").get(f"/en/landing/answer/?{query}").content)
    assert ("Hidden Kiln" in visitor, "Hidden Kiln" in member) == (False, True)
    assert "the largest free space stated there is 5,000 m²" in visitor
    assert "2 platforms and facilities were looked at" in visitor
    assert "3 platforms and facilities were looked at" in member


@pytest.mark.django_db
def test_compare_shows_two_to_four(client: Client, platforms: Callable[[int], list[Record]]) -> None:
    made = platforms(3)
    picks = "&".join(f"pick=platform:{record.key}" for record in made)
    body = text_of(client.get(f"/en/landing/compare/?{QUERY}&{picks}").content)
    assert "At most 4 places" in body
    assert "Choose two to four" in text_of(
        client.get(f"/en/landing/compare/?{QUERY}&pick=zone:test-zone").content
    )
    both = text_of(
        client.get(f"/en/landing/compare/?{QUERY}&pick=zone:test-zone&pick=platform:{made[0].key}").content
    )
    assert "Example Zone" in both
    assert str(made[0].title.en) in both


@pytest.mark.django_db
def test_offer_fills_the_form_only_where_everybody_may_read_it(
    client: Client, sign_in: Callable[..., Client], publish: Callable[..., Record]
) -> None:
    words = {"method": {"zh": "真空熔炼", "en": "Vacuum melting"}}
    public = publish("offer", "Alloy", **words)
    hidden = publish("offer", "Secret Alloy", visibility="members", **words)
    assert "Vacuum melting" in client.get(f"/en/landing/?offer={public.key}").content.decode()
    assert client.get(f"/en/landing/?offer={hidden.key}").status_code == 404
    assert client.get("/en/landing/?offer=none").status_code == 404
    member = sign_in("member")
    assert "Vacuum melting" not in member.get(f"/en/landing/?offer={hidden.key}").content.decode()
    assert f"/en/landing/?offer={public.key}" in client.get(f"/en/offer/{public.key}/").content.decode()
    assert "/en/landing/?offer=" not in member.get(f"/en/offer/{hidden.key}/").content.decode()


@pytest.mark.django_db
def test_markup_in_a_need_is_text(
    client: Client, zone: Zone, platforms: Callable[[int], list[Record]]
) -> None:
    platforms(1)
    for page in ("landing/", "landing/answer/", "landing/compare/"):
        body = client.get(
            f"/en/{page}", {"must": "space:<script>alert(1)</script> 3000 m²", "pick": "<img>"}
        ).content.decode()
        assert "<script>alert" not in body
        assert "<img>" not in body


@pytest.mark.django_db
def test_what_an_address_has_that_is_no_need_is_told(
    client: Client, platforms: Callable[[int], list[Record]]
) -> None:
    platforms(1)
    body = text_of(
        client.get("/en/landing/answer/?must=pilot:pilot line&must=nonsense:thing&should=xyz").content
    )
    assert "nonsense:thing" in body
    assert "xyz" in body


@pytest.mark.django_db
def test_large_hub_is_asked_through_the_index(
    client: Client,
    platforms: Callable[[int], list[Record]],
    monkeypatch: pytest.MonkeyPatch,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    monkeypatch.setattr(finding, "MOST_JUDGED", 3)
    platforms(4)
    with django_assert_max_num_queries(MOST_QUERIES):
        body = text_of(client.get(f"/en/landing/answer/?{QUERY}").content)
    assert "1 zone with every must met" in body
    assert "3 platforms and facilities were looked at" in body
