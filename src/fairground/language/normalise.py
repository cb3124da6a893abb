"""One spelling for what is written many ways: width, script, dashes, quotes, spaces, units, thousands."""

import re
import unicodedata
from functools import lru_cache

import opencc

_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹘﹣－"), "-")
_TILDES = dict.fromkeys(map(ord, "～〜∼˜"), "~")
_QUOTES = {ord(mark): '"' for mark in "“”„‟«»「」『』〝〞＂"} | {ord(mark): "'" for mark in "‘’‚‛′＇`´"}
_SIGNS = {ord("≧"): "≥", ord("⩾"): "≥", ord("≦"): "≤", ord("⩽"): "≤", ord("μ"): "µ", ord("Ω"): "Ω"}
_SPACES = dict.fromkeys([0xA0, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], " ")
_ONE_TO_ONE = _DASHES | _TILDES | _QUOTES | _SIGNS | _SPACES

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u2060\ufeff\u00ad]")
_THOUSANDS = re.compile(r"(?<![\d.])(?<!\d,)\d{1,3}(?:,\d{3})+(?![\d,])")
_MICRO = re.compile(r"(?<=\d)(\s?)u(m|s|g|A|V|W|F|L|l|mol)(?![A-Za-z])")
_MICRO_WORD = re.compile(r"\b(?:micrometer|micrometre|micron)s?\b", re.IGNORECASE)
_CELSIUS = re.compile(r"(?:°\s?C|º\s?C|(?<=\d)\s?deg(?:rees?)?\.?\s?C(?:elsius)?|摄氏度)(?![A-Za-z])")
_SPACE_RUN = re.compile(r"[ \t\f\v]+")
_LINE_RUN = re.compile(r" ?(?:\r\n?|\n)[ \n\r]*")


@lru_cache(maxsize=1)
def _converter() -> "opencc.OpenCC":
    # Made on first use: loading its tables takes longer than most calls that never see a Han character.
    return opencc.OpenCC("t2s")


def simplify(text: str) -> str:
    """Return `text` with traditional Chinese characters in their simplified form; other text is untouched."""
    if text.isascii() or not _HAN.search(text):
        return text
    return str(_converter().convert(text))


class _Folded(dict[int, str]):
    """Character → what it is folded to, for `str.translate`; found out when a character is first met."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        folded = character.translate(_ONE_TO_ONE)
        if folded == character and not character.isascii():
            compatible = unicodedata.normalize("NFKC", character).translate(_ONE_TO_ONE)
            folded = compatible if len(compatible) == 1 else character
        self[code] = folded
        return folded


_FOLDED = _Folded()


def fold(text: str) -> str:
    """Return `text` in one width and script, character for character.

    The result has exactly the length of `text`, so that an offset in one is an offset in the other:
    what must quote a source as printed reads the folded text and cuts from the original.
    Signs that would need two characters (℃, ㎏, ½) are left alone.
    """
    if text.isascii():
        return text
    folded = text.translate(_FOLDED)
    simplified = simplify(folded)
    return simplified if len(simplified) == len(folded) else folded


def normalise(text: str) -> str:
    """Return `text` for comparing and indexing; offsets are not kept (use `fold` where they matter).

    NFKC and half width; traditional to simplified; dashes to '-', quotes to ' and "; ℃, º C and
    摄氏度 to °C; um, micron and 微米 to µm; thousands separators dropped ('1,234' to '1234');
    invisible characters dropped, runs of spaces and of line breaks made one. Applying it twice
    changes nothing more.
    """
    text = _INVISIBLE.sub("", text.translate(_ONE_TO_ONE))
    if not text.isascii():
        text = simplify(unicodedata.normalize("NFKC", text.replace("℃", "°C")).translate(_ONE_TO_ONE))
        text = text.replace("微米", "µm")
    text = _CELSIUS.sub("°C", text)
    text = _MICRO.sub(r"\1µ\2", text)
    text = _MICRO_WORD.sub("µm", text)
    text = _THOUSANDS.sub(lambda match: match.group().replace(",", ""), text)
    text = _SPACE_RUN.sub(" ", text)
    return _LINE_RUN.sub("\n", text).strip()
