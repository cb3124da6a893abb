"""Profiles of zones, parks and regions: what they count, for whom, with how many questions to the database."""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fairground.accounts.actors import Actor
from fairground.accounts.core.structures import Provenance
from fairground.accounts.errors import InvalidRecordError
from fairground.accounts.models import Hub, Record
from fairground.accounts.services import add_record
from fairground.editions.models import Figure
from fairground.language.local_text import LocalText
from fairground.places.core.structures import PlaceSource
from fairground.places.models import Park, Zone
from fairground.publish.index import rebuild_index

pytestmark = pytest.mark.django_db
Publish = Callable[..., Record]


@pytest.fixture
def zone(hub: Hub) -> Zone:
    return Zone.objects.create(
        code="baoding", name=LocalText("保定高新区", "Baoding Zone"), level="national", region="130600",
        longitude=115.4, latitude=38.9,
    )  # fmt: skip


@pytest.fixture
def park(zone: Zone) -> Park:
    return Park.objects.create(
        zone=zone, name=LocalText("示例·恒川园", "Example Park"), region="130602", free_space_m2=7200,
        free_space_on=date(2026, 1, 23), policies=LocalText("前六个月免租。", "No rent for six months."),
        source=PlaceSource(LocalText("园区手册", "The park's handbook"), quote="可用7200平方米"), demonstration=True,
    )  # fmt: skip


def numbers(body: str) -> dict[str, str]:
    """Return the living figures of a page: label → number."""
    found = re.findall(
        r'class="figure-value">([\d,]+).*?class="figure-label">([^<]+)<', body, flags=re.DOTALL
    )
    return {label: number for number, label in found}


def read(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, (address, response.status_code)
    body: str = response.content.decode()
    return body


def test_a_members_only_record_raises_no_visitors_count(
    zone: Zone, park: Park, publish: Publish, sign_in: Callable[..., Client]
) -> None:
    in_park = {"listed_park": park.key, "region": "130000", "zone": "baoding"}
    publish("platform", "公开平台", free_space_m2=100, checked_on="2026-02-01", **in_park)
    publish("platform", "会员平台", free_space_m2=900, visibility="members", **in_park)
    publish("platform", "双方平台", free_space_m2=5000, visibility="parties", **in_park)
    rebuild_index()
    member, editor = sign_in("member"), sign_in("organiser")
    for address in (
        "/zh/zones/baoding/",
        f"/zh/parks/{park.key}/",
        "/zh/regions/130000/",
        "/zh/regions/130600/",
    ):
        seen = read(Client(), address)
        assert (numbers(seen), "会员平台" in seen, "100 m²" in seen) == ({"平台": "1"}, False, True), address
        for client in (member, editor):
            seen = read(client, address)
            assert (numbers(seen), "1,000 m²" in seen, "双方平台" in seen) == ({"平台": "2"}, True, False), (
                address
            )
    assert numbers(read(Client(), "/zh/regions/130700/")) == {}


def test_a_member_behind_a_park_is_not_given_away(
    zone: Zone, park: Park, publish: Publish, sign_in: Callable[..., Client]
) -> None:
    hidden = publish("organisation", "示例·内部公司", visibility="members")
    known = publish("organisation", "示例·公开公司")
    publish("platform", "甲平台", listed_park=park.key, organisation=hidden.key)
    publish("platform", "乙平台", listed_park=park.key, organisation=known.key, visibility="members")
    publish("offer", "内部公司的成果", organisation=hidden.key)
    rebuild_index()
    visited = read(Client(), f"/zh/parks/{park.key}/")
    assert numbers(visited) == {"平台": "1"}
    assert ("内部公司" in visited, "公开公司" in visited) == (False, False)
    assert numbers(read(sign_in("member"), f"/zh/parks/{park.key}/")) == {
        "平台": "2",
        "单位": "2",
        "成果": "1",
    }


def test_every_number_leads_to_as_many_records(
    zone: Zone, park: Park, publish: Publish, clock_actor: Actor
) -> None:
    for number in range(3):
        publish("platform", f"平台{number}", zone="baoding", region="130000", listed_park=park.key)
    for place, day in enumerate(("2024-03-02", "2025-12-31", "2026-05-05")):
        values: dict[str, Any] = {"title": {"zh": f"需求{place}"}, "zone": "baoding", "region": "130000"}
        if place == 0:
            values["deadline"] = "2024-06-01"
        moment = datetime.fromisoformat(f"{day}T08:00+08:00")
        add_record(actor=clock_actor, kind_code="need", publish=True, now=moment, values=values)
    rebuild_index()
    for address in ("/zh/zones/baoding/?by=month", "/zh/zones/baoding/?by=year", "/zh/regions/130600/",
                    f"/zh/parks/{park.key}/", "/zh/zones/baoding/?with=baoding"):  # fmt: skip
        body = read(Client(), address)
        links = re.findall(r'<a[^>]* ?href="([^"]*/records/[^"]*)"[^>]*>(.*?)</a>', body, flags=re.DOTALL)
        said_by = {
            link.replace("&amp;", "&"): re.findall(r">\s*(\d+)\s*<", f">{text}<") for link, text in links
        }
        counted = [(link, int(numbers_said[0])) for link, numbers_said in said_by.items() if numbers_said]
        assert counted, address
        for link, said in counted:
            page = read(Client(), link)
            assert f"{said} 条" in page, (link, said)
            assert page.count('class="row"') == said, (link, said)
    assert '开放中的需求</h3><span class="muted small count">2<' in read(Client(), "/zh/zones/baoding/")


@pytest.mark.parametrize("rows", [1, 3])
def test_a_profile_asks_as_often_however_much_is_there(
    zone: Zone, park: Park, publish: Publish, sign_in: Callable[..., Client], hub: Hub, rows: int
) -> None:
    for number in range(rows):
        firm = publish("organisation", f"单位{number}", zone="baoding", region="130000")
        place = {"zone": "baoding", "region": "130000", "organisation": firm.key}
        platform = publish("platform", f"平台{number}", listed_park=park.key, free_space_m2=10, **place)
        publish("facility", f"设备{number}", platform=platform.key, **place)
        publish("offer", f"成果{number}", **place)
        publish("need", f"需求{number}", **place)
        Park.objects.create(zone=zone, name=LocalText(f"园{number}", f"Park {number}"), region="130602")
        Zone.objects.create(code=f"zone{number}", name=LocalText(f"区{number}", "Zone"), region="130600")
    rebuild_index()
    reader = sign_in("member")
    asked = {}
    for address in (
        "/zh/zones/baoding/", f"/zh/parks/{park.key}/", "/zh/regions/130000/", "/zh/zones/baoding/records/",
        f"/zh/parks/{park.key}/records/", "/zh/zones/baoding/?with=zone0", "/zh/embed/zone/baoding/",
        "/zh/features/collections/", "/zh/features/collections/platforms/items/",
        "/zh/features/collections/parks/items/",
    ):  # fmt: skip
        for who, client in (("visitor", Client()), ("member", reader)):
            read(client, address)
            with CaptureQueriesContext(
                connection,
            ) as queries:
                read(client, address)
            asked[who, address] = len(queries)
    # The same numbers for one row and for three: literals, so that none can grow unseen.
    assert [count for (who, _), count in asked.items() if who == "visitor"] == VISITORS_QUERIES
    assert max(asked.values()) <= 12, asked


VISITORS_QUERIES = [6, 7, 7, 2, 5, 4, 5, 4, 2, 2]


def test_figures_of_a_district_carry_source_quote_and_qualifier(hub: Hub, publish: Publish) -> None:
    edition = publish("edition", "年会", "Conference", year=2024)
    source = Provenance(LocalText("某报", "A newspaper"), quote="超过1300家")
    Figure.objects.create(
        edition_id=edition.pk, code="firms", subject=LocalText("企业", "Firms"), value=1300, qualifier="over",
        unit=LocalText("家", "firms"), printed=LocalText("超1300家", "over 1,300 firms"), region="110108",
        provenance=source,
    )  # fmt: skip
    rebuild_index()
    for code in ("110108", "110000"):
        body = read(Client(), f"/en/regions/{code}/")
        assert ("Haidian" in body) == (code == "110108")
        assert ("over 1,300 firms" in body, "超过1300家" in body, "A newspaper" in body) == (
            True,
            True,
            True,
        ), code
    assert "1,300" not in read(Client(), "/en/regions/120000/")
    Record.objects.filter(pk=edition.pk).update(visibility="members")
    assert "1,300" not in read(Client(), "/en/regions/110108/")


def test_what_is_no_place_is_not_there(zone: Zone, park: Park, publish: Publish) -> None:
    publish("offer", "成果")
    rebuild_index()
    nothing = [
        *(
            "zones/nowhere/",
            "zones/baoding1/records/",
            "parks/nothere/",
            "zones/baoding/records/?published=2026-13",
        ),
        *(
            "regions/999999/",
            "regions/110199/",
            "regions/13/",
            "regions/13000a/",
            "zones/nowhere/?with=baoding",
        ),
        *("embed/place/baoding/", "embed/zone/nowhere/", "embed/list/people/"),
    ]
    for address in nothing:
        assert Client().get(f"/zh/{address}").status_code == 404, address
    assert Client().get("/zh/zones/baoding/records/?kind=nothing").status_code == 200
    empty = read(Client(), "/zh/zones/baoding/")
    assert "这里还没有已发布的记录" in empty
    assert "可用 7,200 m²" in empty


def test_places_stand_side_by_side(zone: Zone, park: Park, publish: Publish) -> None:
    for number in range(5):
        Zone.objects.create(
            code=f"zone{number}", name=LocalText(f"第{number}区", f"Zone {number}"), region="120000"
        )
    publish("platform", "平台", zone="baoding", free_space_m2=300)
    publish("platform", "平台", zone="zone1")
    rebuild_index()
    body = read(Client(), "/zh/zones/baoding/?with=zone1&with=zone2&with=nowhere&with=zone3&with=zone4")
    heads = re.findall(r'<th scope="col"[^>]*><a href="[^"]*">([^<]*)<', body)
    assert heads == ["保定高新区", "第1区", "第2区", "第3区"]
    platforms = re.search(r'<th scope="row">平台</th>(.*?)</tr>', body, flags=re.DOTALL)
    assert platforms is not None
    assert re.findall(r">(\d+)<", platforms.group(1)) == ["1", "1", "0", "0"]
    assert "7,200 m²" in body
    one = read(Client(), "/zh/zones/baoding/?with=nowhere")
    assert "请在下面选择" in one


def test_a_record_leads_to_its_zone_and_park(zone: Zone, park: Park, publish: Publish) -> None:
    platform = publish("platform", "平台", zone="baoding", listed_park=park.key)
    rebuild_index()
    body = read(Client(), f"/en/platform/{platform.key}/")
    assert ('href="/en/zones/baoding/"' in body, f'href="/en/parks/{park.key}/"' in body) == (True, True)


def test_pages_are_read_in_both_languages(zone: Zone, park: Park, publish: Publish) -> None:
    publish("platform", "平台", "Platform", zone="baoding")
    rebuild_index()
    for address in ("zones/baoding/", f"parks/{park.key}/", "regions/130600/", "zones/baoding/records/",
                    "zones/baoding/?with=baoding", "embed/zone/baoding/?how"):  # fmt: skip
        assert 'lang="zh-Hans"' in read(Client(), f"/zh/{address}")
        body = read(Client(), f"/en/{address}")
        assert re.findall(r"\{\{|\}\}|None|LocalText", body) == []


def test_a_wrong_park_is_refused(zone: Zone, publish: Publish) -> None:
    with pytest.raises(InvalidRecordError) as caught:
        publish("platform", "平台", listed_park="nothere")
    assert set(caught.value.faults) == {"listed_park"}
