"""Region codes from Chinese and English text."""

import pytest

from fairground.places.core.regions import are_near, country_of, region_codes, region_of


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("北京市海淀区", ("110000",)),
        ("京津冀", ("110000", "120000", "130000")),
        ("沪", ("310000",)),
        ("Baoding, Hebei", ("130000",)),
        ("石家庄生物医药园", ("130000",)),
        ("Xi'an", ("610000",)),
        ("Shaanxi and Shanxi", ("610000", "140000")),
        ("广东深圳", ("440000",)),
        ("長沙市", ("430000",)),
        ("130600", ("130000",)),
        ("Munich, Germany", ("DE",)),
        ("欧盟", ("EU",)),
        ("Suzhou", ("320000", "340000")),
        ("the Beijing-Tianjin-Hebei area", ("110000", "120000", "130000")),
        ("industrial usage", ()),
        ("", ()),
    ],
)
def test_region_codes_named_places_give_their_codes(text: str, codes: tuple[str, ...]) -> None:
    assert region_codes(text) == codes


def test_region_of_every_province_code_is_its_own_name() -> None:
    for code in ("110000", "450000", "820000"):
        region = region_of(code)
        assert region is not None
        assert code in region_codes(region.zh)
        assert code in region_codes(region.en)


def test_are_near_cluster_and_border_decide() -> None:
    assert are_near("110000", "130000")
    assert not are_near("110000", "440000")
    assert are_near("CN", "440000")
    assert are_near("DE", "EU")
    assert not are_near("DE", "CN")
    assert are_near("*", "US")
    assert country_of("810000") == "CN"
