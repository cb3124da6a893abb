"""Numerals as Chinese texts write them: full-width digits, 三点五, 伍拾万, 一亿二千万."""

from decimal import Decimal

_DIGITS = {
    **dict(zip("零一二三四五六七八九", range(10), strict=True)),
    **dict(zip("〇壹贰叁肆伍陆柒捌玖", range(10), strict=True)),
    **dict(zip("０１２３４５６７８９", range(10), strict=True)),
    "两": 2,
    "貳": 2,
    "參": 3,
    "陸": 6,
}
_TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_MYRIADS = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}

CHINESE_DIGITS = "零〇一二两三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟"

# Full-width ASCII stands exactly 0xFEE0 above; the yen sign and the ideographic space stand elsewhere.
_NARROW = {0xFF01 + offset: 0x21 + offset for offset in range(94)} | {
    0xFFE5: 0xA5,
    0x3000: 0x20,
    0xFFE1: 0xA3,
}


def narrow(text: str) -> str:
    """Return the text with full-width Latin, digits and signs made narrow, one character for one.

    >>> narrow("３．５万元")
    '3.5万元'
    """
    return text.translate(_NARROW)


def chinese_number(text: str) -> Decimal:
    """Return the value of a Chinese numeral, positional (二〇二六) or with units (一亿二千万).

    >>> chinese_number("伍拾万"), chinese_number("三点五"), chinese_number("十二")
    (Decimal('500000'), Decimal('3.5'), Decimal('12'))

    Raises
    ------
    ValueError : a character that is no numeral
    """
    whole, _, fraction = text.partition("点")
    # '三点五万': the unit behind the fraction belongs to the whole number.
    scale = 1
    while fraction and fraction[-1] in _MYRIADS:
        scale *= _MYRIADS[fraction[-1]]
        fraction = fraction[:-1]
    value = Decimal(_whole(whole))
    for place, character in enumerate(fraction, start=1):
        value += Decimal(_digit(character)).scaleb(-place)
    return value * scale


def _digit(character: str) -> int:
    if character not in _DIGITS:
        raise ValueError(f"{character!r} is no Chinese digit")
    return _DIGITS[character]


def _whole(text: str) -> int:
    if text and all(character in _DIGITS for character in text):
        return int("".join(str(_DIGITS[character]) for character in text))
    total = section = digit = 0
    for character in text:
        if character in _DIGITS:
            digit = _DIGITS[character]
        elif character in _TENS:
            section += (digit or 1) * _TENS[character]
            digit = 0
        elif character in _MYRIADS:
            myriad = _MYRIADS[character]
            section += digit
            digit = 0
            if myriad > 10**4:
                # 万亿: what was already counted in 万 is counted again in 亿.
                total = (total + section) * myriad
            else:
                total += (section or 1) * myriad
            section = 0
        else:
            raise ValueError(f"{character!r} is no Chinese numeral")
    return total + section + digit
