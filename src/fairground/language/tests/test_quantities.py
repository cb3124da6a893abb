"""Quantities read from text, against an oracle that converts by its own table."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairground.language.quantities import Quantity, quantities
from fairground.language.units import dimension_of, read_unit

# Exact factors written down from the definitions of the units, apart from the program's table.
ORACLE = {
    "mm": ("length", Fraction(1, 1000)),
    "毫米": ("length", Fraction(1, 1000)),
    "μm": ("length", Fraction(1, 10**6)),
    "微米": ("length", Fraction(1, 10**6)),
    "inches": ("length", Fraction(254, 10000)),
    "公里": ("length", Fraction(1000)),
    "kg": ("mass", Fraction(1)),
    "克": ("mass", Fraction(1, 1000)),
    "lb": ("mass", Fraction(45359237, 10**8)),
    "MPa": ("pressure", Fraction(10**6)),
    "bar": ("pressure", Fraction(10**5)),
    "kWh": ("energy", Fraction(3600000)),
    "千瓦时": ("energy", Fraction(3600000)),
    "小时": ("time", Fraction(3600)),
    "minutes": ("time", Fraction(60)),
    "GHz": ("frequency", Fraction(10**9)),
    "kV": ("voltage", Fraction(1000)),
    "mA": ("current", Fraction(1, 1000)),
    "Mbps": ("data rate", Fraction(10**6)),
    "g/cm3": ("density", Fraction(1000)),
    "克/立方厘米": ("density", Fraction(1000)),
    "kg/m3": ("density", Fraction(1)),
    "mg/L": ("density", Fraction(1, 1000)),
    "mAh/g": ("specific capacity", Fraction(3600)),
    "Wh/kg": ("specific energy", Fraction(3600)),
    "W/(m·K)": ("thermal conductivity", Fraction(1)),
    "W/m·K": ("thermal conductivity", Fraction(1)),
    "km/h": ("speed", Fraction(1000, 3600)),
    "%": ("ratio", Fraction(1, 100)),
    "ppm": ("ratio", Fraction(1, 10**6)),
    "m2": ("area", Fraction(1)),
    "立方米/小时": ("volume flow", Fraction(1, 3600)),
    "rpm": ("rotation", Fraction(1, 60)),
    "万元": ("money CNY", Fraction(10**4)),
}


def only(text: str) -> Quantity:
    found = quantities(text)
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize("unit", sorted(ORACLE))
@given(value=st.decimals(min_value="0.01", max_value=9999, places=2))
def test_quantities_convert_as_the_oracle(unit: str, value: object) -> None:
    dimension, factor = ORACLE[unit]
    found = only(f"≥{value} {unit}")
    assert found.dimension == dimension
    assert found.low == pytest.approx(float(Fraction(str(value)) * factor), rel=1e-9)
    assert (found.high, found.comparator) == (None, "ge")


@pytest.mark.parametrize(
    ("text", "low", "high", "low_open", "high_open"),
    [
        ("≥5 kg", 5.0, None, False, False),
        ("不低于5 kg", 5.0, None, False, False),
        ("不得低于 5 公斤", 5.0, None, False, False),
        ("at least 5 kg", 5.0, None, False, False),
        ("not less than 5 kg", 5.0, None, False, False),
        ("5 kg 以上", 5.0, None, False, False),
        ("5 kg or more", 5.0, None, False, False),
        ("more than 5 kg", 5.0, None, True, False),
        ("超过5公斤", 5.0, None, True, False),
        ("exceeding 5 kg", 5.0, None, True, False),
        ("≤5 kg", None, 5.0, False, False),
        ("不超过5 kg", None, 5.0, False, False),
        ("no more than 5 kg", None, 5.0, False, False),
        ("shall not exceed 5 kg", None, 5.0, False, False),
        ("5 kg以内", None, 5.0, False, False),
        ("less than 5 kg", None, 5.0, False, True),
        ("低于5千克", None, 5.0, False, True),
        ("不足5公斤", None, 5.0, False, True),
        ("10–20 kg", 10.0, 20.0, False, False),
        ("10~20公斤", 10.0, 20.0, False, False),
        ("from 10 to 20 kg", 10.0, 20.0, False, False),
        ("between 10 and 20 kg", 10.0, 20.0, False, False),
        ("25±2 kg", 23.0, 27.0, False, False),
    ],
)
def test_quantities_comparators_keep_bounds(
    text: str, low: float | None, high: float | None, low_open: bool, high_open: bool
) -> None:
    found = only(text)
    assert (found.low, found.high, found.low_open, found.high_open) == (low, high, low_open, high_open)


@pytest.mark.parametrize(
    ("text", "change", "comparator"),
    [
        ("accuracy +8 %", "up", "eq"),
        ("errors −43 %", "down", "eq"),
        ("效率提高30%", "up", "eq"),
        ("能耗降低20%以上", "down", "ge"),
        ("reduced by 43 %", "down", "eq"),
        ("a 43 % reduction", "down", "eq"),
        ("10 times faster", "up", "eq"),
        ("efficiency increased to 95 %", "", "eq"),
        ("效率提高到95%", "", "eq"),
        ("纯度95%", "", "eq"),
    ],
)
def test_quantities_change_is_no_level(text: str, change: str, comparator: str) -> None:
    found = only(text)
    assert (found.change, found.comparator) == (change, comparator)


def test_quantities_old_and_new_level_are_told_apart() -> None:
    old, new = quantities("能耗从10kWh降到6kWh")
    assert (old.change, new.change) == ("before", "")


@pytest.mark.parametrize(
    "text",
    [
        "2019年5月12日",
        "Phase II",
        "3D printing over 5G",
        "Figure 3 shows it",
        "1、公司现有厂房",
        "ISO 9001 certified",
        "第3代",
    ],
)
def test_quantities_names_dates_and_labels_are_none(text: str) -> None:
    assert quantities(text) == []


def test_quantities_temperatures_are_kelvin_but_differences_are_not() -> None:
    assert only("-40~85℃").low == pytest.approx(233.15)
    assert only("-40~85℃").high == pytest.approx(358.15)
    assert only("精度±0.5℃").high == pytest.approx(0.5)
    assert only("212 °F").low == pytest.approx(373.15)


def test_quantities_chinese_and_english_number_words() -> None:
    assert only("百分之九十五").low == pytest.approx(0.95)
    assert only("within three months").high == only("三个月以内").high
    assert only("预算约3.5万元").low == 35000.0
    assert only("预算约3.5万元").about
    assert only("1.2 million users").low == 1.2e6
    assert only("3×10^5 次循环").low == 3e5


def test_quantities_span_and_subject_are_as_printed() -> None:
    text = "100/120粒度的抗冲击韧性≥67%，堆积密度≥１.８０克/立方厘米"
    first, second = quantities(text)
    assert text[second.start : second.end] == second.quote == "≥１.８０克/立方厘米"
    assert first.subject[0] == "100/120粒度的抗冲击韧性"
    assert second.subject[0] == "堆积密度"


@given(st.sampled_from(["≥67%", "不超过0.5毫米", "10~20μm", "at least 5 kg", "约3.5万元"]))
def test_quantities_full_width_reads_the_same(text: str) -> None:
    wide = "".join(chr(ord(char) + 0xFEE0) if char in "0123456789.%" else char for char in text)
    half, full = only(text), only(wide)
    assert (half.low, half.high, half.dimension, half.comparator) == (
        full.low,
        full.high,
        full.dimension,
        full.comparator,
    )


def test_read_unit_unknown_is_none_and_compounds_are_named() -> None:
    assert read_unit("quux") is None
    found = read_unit("square metres per hour")
    assert found is not None
    assert dimension_of(found[0].vector) == "m^2·s^-1"


def test_quantities_halves_doublings_and_parts() -> None:
    assert (only("成本降低一半").low, only("成本降低一半").change) == (0.5, "down")
    assert (only("The life doubled.").low, only("The life doubled.").change) == (1.0, "up")
    assert only("差错率为万分之一").low == pytest.approx(1e-4)


def test_quantities_names_that_look_like_compounds() -> None:
    assert only("转速 3000 r/min").low == pytest.approx(50.0)
    assert only("产量 10 Nm3/h").dimension == "volume flow"
    assert only("售价29000元/台").dimension == "money CNY"
    assert quantities("a span of twenty-eight feet") == []  # better unread than read as eight


@pytest.mark.parametrize("text", ["batch 12e4567", "2 x 10^999 mm", "9" * 400 + " mm", "0e99999"])
def test_numbers_beyond_any_amount_are_passed_over(text: str) -> None:
    assert all(math.isfinite(found.low or 0.0) for found in quantities(text))
