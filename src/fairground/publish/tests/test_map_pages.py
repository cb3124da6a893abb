"""The map's page and tiles: both languages, without a script too, strange questions, caching, the content policy."""

import json
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import mapbox_vector_tile
import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from fairground.accounts.consents import give_consents, keep_texts, texts_in_force
from fairground.accounts.models import Hub, Record, User
from fairground.config.map_base import read_map_base
from fairground.language.local_text import LocalText
from fairground.places.models import Zone
from fairground.publish.index import rebuild_index, search_index

pytestmark = pytest.mark.django_db

WHOLE = "/en/map/tiles/0/0/0.mvt"
BEIJING = "bbox=116.0,39.6,116.8,40.3"


@pytest.fixture
def zone() -> Zone:
    return Zone.objects.create(
        code="example",
        name=LocalText("示例园区", "Example Zone"),
        region="130000",
        longitude=115.4,
        latitude=38.9,
    )


@pytest.fixture
def placed(publish: Callable[..., Record], hub: Hub, zone: Zone) -> list[Record]:
    """Platforms at points of their own, an offer in a zone, a need in a region, and one that stands nowhere."""
    hub.region = "110000"
    hub.save()
    made = [
        publish(
            "platform",
            f"示例·平台{number}",
            f"Example Platform {number}",
            platform_type=platform_type,
            longitude=116.3 + number / 50,
            latitude=39.9,
        )
        for number, platform_type in enumerate(("transfer", "space", "incubation"))
    ]
    made.append(publish("offer", "示例·成果", "Example Offer", zone="example"))
    made.append(publish("need", "示例·需求", "Example Need", region="120000"))
    made.append(publish("offer", "示例·无处", "Example Nowhere"))
    rebuild_index()
    search_index().refresh()
    return made


def read(content: bytes) -> dict[str, list[dict[str, Any]]]:
    layers = mapbox_vector_tile.decode(content) if content else {}
    return {name: [one["properties"] for one in layer["features"]] for name, layer in layers.items()}


def drawing_of(body: str) -> dict[str, Any]:
    found = re.search(r'data-drawing="([^"]*)"', body)
    assert found
    drawing: dict[str, Any] = json.loads(unescape(found[1]))
    return drawing


def body_of(client: Client, address: str, **headers: str) -> str:
    response = client.get(address, headers=headers)
    assert response.status_code == 200
    text: str = response.content.decode()
    return text


def test_the_whole_earth_in_one_tile(placed: list[Record], client: Client) -> None:
    said = read(client.get(WHOLE).content)
    assert said["places"] == [{"n": 3, "incubation": 1, "space": 1, "transfer": 1}]
    assert sorted((one["level"], one["code"], one["zh"], one["en"], one["n"]) for one in said["areas"]) == [
        ("region", "120000", "天津市", "Tianjin", 1),
        ("zone", "example", "示例园区", "Example Zone", 1),
    ]


@pytest.mark.parametrize(
    ("asked", "number"),
    [("kind=platform", 3), ("platform_type=space", 1), ("q=成果", 1), ("q=offer", 1), ("not_kind=platform", 2),
     ("zone=example", 1), ("kind=nothing", 0), (BEIJING, 5), ("sort=title&page=9", 5)],
)  # fmt: skip
def test_tiles_follow_the_question_of_the_catalogue(
    placed: list[Record], client: Client, asked: str, number: int
) -> None:
    said = read(client.get(f"{WHOLE}?{asked}").content)
    assert sum(one.get("n", 1) for layer in said.values() for one in layer) == number


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_list_holds_what_the_map_shows(placed: list[Record], client: Client, language: str) -> None:
    body = body_of(client, f"/{language}/map/")
    keys = [key for record in placed if (key := record.key) in body]
    assert keys == [record.key for record in placed[:5]]
    drawing = drawing_of(body)
    assert drawing["language"] == language
    assert drawing["tiles"] == f"/{language}/map/tiles/{{z}}/{{x}}/{{y}}.mvt"
    assert [zone["name"] for zone in drawing["zones"]] == ["示例园区" if language == "zh" else "Example Zone"]
    # What stands nowhere is named, and where it is found.
    assert ("另有 1 条没有地点" if language == "zh" else "1 more have no place") in body


def test_the_view_in_the_address_is_what_is_listed(placed: list[Record], client: Client) -> None:
    body = body_of(client, f"/en/map/?{BEIJING}&kind=platform")
    assert [record.key in body for record in placed] == [True] * 3 + [False] * 3
    assert drawing_of(body)["view"] == [116.0, 39.6, 116.8, 40.3]
    assert drawing_of(body)["tiles"].endswith(".mvt?kind=platform")
    assert body_of(client, "/en/map/?bbox=116.31,39.8,116.33,40.0").count('class="row"') == 1
    # Across 180°: nothing of this one, all of the other half.
    assert 'class="row"' not in body_of(client, "/en/map/?bbox=170,-10,-170,80")
    assert body_of(client, "/en/map/?bbox=100,-10,-170,80").count('class="row"') == 5


def test_a_script_is_answered_with_the_list_alone(placed: list[Record], client: Client) -> None:
    body = body_of(client, f"/en/map/?{BEIJING}", hx_request="true")
    assert body.startswith("<section")
    assert "<html" not in body
    assert placed[0].key in body
    assert "HX-Request" in client.get("/en/map/").headers["Vary"]


def test_without_a_script_there_is_a_picture(placed: list[Record], client: Client) -> None:
    body = body_of(client, "/zh/map/")
    assert body.count("<path d=") >= 3
    assert re.search(r"<circle [^>]*/><text [^>]*>3</text>", body)
    assert "示例园区</a> <data" in body


@pytest.mark.parametrize(
    "asked",
    ["bbox=", "bbox=1,2,3", "bbox=a,b,c,d", "bbox=999,999,999,999", "bbox=10,50,-10,-50", "bbox=1e9,0,0,0",
     "bbox=-180,-90,180,90", "page=99999", "q=%00%ff", "kind=%3Cscript%3E", "zone=none&bbox=0,0,0,0"],
)  # fmt: skip
def test_a_strange_question_is_read_as_far_as_it_can_be(
    placed: list[Record], client: Client, asked: str
) -> None:
    assert client.get(f"/en/map/?{asked}").status_code == 200
    assert client.get(f"{WHOLE}?{asked}").status_code == 200


@pytest.mark.parametrize("name", ["tiles", "base"])
@pytest.mark.parametrize("tile", ["1/2/0", "0/0/1", "40/0/0", "99999999999/1/1"])
def test_a_tile_that_is_not_there_is_not_found(
    client: Client, placed: list[Record], name: str, tile: str
) -> None:
    assert client.get(f"/en/map/{name}/{tile}.mvt").status_code == 404


def test_what_is_kept_is_asked_again(placed: list[Record], client: Client) -> None:
    first = client.get(WHOLE)
    assert first.headers["Cache-Control"] == "public, no-cache"
    again = client.get(WHOLE, headers={"if-none-match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    Record.objects.filter(key=placed[0].key).update(state="withdrawn")
    rebuild_index()
    search_index().refresh()
    changed = client.get(WHOLE, headers={"if-none-match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != first.headers["ETag"]
    base = client.get("/en/map/base/5/26/12.mvt")
    assert base.headers["Cache-Control"].startswith("public, max-age")


def test_queries_do_not_grow_with_rows(
    publish: Callable[..., Record],
    client: Client,
    zone: Zone,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    asked = set()
    for number in (1, 3):
        while Record.objects.filter(kind="platform").count() < number:
            publish("platform", "示例·平台", longitude=116.3, latitude=39.9, zone="example")
        rebuild_index()
        search_index().refresh()
        client.get("/en/map/")
        with django_assert_max_num_queries(12) as captured:
            body_of(client, "/en/map/")
        asked.add(len(captured.captured_queries))
        with django_assert_max_num_queries(2):
            client.get(WHOLE)
    assert len(asked) == 1


def test_base_tiles_draw_the_lines_the_operator_allows(
    placed: list[Record], client: Client, settings: Settings
) -> None:
    address = "/en/map/base/4/13/6.mvt"  # most of China

    def lines() -> set[str]:
        return {one["code"] for one in read(client.get(address).content).get("lines", [])}

    assert lines() == {"110000", "120000", "130000"}
    settings.MAP_BORDERS = "none"
    assert lines() == set()
    settings.MAP_BORDERS = "provinces"
    assert len(lines()) > 15


def test_the_content_policy_opens_for_the_operators_base_on_the_map_alone(
    placed: list[Record], client: Client, settings: Settings
) -> None:
    closed = client.get("/en/map/").headers["Content-Security-Policy"]
    assert "worker-src 'self' blob:" in closed
    assert "https:" not in closed
    settings.MAP_BASE = read_map_base("https://tiles.example/{z}/{x}/{y}.png?tk=KEY", "示例地图")
    settings.MAP_ATTRIBUTION, settings.MAP_REVIEW_NUMBER = "示例地图", "GS（0000）0000号"
    response = client.get("/zh/map/")
    opened = dict(
        part.strip().split(" ", 1) for part in response.headers["Content-Security-Policy"].split(";")
    )
    assert "https://tiles.example" in opened["img-src"]
    assert "https://tiles.example" in opened["connect-src"]
    assert "https://tiles.example" not in opened["script-src"]
    body = response.content.decode()
    assert drawing_of(body)["operator"]["sources"]["operator"]["tiles"] == [
        "https://tiles.example/{z}/{x}/{y}.png?tk=KEY"
    ]
    assert "GS（0000）0000号" in body
    assert "tiles.example" not in client.get("/zh/catalogue/").headers["Content-Security-Policy"]


def test_a_platforms_page_leads_to_its_place_on_the_map(placed: list[Record], client: Client) -> None:
    body = body_of(client, f"/en/platform/{placed[0].key}/")
    (address,) = re.findall(r'href="(/en/map/\?[^"]+)"', body)
    found = body_of(client, unescape(address).partition("#")[0])
    assert placed[0].key in found
    assert "/en/map/?" not in body_of(client, f"/en/offer/{placed[5].key}/")


def test_the_home_page_leads_to_the_map(client: Client, placed: list[Record]) -> None:
    body = body_of(client, "/zh/")
    assert body.count('href="/zh/map/"') == 2
    assert "看地图" in body


def test_a_signed_in_readers_tiles_are_kept_by_nobody_else(
    placed: list[Record], client: Client, hub: Hub, now: Any
) -> None:
    keep_texts()
    user = User.objects.create_user("reader@example.org", name="Reader", language="en")
    give_consents(user=user, texts=texts_in_force(now=now), now=now, hub_id=hub.pk)
    client.force_login(user)
    response = client.get(WHOLE)
    assert response.headers["Cache-Control"] == "private, no-cache"
    assert "Cookie" in response.headers["Vary"]
