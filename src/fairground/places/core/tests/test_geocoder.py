"""Addresses to places: what is sure and why, what hints may do, and that any text gets an answer in bounded time."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairground.places.core.gazetteer import LEVELS, gazetteer, latin_key
from fairground.places.core.geocoder import SURE, geocode

PIECES = [
    "朝阳", "区", "长安", "市", "河北省", "石家庄", "北京", "路", "88号", "Chaoyang", " District", ", ", "Beijing",
    "Cambridge", "MA", " Road", "和", "县", "中", "镇", "\u0130", "ﬁ", "１", "\n", "'",
]  # fmt: skip
LONG = ["长安区", "Cambridge ", "Xi'an ", "市", "a", "朝阳区Chaoyang", "石家装市", "Beijign "]


def labels(address: str, hint: str = "") -> list[str | None]:
    """Return the candidates' Chinese labels."""
    return [one.label.zh for one in geocode(address, hint=hint).candidates]


def test_two_places_of_one_name_share_the_confidence() -> None:
    found = geocode("朝阳区建国路88号")
    assert [one.label.zh for one in found.candidates] == ["北京市朝阳区", "吉林省长春市朝阳区"]
    assert [one.confidence for one in found.candidates] == [0.425, 0.425]
    assert found.settled is None
    assert found.rest == "建国路88号"


def test_settled_place_says_where_and_why() -> None:
    settled = geocode("河北省石家庄市长安区中山东路326号").settled
    assert settled is not None
    assert (settled.place, settled.level, settled.region) == ("130102", "county", "130000")
    assert (round(settled.longitude, 1), round(settled.latitude, 1)) == (114.5, 38.0)
    assert 3_000 <= settled.radius_m <= 15_000
    assert settled.label.en == "Chang'an District, Shijiazhuang, Hebei"
    assert settled.why.zh == "依据“河北省”“石家庄市”“长安区”"


def test_hint_orders_candidates_and_makes_none_sure() -> None:
    assert labels("鼓楼区", "350000")[0] == "福建省福州市鼓楼区"
    assert set(labels("鼓楼区", "350000")) == set(labels("鼓楼区"))
    assert geocode("鼓楼区", hint="350000").settled is None
    assert geocode("海淀", hint="110000").settled is None


def test_name_of_a_street_moves_no_address() -> None:
    assert labels("上海市南京东路100号")[0] == "上海市"
    assert labels("北京大学深圳研究生院")[0] == "广东省深圳市"


def test_unknown_district_keeps_its_city_from_being_sure() -> None:
    found = geocode("石家庄市某某区")
    assert found.candidates[0].label.zh == "河北省石家庄市"
    assert found.settled is None


def test_order_of_the_parts_does_not_matter() -> None:
    assert labels("河北省石家庄市长安区") == labels("长安区 石家庄市 河北省")


def test_every_place_has_a_known_parent_and_a_point() -> None:
    places = gazetteer()
    assert len(places.places) > 45_000
    for place in places.places.values():
        assert place.level in LEVELS
        assert (place.parent in places.places) or place.level == "country"
        assert -180 <= place.longitude <= 180
        assert -90 <= place.latitude <= 90
        assert place.radius_m > 0


def test_latin_key_drops_marks_and_spaces() -> None:
    assert latin_key("Xi'an") == latin_key("XI AN") == "xian"
    assert latin_key("Zürich") == "zurich"


@given(st.one_of(st.text(max_size=200), st.lists(st.sampled_from(PIECES), max_size=40).map("".join)))
def test_any_text_gets_an_answer(text: str) -> None:
    found = geocode(text)
    assert all(0 <= one.confidence < 1 for one in found.candidates)
    assert [one.confidence for one in found.candidates if one.confidence >= SURE][1:] == []


@pytest.mark.parametrize(
    "piece", ["长安区", "Cambridge ", "Xi'an ", "市", "a", "朝阳区Chaoyang", "石家装市", "Beijign "]
)
def test_long_text_is_answered_in_bounded_time(piece: str) -> None:
    geocode("Beijign")  # the tables of slips are made once
    begun = time.process_time()
    geocode(piece * 20_000)
    assert time.process_time() - begun < 1.0
