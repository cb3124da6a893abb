"""Tiles against a naive count in Python: each visible record once at each zoom, and nothing of a hidden one."""

import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairground.language.local_text import LocalText
from fairground.places.core.coordinates import mercator
from fairground.publish.core.map.encoding import EXTENT, Feature, encode
from fairground.publish.core.map.grid import DEEPEST_ZOOM
from fairground.publish.core.map.tiles import TileMaker
from fairground.publish.core.search.documents import Placement, Point, SearchDocument
from fairground.publish.core.search.index import SearchIndex
from fairground.publish.core.search.query import SearchRequest
from fairground.publish.core.search.reader import SearchReader

TYPES = ("transfer", "space")
AREAS = {"zone": ("z1", "z2"), "region": ("110000", "130000")}
POINTS = {"z1": (116.3, 40.0), "z2": (117.7, 39.0), "110000": (116.4, 40.3), "130000": (115.3, 38.4)}
PUBLIC, MEMBERS = ("public",), ("members", "public")

places = st.one_of(
    st.none(),
    st.tuples(st.floats(-180, 180), st.floats(-85, 85)),
    # Many that stand close together, some on one spot.
    st.tuples(st.sampled_from((116.3, 116.30001, 116.31, 117.0)), st.sampled_from((39.9, 39.90001, 40.0))),
)
records = st.tuples(
    st.sampled_from(("platform", "facility", "offer")),
    st.sampled_from(("", *TYPES)),
    places,
    st.sampled_from(("", *AREAS["zone"], *AREAS["region"])),
    st.sampled_from(("public", "members")),
    st.sampled_from(("电池", "gear")),
)
Record = tuple[str, str, tuple[float, float] | None, str, str, str]


def document(number: int, record: Record) -> SearchDocument:
    kind, platform_type, place, area, audience, word = record
    facets: dict[str, tuple[str, ...]] = {}
    if kind == "platform" and platform_type:
        facets["platform_type"] = (platform_type,)
    point = Point(*place, "exact") if place else None
    if area:
        level: Placement = "zone" if area in AREAS["zone"] else "region"
        facets[level] = (area,)
        point = point or Point(*POINTS[area], level)
    return SearchDocument(
        f"k{number}",
        kind,
        LocalText(f"{word}{number}", f"{word} {number}"),
        facets=facets,
        audience=(audience,),
        point=point,
    )


def names(level: str, code: str) -> LocalText:
    return LocalText(f"名{code}", f"{level} {code}")


def tiles_of(points: Iterable[tuple[float, float]], zoom: int) -> set[tuple[int, int]]:
    return {tuple(int(side * 2**zoom) for side in mercator(*point)) for point in points}  # type: ignore[misc]


def all_places(documents: Sequence[SearchDocument]) -> list[tuple[float, float]]:
    return [(one.point.longitude, one.point.latitude) for one in documents if one.point]


def read(tile: bytes) -> dict[str, list[dict[str, Any]]]:
    layers = mapbox_vector_tile.decode(tile, default_options={"y_coord_down": True}) if tile else {}
    return {name: layer["features"] for name, layer in layers.items()}


def made(folder: str, documents: Sequence[SearchDocument]) -> SearchReader:
    index = SearchIndex.create(Path(folder))
    index.apply(documents)
    return index.refresh()


@settings(max_examples=40, deadline=None)
@given(
    st.lists(records, max_size=25),
    st.sampled_from((0, 3, 6, 9, 11, 12, 15, DEEPEST_ZOOM)),
    st.sampled_from((PUBLIC, MEMBERS)),
    st.sampled_from(({}, {"kind": ("platform",)}, {"platform_type": ("space",)})),
    st.sampled_from(("", "电池")),
)
def test_each_record_that_is_found_is_in_one_feature_of_each_zoom(
    some: list[Record],
    zoom: int,
    audience: tuple[str, ...],
    filters: dict[str, tuple[str, ...]],
    text: str,
) -> None:
    documents = [document(number, record) for number, record in enumerate(some)]
    request = SearchRequest(text, audience, filters=filters)

    def is_found(one: SearchDocument) -> bool:
        return (
            bool(set(one.audience) & set(audience))
            and text in (one.title.zh or "")
            and all(set(one.facet_values(facet)) & set(values) for facet, values in filters.items())
        )

    found = [one for one in documents if is_found(one) and one.point]
    with tempfile.TemporaryDirectory() as folder:
        reader = made(folder, documents)
        maker = TileMaker(reader)
        singles: list[str] = []
        clustered: Counter[str] = Counter()
        areas: Counter[tuple[str, str]] = Counter()
        total = 0
        for column, row in tiles_of(all_places(documents), zoom):
            layers = read(maker.tile(reader, request, zoom, column, row, name_of_area=names))
            for feature in layers.get("places", ()):
                said = feature["properties"]
                x, y = feature["geometry"]["coordinates"]
                assert 0 <= x < EXTENT
                assert 0 <= y < EXTENT
                if "key" in said:
                    singles.append(said["key"])
                    total += 1
                else:
                    counts = {name: number for name, number in said.items() if name != "n"}
                    assert sum(counts.values()) == said["n"] > 1
                    clustered.update(counts)
                    total += said["n"]
            for feature in layers.get("areas", ()):
                said = feature["properties"]
                assert (said["zh"], said["en"]) == (f"名{said['code']}", f"{said['level']} {said['code']}")
                for kind in ("platform", "facility", "offer"):
                    areas[said["code"], kind] += said.get(kind, 0)
                total += said["n"]
    exact = [one for one in found if one.point and one.point.placement == "exact"]
    by_key = {one.key: one for one in exact}
    assert total == len(found)
    assert len(set(singles)) == len(singles)
    assert set(singles) <= set(by_key)
    groups = Counter((one.facets.get("platform_type") or (one.kind,))[0] for key, one in by_key.items())
    groups.subtract((by_key[key].facets.get("platform_type") or (by_key[key].kind,))[0] for key in singles)
    assert clustered == +groups
    expected = Counter(
        (one.facets[one.point.placement][0], one.kind)
        for one in found
        if one.point and one.point.placement != "exact"
    )
    assert +areas == expected


@settings(max_examples=40, deadline=None)
@given(st.lists(records, max_size=15), st.lists(records, max_size=8), st.sampled_from((0, 5, 10, 13, 18)))
def test_what_may_not_be_seen_changes_no_byte_of_a_tile(
    some: list[Record], others: list[Record], zoom: int
) -> None:
    public = [document(number, (*record[:4], "public", record[5])) for number, record in enumerate(some)]
    hidden = [
        document(100 + number, (*record[:4], "members", record[5])) for number, record in enumerate(others)
    ]
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        without, among = made(one, public), made(other, [*hidden, *public])
        makers = TileMaker(without), TileMaker(among)
        for column, row in tiles_of(all_places([*public, *hidden]), zoom):
            for request in (SearchRequest(audience=PUBLIC), SearchRequest("电池", PUBLIC)):
                assert makers[0].tile(without, request, zoom, column, row, name_of_area=names) == makers[
                    1
                ].tile(among, request, zoom, column, row, name_of_area=names)


def test_a_tile_from_far_counts_and_one_from_near_names(tmp_path: Path) -> None:
    documents = [
        document(1, ("platform", "transfer", (116.3, 39.9), "", "public", "甲")),
        document(2, ("facility", "", (116.33, 39.93), "", "public", "乙")),
        document(3, ("offer", "", None, "z1", "public", "丙")),
    ]
    reader = made(str(tmp_path), documents)
    maker = TileMaker(reader)

    def tile(zoom: int, point: tuple[float, float]) -> dict[str, list[dict[str, Any]]]:
        ((column, row),) = tiles_of([point], zoom)
        return read(maker.tile(reader, SearchRequest(), zoom, column, row, name_of_area=names))

    far = tile(4, (116.3, 39.9))
    assert [feature["properties"] for feature in far["places"]] == [{"n": 2, "facility": 1, "transfer": 1}]
    assert [feature["properties"] for feature in far["areas"]] == [
        {"level": "zone", "code": "z1", "n": 1, "zh": "名z1", "en": "zone z1", "offer": 1}
    ]
    near = tile(14, (116.3, 39.9))
    assert [feature["properties"] for feature in near["places"]] == [
        {"key": "k1", "kind": "platform", "type": "transfer", "zh": "甲1", "en": "甲 1"}
    ]


@pytest.mark.parametrize("tile", [(-1, 0, 0), (2, 4, 0), (2, 0, -1), (DEEPEST_ZOOM + 1, 0, 0)])
def test_a_tile_that_is_not_there_is_refused(tmp_path: Path, tile: tuple[int, int, int]) -> None:
    reader = made(str(tmp_path), [])
    with pytest.raises(ValueError, match="no tile"):
        TileMaker(reader).tile(reader, SearchRequest(), *tile, name_of_area=names)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.builds(
            Feature,
            st.integers(0, EXTENT - 1),
            st.integers(0, EXTENT - 1),
            st.dictionaries(
                st.sampled_from(("zh", "en", "n", "键")), st.text(max_size=200) | st.integers(0, 10**7)
            ),
        ),
        min_size=1,
        max_size=200,
    )
)
def test_a_tile_is_read_back_by_another_program(features: list[Feature]) -> None:
    layers = read(encode({"one": features, "none": []}))
    assert list(layers) == ["one"]
    assert [(*feature["geometry"]["coordinates"], feature["properties"]) for feature in layers["one"]] == [
        (one.x, one.y, one.properties) for one in features
    ]
