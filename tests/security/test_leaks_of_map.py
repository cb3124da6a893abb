"""What the map shows to each role: tiles at every zoom, counts, the list, every filter; by points and by regions."""

import re
from collections.abc import Iterator
from typing import Any

import mapbox_vector_tile
import pytest
from django.test import override_settings
from tests.security.test_leaks import CASES, EDITORS, REGIONS, SEES, Market, expected, market, name_of, sees

from fairground.accounts.models import Record
from fairground.places.core.coordinates import mercator
from fairground.places.core.outlines import region_point
from fairground.publish import documents
from fairground.publish.core.search.documents import Point
from fairground.publish.index import rebuild_index, search_index

__all__ = ["market"]
pytestmark = pytest.mark.django_db
# Far enough from each other for a tile of their own from zoom 6 on.
POINTS = {case: (-150.0 + 20 * place, 10.0) for place, case in enumerate(CASES)}
SECRETS = ("xqhiddenfirm", "xqhiddenalias", "leaks.example", "5550", "detail")
FILTERS = ("", "?kind=offer", "?q=leakcommon", "?not_kind=need", "?language=en", "?open=now")


@pytest.fixture(scope="module", params=["exact", "region"])
def standing(market: Market, request: pytest.FixtureRequest) -> Iterator[str]:
    """The market's offers at points of their own, or somewhere in a region each."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "exact":
            of_key = {key: POINTS[case] for case, key in market.keys.items()}

            def point(record: Any, *_: object) -> Point | None:
                return Point(*of_key[record.key], "exact") if record.key in of_key else None

            patch.setattr(documents, "_point", point)
        rebuild_index()
        search_index().refresh()  # a reader would notice about a second later
        yield request.param
    rebuild_index()


SOME = ("visitor", "member", "ended_grantee", "elsewhere", "grantee", "author", "organiser")


def place_of(case: tuple[str, str], standing: str) -> tuple[float, float]:
    found = POINTS[case] if standing == "exact" else region_point(REGIONS[CASES.index(case)])
    assert found is not None
    return found


def tile(market: Market, role: str, zoom: int, place: tuple[float, float], asked: str = "") -> bytes:
    column, row = (int(side * 2**zoom) for side in mercator(*place))
    response = market.clients[role].get(f"/en/map/tiles/{zoom}/{column}/{row}.mvt{asked}")
    assert response.status_code == 200
    caching = response.headers["Cache-Control"]
    assert ("private" in caching) == (role != "visitor")
    content: bytes = response.content
    return content


def features(content: bytes) -> list[dict[str, Any]]:
    layers = mapbox_vector_tile.decode(content) if content else {}
    return [feature["properties"] for layer in layers.values() for feature in layer["features"]]


def counted(content: bytes) -> int:
    return sum(said.get("n", 1) for said in features(content))


def test_the_map_counts_what_each_role_may_see(market: Market, standing: str) -> None:
    # An editor asks first: nothing of the answer may be kept for the next.
    for role in sorted(SEES, key=lambda role: role not in EDITORS):
        for asked in FILTERS:
            assert counted(tile(market, role, 0, (0.0, 0.0), asked)) == len(expected(role)), (role, asked)


def test_a_tile_names_what_each_role_may_see(market: Market, standing: str) -> None:
    for role in sorted(SEES, key=lambda role: role not in EDITORS):
        for case, key in market.keys.items():
            content = tile(market, role, 8, place_of(case, standing))
            said = features(content)
            if not sees(role, *case):
                assert content == b"", (role, case)
            elif standing == "exact":
                assert [(one["key"], one["en"]) for one in said] == [
                    (key, f"{name_of(*case)}title leakcommon testing")
                ]
            else:
                assert [(one["code"], one["n"]) for one in said] == [(REGIONS[CASES.index(case)], 1)]
            assert [secret for secret in SECRETS if secret.encode() in content] == []


def test_a_secret_word_finds_a_place_for_those_who_may(market: Market, standing: str) -> None:
    for role in SOME:
        for case in CASES:
            for word in (f"{name_of(*case)}title", f"{name_of(*case)}summary"):
                found = counted(tile(market, role, 0, (0.0, 0.0), f"?q={word}"))
                assert found == int(sees(role, *case)), (role, case, word)
            detail = f"?q={name_of(*case)}seconddetail"
            assert counted(tile(market, role, 0, (0.0, 0.0), detail)) == 0


@pytest.mark.parametrize("role", SEES)
def test_the_list_beside_the_map(market: Market, standing: str, role: str) -> None:
    world = "bbox=-180,-85,180,85"
    for address in ("/en/map/", "/zh/map/?kind=offer", f"/en/map/?{world}", "/en/map/?q=leakcommon"):
        body = market.text(role, address)
        assert market.keys_in(body) == expected(role), address
        assert (
            f'<h2 id="map-list-name" class="map-count" aria-live="polite">{len(expected(role))} ' in body
            or (address.startswith("/zh/") and f"{len(expected(role))} 条</h2>" in body)
        )
        assert [secret for secret in SECRETS[:4] if secret in body] == []
    if role not in SOME:
        return
    for case, key in market.keys.items():
        west, south = (round(side - 0.2, 4) for side in place_of(case, standing))
        around = f"{west},{south},{west + 0.4:.4f},{south + 0.4:.4f}"
        body = market.text(role, f"/en/map/?bbox={around}")
        assert (key in body) == sees(role, *case), case
        # The catalogue knows the same box.
        assert (key in market.text(role, f"/en/catalogue/?bbox={around}")) == sees(role, *case), case


def test_the_picture_counts_nothing_that_is_hidden(market: Market, standing: str) -> None:
    if standing == "region":
        return  # it marks what stands at a point
    with override_settings(MAP_VIEW=(-180.0, -60.0, 180.0, 60.0)):
        for role in ("visitor", "member", "organiser"):
            marks = re.findall(r"<circle [^>]*>", market.text(role, "/en/map/"))
            assert len(marks) == len(expected(role)), role


def test_what_is_withdrawn_is_gone_from_the_map(market: Market, standing: str) -> None:
    case = ("public", "published")
    before = tile(market, "visitor", 8, place_of(case, standing))
    assert before
    Record.objects.filter(key=market.keys[case]).update(state="withdrawn")
    rebuild_index()
    search_index().refresh()
    assert tile(market, "visitor", 8, place_of(case, standing)) == b""
    Record.objects.filter(key=market.keys[case]).update(state="published")
    rebuild_index()
    search_index().refresh()
    assert tile(market, "visitor", 8, place_of(case, standing)) == before


@pytest.mark.parametrize("role", ["visitor", "member", "organiser"])
def test_another_hubs_map_shows_nothing_of_this_one(market: Market, standing: str, role: str) -> None:
    client = market.clients[role]
    response = client.get("/en/map/tiles/0/0/0.mvt", headers={"host": "elsewhere.example"})
    assert (response.status_code, response.content) == (200, b"")
    body = client.get("/en/map/", headers={"host": "elsewhere.example"}).content.decode()
    assert market.keys_in(body) == set()
