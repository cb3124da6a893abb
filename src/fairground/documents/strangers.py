"""Text of strangers made fit for print: what cannot be seen is taken out, what cannot be broken may break."""

import re
import unicodedata

LONGEST_WORD = 28  # letters; a longer one may break anywhere
_ZERO_WIDTH_SPACE = "\u200b"
# Joiners shape Arabic and Indic words and emoji; every other format character turns or hides text.
_KEPT_FORMATS = frozenset("\u200c\u200d")
_LINES = re.compile(r"[\r\n\u2028\u2029\x0b\x0c\x85]+")
_SPACES = re.compile(r"[ \t\u00a0\u3000]+")
# Letters of scripts that break between any two characters need no help.
_UNBROKEN = re.compile(rf"[^\s\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]{{{LONGEST_WORD + 1},}}")


def printable(text: str) -> str:
    """Return a text as one paragraph a template may print: nothing unseen, no word wider than a column.

    Control characters, direction marks and unassigned characters are dropped, line breaks become spaces, and a run of
    more than LONGEST_WORD letters may break anywhere. What it says stays as it was written.

    >>> printable("a\\u202eb\\x07  c\\nd")
    'ab c d'
    """
    shown = "".join(
        character
        for character in _LINES.sub(" ", text)
        if unicodedata.category(character) not in ("Cc", "Cf", "Cn", "Co", "Cs")
        or character in _KEPT_FORMATS
        or character == "\t"
    )
    return _UNBROKEN.sub(_breakable, _SPACES.sub(" ", shown).strip())


def _breakable(match: re.Match[str]) -> str:
    return _ZERO_WIDTH_SPACE.join(match.group())


def shortened(text: str, most: int) -> str:
    """Return a text of at most `most` characters, cut at the end of a sentence or a word and marked by '…'.

    >>> shortened("One is short. Two is much longer than that.", 20)
    'One is short. …'
    """
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    ends = [match.end() for match in re.finditer(r"[。！？；]|[.!?;](?=\s)", cut)]
    if ends and ends[-1] >= most // 2:
        kept = cut[: ends[-1]]
        return f"{kept}…" if kept[-1] > "\u2e80" else f"{kept} …"
    space = cut.rfind(" ")
    return f"{cut[:space] if space >= most * 2 // 3 else cut}…"
