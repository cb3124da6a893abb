"""Cutting text into sentences as printed: Chinese, English, mixed, bullet and numbered lists."""

import re
from itertools import pairwise

_ABBREVIATIONS = frozenset(
    [
        "e.g",
        "i.e",
        "etc",
        "al",
        "vs",
        "cf",
        "approx",
        "ca",
        "no",
        "nos",
        "fig",
        "figs",
        "eq",
        "eqs",
        "ref",
        "refs",
        "sec",
        "vol",
        "ed",
        "eds",
        "dr",
        "mr",
        "mrs",
        "ms",
        "prof",
        "st",
        "jr",
        "sr",
        "inc",
        "ltd",
        "co",
        "corp",
        "dept",
        "est",
        "max",
        "min",
        "avg",
        "temp",
        "dia",
        "incl",
        "resp",
        "sp",
        "spp",
        "pp",
        "ph.d",
        "u.s",
        "u.k",
        "u.n",
        "a.m",
        "p.m",
        "viz",
        "tel",
        "art",
    ]
)
_LAST_WORD = re.compile(r"([A-Za-z](?:[A-Za-z.]*[A-Za-z])?)\.$")
_END = re.compile(
    r"[。！？!?；][”’\"'」』）)\]]*"  # Chinese ends; the wide semicolon parts statements there
    r"|\.{3,}(?=\s|$)|……"
    r"|\.[”’\"')\]]*(?=\s|$|[\u3400-\u9fff])"
    r"|\r\n|\r|\n"
    r"|(?<=\s)[•●▪◆■►✓✔·](?=\s)"  # a bullet inside a line begins a new item
)
_NUMBERED = re.compile(
    r"(?:(?<=\s)|(?<=[;；,，。.:：]))(?=(?:[(（]\d{1,2}[)）]|[①-⑳]|\d{1," r"2}[、)）](?=\s*\D))\s*\S)"
)
_LEAD = re.compile(r"^(?:\s|[•●▪◆■►✓✔·*‣–—-](?=\s|[\u3400-\u9fffA-Z])|[\uf0a0-\uf0ff])+")
_NUMBER_LABEL = re.compile(
    r"^(?:[(（]?\d{1,2}[)）、.．]|[①-⑳]|[(（][a-z][)）]|第?[一二三四五六七八九十]{1," r"3}[、.．])\s*"
)
_LABEL_ONLY = re.compile(r"^(?:[(（]?[\da-zA-Z]{1,2}[)）、.．]?|[①-⑳]|[一二三四五六七八九十]{1,3}[、.．]?)$")
_LETTER = re.compile(r"[^\W_]")
_DECIMAL_LABEL = re.compile(r"(?:^|\n)\s*\d{1,2}\.$")


def _ends_sentence(text: str, start: int, end: int) -> bool:
    """Tell whether the full stop at `start` closes a sentence rather than an abbreviation or a label."""
    before = text[max(0, start - 20) : start + 1]
    if _DECIMAL_LABEL.search(before) or (start < 3 and before.strip(". ").isdigit()):
        return False
    word = _LAST_WORD.search(before)
    if word is None:
        return True
    body = word.group(1).lower()
    following = text[end : end + 12].lstrip()
    if len(body) == 1:
        # An initial ('J. Smith') does not end a sentence; a unit ('5 V. The') does.
        return bool(re.search(r"\d\s?[A-Za-z]\.$", before)) or not following
    if body not in _ABBREVIATIONS:
        return True
    return not following or (body in {"etc", "al", "inc", "ltd", "co", "corp"} and following[:1].isupper())


def _pieces(text: str) -> list[str]:
    cuts = {0, len(text)}
    for match in _END.finditer(text):
        if match.group()[0] == "." and not match.group().startswith("..."):
            if not _ends_sentence(text, match.start(), match.end()):
                continue
        elif match.group()[0] in "•●▪◆■►✓✔·":
            cuts.add(match.start())
            continue
        cuts.add(match.end())
    cuts.update(match.start() for match in _NUMBERED.finditer(text))
    places = sorted(cuts)
    return [text[first:last] for first, last in pairwise(places)]


def sentences(text: str) -> list[str]:
    """Return the sentences of `text` in order, each a substring of it, without list marks at the front.

    Cuts after 。！？；!? and after a full stop that is no decimal point, abbreviation, initial or list
    number; at line breaks; and before items (1), ①, 1、 and • inside a line. Empty pieces and bare
    labels are left out. Linear in the length of the text.
    """
    found = []
    for piece in _pieces(text):
        sentence = _LEAD.sub("", piece).strip()
        label = _NUMBER_LABEL.match(sentence)
        # '1.8 mm' begins with a number, not with a label: a digit right after the mark keeps it.
        if label and label.end() < len(sentence) and not sentence[label.end()].isdigit():
            sentence = sentence[label.end() :]
        if sentence and not _LABEL_ONLY.match(sentence) and _LETTER.search(sentence):
            found.append(sentence)
    return found
