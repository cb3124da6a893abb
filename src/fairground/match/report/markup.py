"""Text of strangers made into safe bilingual HTML: escaped, cut to length, proof words marked."""

import re
from collections.abc import Iterable
from functools import lru_cache
from html import escape

from django.utils.safestring import SafeString

from fairground.language.local_text import LocalText

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_LATIN_WORD = re.compile(r"[A-Za-z]{2,}")
_BREAKING = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029]+")
# Characters that turn the reading direction would let one cell rearrange the line it is printed in.
_DIRECTION = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def language_of(text: str) -> str:
    """Return 'zh' or 'en' for the `lang` attribute: Chinese when Han characters weigh as much as words."""
    return "zh" if 2 * len(_HAN.findall(text)) >= len(_LATIN_WORD.findall(text)) + 1 else "en"


def clip(text: str, limit: int) -> str:
    """Return `text` on one line, at most `limit` characters (≥ 1) and an ellipsis where it was cut."""
    # A cell may hold megabytes: cut generously before the patterns run.
    line = _DIRECTION.sub("", _BREAKING.sub(" ", text[: 8 * limit + 64])).strip()
    if len(line) <= limit and len(text) <= 8 * limit + 64:
        return line
    cut = line[:limit]
    # English is cut between words; Chinese has no blanks to cut at.
    at_blank = cut.rfind(" ", int(limit * 0.8))
    return (cut[:at_blank] if at_blank > 0 else cut).rstrip() + "…"


def both(zh: str, en: str) -> SafeString:
    """Return one phrase in both languages; the page's switch shows one of them."""
    if zh == en:
        return SafeString(escape(zh))
    # <bdi> keeps stray right-to-left text from rearranging its surroundings, and is short: a large report
    # holds a hundred thousand of them. For the same reason attributes go unquoted.
    chinese = f"<bdi lang=zh>{escape(zh)}</bdi>" if zh else ""
    english = f"<bdi lang=en>{escape(en)}</bdi>" if en else ""
    return SafeString(chinese + english)


def printed(text: str, limit: int = 300) -> SafeString:
    """Return a text that exists in one language only, as printed, with its language named."""
    return SafeString(f"<span lang={language_of(text)}>{escape(clip(text, limit))}</span>")


def record_text(text: LocalText | None, limit: int = 300) -> SafeString:
    """Return a record's text in the reader's language where it has two sides, else the side there is."""
    if text is None or not (text.zh or text.en):
        return SafeString()
    if text.zh and text.en:
        return both(clip(text.zh, limit), clip(text.en, limit))
    return printed(text.zh or text.en or "", limit)


def second_title(text: LocalText | None, limit: int = 200) -> SafeString:
    """Return the title's other side, to stand small below the first; '' where there is none."""
    if text is None or not (text.zh and text.en) or text.zh == text.en:
        return SafeString()
    english, chinese = escape(clip(text.en, limit)), escape(clip(text.zh, limit))
    return SafeString(f"<span class=z lang=en>{english}</span><span class=e lang=zh>{chinese}</span>")


def marked(sentence: str, terms: Iterable[str], limit: int = 360) -> SafeString:
    """Return a quoted sentence with the words in `terms` wrapped in <mark>.

    Latin terms match whole words (a plural ending is allowed), Chinese terms match anywhere; case is ignored.
    """
    line = clip(sentence, limit)
    pattern = _any_of(frozenset(terms))
    language = language_of(line)
    if pattern is None:
        return SafeString(f"<q lang={language}>{escape(line)}</q>")
    pieces: list[str] = []
    position = 0
    for hit in pattern.finditer(line):
        # A figure stays with its unit: '0.3 mm' is not parted at the end of a line.
        found = hit.group().replace(" ", "\u00a0") if len(hit.group()) <= 12 else hit.group()
        pieces += [escape(line[position : hit.start()]), "<mark>", escape(found), "</mark>"]
        position = hit.end()
    pieces.append(escape(line[position:]))
    return SafeString(f"<q lang={language}>{''.join(pieces)}</q>")


@lru_cache(maxsize=4096)
def _any_of(terms: frozenset[str]) -> re.Pattern[str] | None:
    alternatives: list[str] = []
    for term in sorted({clip(term, 60) for term in terms}, key=lambda term: (-len(term), term)):
        if len(term) < 2 and not _HAN.match(term):
            continue
        quoted = re.escape(term)
        if term[0].isalnum() and not _HAN.match(term[0]):
            quoted = rf"(?<![A-Za-z0-9.]){quoted}"
        if term[-1].isalnum() and not _HAN.match(term[-1]):
            quoted = rf"{quoted}(?:e?s)?(?![A-Za-z0-9])"
        alternatives.append(quoted)
    return re.compile("|".join(alternatives), re.IGNORECASE) if alternatives else None
