"""Amounts as people write them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairground.kernel.money import MoneyRange, parse_money
from fairground.kernel.numerals import chinese_number, narrow

_YUAN = 100
_WAN = 10_000 * _YUAN
_YI = 10**8 * _YUAN


@pytest.mark.parametrize(
    ("text", "low", "high", "currency", "qualifier"),
    [
        ("3.5万元", 35_000 * _YUAN, 35_000 * _YUAN, "CNY", ""),
        ("100-200万", 100 * _WAN, 200 * _WAN, "CNY", ""),
        ("100万-200万元", 100 * _WAN, 200 * _WAN, "CNY", ""),
        ("50万至1亿元", 50 * _WAN, _YI, "CNY", ""),
        ("50 - 100 万元", 50 * _WAN, 100 * _WAN, "CNY", ""),
        ("80～120万元", 80 * _WAN, 120 * _WAN, "CNY", ""),
        ("约673.17亿元", 673_17 * _YI // 100, 673_17 * _YI // 100, "CNY", "about"),
        ("超过50万", 50 * _WAN, None, "CNY", "more than"),
        ("不超过50万元", None, 50 * _WAN, "CNY", "less than"),
        ("50万元以上", 50 * _WAN, None, "CNY", "more than"),
        ("50万元以内", None, 50 * _WAN, "CNY", "less than"),
        ("近300万元", 300 * _WAN, 300 * _WAN, "CNY", "nearly"),
        ("300余万元", 300 * _WAN, None, "CNY", "more than"),
        ("50万元左右", 50 * _WAN, 50 * _WAN, "CNY", "about"),
        ("$1.2M", 120_000_000, 120_000_000, "USD", ""),
        ("USD 300k", 30_000_000, 30_000_000, "USD", ""),
        ("US$ 2,500,000", 250_000_000, 250_000_000, "USD", ""),
        ("€2 million", 200_000_000, 200_000_000, "EUR", ""),
        ("EUR 1.2-1.5 million", 120_000_000, 150_000_000, "EUR", ""),
        ("$1M to $2M", 100_000_000, 200_000_000, "USD", ""),
        ("500,000 RMB", 500_000 * _YUAN, 500_000 * _YUAN, "CNY", ""),
        ("up to 2 million yuan", None, 200 * _WAN, "CNY", "less than"),
        ("about RMB 30 million", 3_000 * _WAN, 3_000 * _WAN, "CNY", "about"),
        ("人民币伍拾万元", 50 * _WAN, 50 * _WAN, "CNY", ""),
        ("人民币伍拾万元整", 50 * _WAN, 50 * _WAN, "CNY", ""),
        ("一百二十万元", 120 * _WAN, 120 * _WAN, "CNY", ""),
        ("三点五万元", 35_000 * _YUAN, 35_000 * _YUAN, "CNY", ""),
        ("五十至一百万元", 50 * _WAN, 100 * _WAN, "CNY", ""),
        ("１００万元", 100 * _WAN, 100 * _WAN, "CNY", ""),
        ("￥50,000.50", 5_000_050, 5_000_050, "CNY", ""),
        ("1亿2000万元", _YI + 2000 * _WAN, _YI + 2000 * _WAN, "CNY", ""),
        ("3百万日元", 3_000_000, 3_000_000, "JPY", ""),
        ("2万亿元", 20_000 * _YI, 20_000 * _YI, "CNY", ""),
        ("0-50万元", None, 50 * _WAN, "CNY", ""),
        ("500000", 500_000 * _YUAN, 500_000 * _YUAN, "CNY", ""),
        ("项目总预算约50万元，分两期支付", 50 * _WAN, 50 * _WAN, "CNY", "about"),
        ("2026年采购3台设备，预算80万元", 80 * _WAN, 80 * _WAN, "CNY", ""),
        ("面议（参考价30万）", 30 * _WAN, 30 * _WAN, "CNY", ""),
        ("≥100万元", 100 * _WAN, None, "CNY", "more than"),
    ],
)
def test_amounts(text: Any, low: Any, high: Any, currency: Any, qualifier: Any) -> None:
    money = parse_money(text)
    assert money is not None
    assert (money.low_minor, money.high_minor, money.currency, money.qualifier) == (
        low,
        high,
        currency,
        qualifier,
    )
    assert money.quote in text


@pytest.mark.parametrize(
    "text",
    [
        "面议",
        "to be negotiated",
        "TBD",
        "0",
        "0元",
        "0万元",
        "",
        "   ",
        "-",
        "待定",
        "长期",
        "30%",
        "TRL 6",
        "2026年3月",
        "服务用户50万人",
        "5m wide",
        "3个月",
        "-5万元",
        "3 million users",
        "一",
    ],
)
def test_no_amount(text: Any) -> None:
    assert parse_money(text) is None


def test_quote_keeps_the_source_and_its_qualifier() -> None:
    assert parse_money("合同额约６７３．１７亿元。") == MoneyRange(
        6_731_700_000_000, 6_731_700_000_000, "CNY", "about", "约６７３．１７亿元"
    )


def test_a_bare_number_takes_the_scale_of_its_column() -> None:
    assert parse_money("50", default_scale=10_000) == MoneyRange(50 * _WAN, 50 * _WAN, "CNY", "", "50")
    assert parse_money("50-80", default_scale=10_000) == MoneyRange(50 * _WAN, 80 * _WAN, "CNY", "", "50-80")
    assert parse_money("50万", default_scale=10_000) == MoneyRange(50 * _WAN, 50 * _WAN, "CNY", "", "50万")
    assert parse_money("50", default_currency=None) is None


@given(yuan=st.integers(1, 10**12), cents=st.integers(0, 99))
def test_arithmetic_is_exact(yuan: Any, cents: Any) -> None:
    money = parse_money(f"{yuan:,}.{cents:02d}元")
    assert money is not None
    assert money.low_minor == yuan * 100 + cents


@given(tenths=st.integers(1, 10**6))
def test_units_agree(tenths: Any) -> None:
    first, second = parse_money(f"{tenths / 10:.1f}亿元"), parse_money(f"{tenths * 1000}万元")
    assert first is not None
    assert second is not None
    assert first.low_minor == second.low_minor


@given(text=st.text(alphabet="0123456789.,-~万亿千百元$€约超至 kMab一二十点", max_size=25))
def test_any_text_is_read_or_left(text: Any) -> None:
    money = parse_money(text)
    if money is not None:
        assert (money.low_minor or money.high_minor or 0) > 0
        assert money.quote in text


def _spelled(number: int) -> str:
    """An independent way to write a number below 10^8 in Chinese."""
    if number >= 10_000:
        rest = number % 10_000
        return (
            _spelled(number // 10_000)
            + "万"
            + (("零" if rest < 1000 else "") + _spelled(rest) if rest else "")
        )
    text, zero = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            text += ("零" if zero and text else "") + "零一二三四五六七八九"[digit] + name
            zero = False
        else:
            zero = True
    return text


@given(number=st.integers(1, 99_999_999))
def test_chinese_numerals(number: Any) -> None:
    assert chinese_number(_spelled(number)) == number


def test_chinese_numerals_refuse_other_text() -> None:
    with pytest.raises(ValueError, match="numeral"):
        chinese_number("百货")
    assert chinese_number("二〇二六") == 2026


@given(text=st.text())
def test_narrow_keeps_positions(text: Any) -> None:
    assert len(narrow(text)) == len(text)
