"""The feature service against OGC API – Features, Part 1: Core (OGC 17-069r4), requirement by requirement.

Each test names the requirements of classes 'core' and 'geojson' that it checks, as the standard numbers them.
"""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from hypothesis import strategies as st

from fairground.accounts.actors import Actor
from fairground.accounts.models import Hub, Record
from fairground.accounts.services import add_record
from fairground.language.local_text import LocalText
from fairground.places.models import Park, Zone
from fairground.publish.core.features import Box
from fairground.publish.features.views import CONFORMANCE

pytestmark = pytest.mark.django_db
ROOT = "/en/features/"
ITEMS = f"{ROOT}collections/platforms/items/"
Answer = dict[str, Any]


@pytest.fixture
def places(hub: Hub, clock_actor: Actor, now: datetime) -> list[tuple[str, float, float, datetime]]:
    """Thirty platforms on a grid, a day apart, and a zone with a park: key, longitude, latitude, published."""
    zone = Zone.objects.create(
        code="a-zone", name=LocalText("甲区", "Zone A"), region="130000", longitude=115, latitude=38
    )
    Park.objects.create(
        name=LocalText("甲园", "Park A"), zone=zone, region="130600", longitude=115.1, latitude=38.1
    )
    made = []
    for number in range(30):
        longitude, latitude = (-170 + number % 6 * 68.0), (-40 + number // 6 * 20.0)
        at = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(days=number)
        record = add_record(
            actor=clock_actor, kind_code="platform", now=at, publish=True,
            values={
                "title": {"zh": f"平台{number}", "en": f"Platform {number}"}, "zone": "a-zone" if number % 2 else "",
                "longitude": longitude, "latitude": latitude, "platform_type": "incubation",
                "contact": {"name": "xqperson", "email": "xq@example.org"},
            },
        )  # fmt: skip
        made.append((record.key, longitude, latitude, at))
    add_record(
        actor=clock_actor,
        kind_code="platform",
        now=now,
        publish=True,
        values={"title": {"zh": "没有位置的平台"}},
    )
    return made


def get(address: str, status: int = 200) -> Answer:
    response = Client().get(address)
    assert response.status_code == status, (address, response.status_code, response.content[:300])
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.cookies == {}
    if status >= 400:
        assert response.headers["Content-Type"] == "application/problem+json"
    found: Answer = json.loads(response.content)
    return found


def link(answer: Answer, rel: str) -> str:
    (found,) = [each["href"] for each in answer["links"] if each["rel"] == rel]
    return str(found).removeprefix("http://testserver")


def walk(query: str = "", rel: str = "next", start: str = "") -> Iterator[Answer]:
    """Yield the pages, following the links alone."""
    address = start or f"{ITEMS}?{query}"
    for _ in range(200):
        page = get(address)
        yield page
        if not [each for each in page["links"] if each["rel"] == rel]:
            return
        address = link(page, rel)
    raise AssertionError("the walk does not end")


def ids(*pages: Answer) -> list[str]:
    return [feature["id"] for page in pages for feature in page["features"]]


def test_landing_page(places: list[Any]) -> None:
    """REQ 1 /req/core/root-op · REQ 2 /req/core/root-success."""
    page = get(ROOT)
    assert {"service-desc", "conformance", "data", "self"} <= {each["rel"] for each in page["links"]}
    for each in page["links"]:
        assert Client().get(each["href"]).status_code == 200


def test_api_definition(places: list[Any]) -> None:
    """REQ 3 /req/core/api-definition-op · REQ 4 /req/core/api-definition-success."""
    definition = get(link(get(ROOT), "service-desc"))
    assert definition["openapi"].startswith("3.0")
    for path in definition["paths"]:
        if "{" not in path:
            assert get(f"{ROOT.rstrip('/')}{path}")


def test_conformance(places: list[Any]) -> None:
    """REQ 5 /req/core/conformance-op · REQ 6 /req/core/conformance-success."""
    assert get(link(get(ROOT), "conformance")) == {"conformsTo": list(CONFORMANCE)}
    assert "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core" in CONFORMANCE


def test_http_and_unknown_parameters(places: list[Any]) -> None:
    """REQ 7 /req/core/http · REQ 8 /req/core/query-param-unknown · REQ 9 /req/core/query-param-invalid."""
    assert Client().post(ROOT).status_code == 405
    assert Client().head(ITEMS).status_code == 200
    for address in (ROOT, f"{ROOT}conformance/", f"{ROOT}collections/", f"{ROOT}collections/zones/", ITEMS,
                    f"{ITEMS}{places[0][0]}/"):  # fmt: skip
        problem = get(f"{address}?surprise=1", 400)
        assert (problem["status"], problem["parameter"]) == (400, "surprise")
    for query in ("limit=0", "limit=x", "bbox=1,2,3", "bbox=1,2,3,400", "datetime=yesterday", "after=a&before=b",
                  "limit=1&limit=2", "region=130000&bbox="):  # fmt: skip
        assert get(f"{ITEMS}?{query}", 400)["detail"]
    for address in (f"{ROOT}collections/people/", f"{ROOT}collections/people/items/", f"{ITEMS}nothere/"):
        assert get(address, 404)["status"] == 404


def test_collections(places: list[Any]) -> None:
    """REQ 11 fc-md-op · 12 fc-md-success · 13 fc-md-links · 14 fc-md-items · 15 fc-md-items-links · 16 fc-md-extent
    · 17 sfc-md-op · 18 sfc-md-success (all /req/core/)."""
    answer = get(link(get(ROOT), "data"))
    assert {each["rel"] for each in answer["links"]} == {"self", "alternate"}
    assert [each["id"] for each in answer["collections"]] == ["zones", "parks", "platforms", "facilities"]
    for collection in answer["collections"]:
        items = link(collection, "items")
        assert [each["type"] for each in collection["links"] if each["rel"] == "items"] == [
            "application/geo+json"
        ]
        assert get(link(collection, "self")) == collection
        assert get(items)["type"] == "FeatureCollection"
    extent = answer["collections"][2]["extent"]
    assert extent["spatial"]["bbox"] == [[-170.0, -40.0, 170.0, 40.0]]
    assert extent["temporal"]["interval"][0][0].startswith("2025-01-01")


def test_crs(places: list[Any]) -> None:
    """REQ 10 /req/core/crs84: longitude before latitude, WGS-84."""
    (feature,) = get(f"{ITEMS}?bbox=-171,-41,-169,-39")["features"]
    assert feature["geometry"] == {"type": "Point", "coordinates": [-170.0, -40.0]}


def test_items(places: list[Any]) -> None:
    """REQ 19 fc-op · 20 fc-limit-definition · 21 fc-limit-response-1 · 25 fc-response · 26 fc-links ·
    27 fc-rel-type · 28 fc-timeStamp · 29 fc-numberMatched · 30 fc-numberReturned (all /req/core/)."""
    page = get(f"{ITEMS}?limit=7")
    assert (page["numberMatched"], page["numberReturned"], len(page["features"])) == (31, 7, 7)
    assert {"self", "alternate", "next"} <= {each["rel"] for each in page["links"]}
    assert all(each["type"] for each in page["links"])
    assert datetime.fromisoformat(page["timeStamp"].replace("Z", "+00:00")).tzinfo is not None
    assert link(page, "self") == f"{ITEMS}?limit=7"
    assert len(get(f"{ITEMS}?limit=100000")["features"]) == 31


def test_item(places: list[Any]) -> None:
    """REQ 32 f-op · 33 f-success · 34 f-links · GeoJSON: /req/geojson/definition, /req/geojson/content."""
    key, longitude, latitude, _ = places[3]
    response = Client().get(f"/zh/features/collections/platforms/items/{key}/")
    assert response.headers["Content-Type"] == "application/geo+json"
    feature = json.loads(response.content)
    assert (feature["type"], feature["id"]) == ("Feature", key)
    assert feature["geometry"]["coordinates"] == [longitude, latitude]
    assert {"self", "alternate", "collection"} == {each["rel"] for each in feature["links"]}
    properties = feature["properties"]
    assert (properties["name"], properties["name_zh"], properties["name_en"]) == (
        "平台3",
        "平台3",
        "Platform 3",
    )
    assert properties["page"] == f"http://testserver/zh/platform/{key}/"
    assert get(link(feature, "alternate"))["properties"]["name"] == "Platform 3"
    assert "xq" not in response.content.decode()


def test_items_of_every_collection_are_geojson(places: list[Any]) -> None:
    for name in ("zones", "parks", "platforms", "facilities"):
        for feature in get(f"{ROOT}collections/{name}/items/")["features"]:
            assert feature["type"] == "Feature"
            assert feature["geometry"] is None or feature["geometry"]["type"] == "Point"
            assert (
                get(f"{ROOT}collections/{name}/items/{feature['id']}/")["properties"] == feature["properties"]
            )


def test_time(places: list[Any]) -> None:
    """REQ 23 /req/core/fc-time-definition · 24 fc-time-response."""

    def within(text: str) -> set[str]:
        return set(ids(get(f"{ITEMS}?{urlencode({'datetime': text})}")))

    by_day = {at.date().isoformat(): key for key, *_, at in places}
    assert within("2025-01-05") == {by_day["2025-01-05"]}
    assert within("2025-01-05T00:00:00Z") == {by_day["2025-01-05"]}
    assert within("2025-01-05T00:00:01Z") == set()
    assert within("../2025-01-02") == {by_day["2025-01-01"], by_day["2025-01-02"]}
    assert within("2025-01-29/2025-02-10") == {by_day["2025-01-29"], by_day["2025-01-30"]}
    assert len(get(f"{ROOT}collections/zones/items/?datetime=2025-01-05")["features"]) == 1


@limits(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    west=st.floats(-180, 180), east=st.floats(-180, 180), latitudes=st.tuples(st.floats(-90, 90), st.floats(-90, 90))
)  # fmt: skip
def test_box(
    places: list[tuple[str, float, float, datetime]], west: float, east: float, latitudes: tuple[float, float]
) -> None:
    """REQ 22 /req/core/fc-bbox-definition, fc-bbox-response: what lies in the box, and nothing else."""
    box = Box(west, min(latitudes), east, max(latitudes))
    wanted = {key for key, longitude, latitude, _ in places if box.holds(longitude, latitude)}
    found = get(f"{ITEMS}?bbox={box.west!r},{box.south!r},{box.east!r},{box.north!r}")
    assert set(ids(found)) == wanted
    assert found["numberMatched"] == len(wanted)


@limits(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(limit=st.integers(1, 40), narrowed=st.booleans())
def test_a_walk_of_all_pages_meets_every_item_once(places: list[Any], limit: int, narrowed: bool) -> None:
    query = urlencode({"limit": limit, **({"zone": "a-zone"} if narrowed else {})})
    pages = list(walk(query))
    there = ids(*pages)
    assert len(there) == len(set(there)) == (15 if narrowed else 31)
    assert [page["numberReturned"] for page in pages[:-1]] == [limit] * (len(pages) - 1)
    back = list(walk(rel="prev", start=link(pages[-1], "self")))
    assert ids(*reversed(back)) == there


def test_what_is_published_during_a_walk_moves_nothing(
    places: list[Any], clock_actor: Actor, now: datetime
) -> None:
    met = []
    for number, page in enumerate(walk("limit=3")):
        met += ids(page)
        add_record(
            actor=clock_actor,
            kind_code="platform",
            now=now,
            publish=True,
            values={"title": {"zh": f"新{number}"}},
        )
        if number == 1:
            Record.objects.filter(key=met[-1]).update(visibility="members")
    assert len(met) == len(set(met))
    assert {key for key, *_ in places} <= set(met)


def test_unlike_times_and_boxes_together(places: list[Any]) -> None:
    """REQ 24: all parameters hold at once."""
    key, longitude, latitude, at = places[8]
    near = f"{longitude - 1},{latitude - 1},{longitude + 1},{latitude + 1}"
    assert ids(get(f"{ITEMS}?{urlencode({'bbox': near, 'datetime': at.date().isoformat()})}")) == [key]
    assert ids(get(f"{ITEMS}?{urlencode({'bbox': near, 'datetime': '2024-01-01'})}")) == []


@pytest.mark.parametrize("rows", [1, 3])
def test_pages_of_items_ask_as_often_however_many(
    hub: Hub, clock_actor: Actor, now: datetime, rows: int, django_assert_num_queries: Callable[..., Any]
) -> None:
    for number in range(rows):
        add_record(
            actor=clock_actor,
            kind_code="platform",
            now=now,
            publish=True,
            values={"title": {"zh": f"平台{number}"}},
        )
    get(ITEMS)
    with django_assert_num_queries(2):
        assert len(get(ITEMS)["features"]) == rows
