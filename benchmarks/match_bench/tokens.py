"""Tokens for the baselines: those each engine brings for English, rjieba's words for Chinese."""

from __future__ import annotations

import gzip
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import bm25s
import rjieba
import Stemmer

from match_bench.task import Fields, Task

HAN = re.compile(r"[\u3400-\u9fff]")
GLOSS_FILE = Path("geo") / "dict" / "cc-cedict.tsv.gz"
_GLOSS_NOISE = re.compile(r"\([^)]*\)|\[[^\]]*\]|[\u3400-\u9fff]+|\b(?:to|CL|abbr|variant|see|old|also)\b")


def is_chinese(fields: Sequence[Fields]) -> bool:
    """Say whether most of a list's entries have Chinese characters."""
    sample = fields[:200]
    return sum(bool(HAN.search(entry.title or entry.text)) for entry in sample) * 2 > len(sample)


def is_cross(task: Task) -> bool:
    """Say whether the two lists are in different languages."""
    return is_chinese(task.needs) != is_chinese(task.offers)


def english_tokens(texts: Sequence[str]) -> list[list[str]]:
    """bm25s's own tokens: its English stop words left out, Snowball stems."""
    stemmer = Stemmer.Stemmer("english")
    tokens = bm25s.tokenize(
        list(texts), stopwords="en", stemmer=stemmer, show_progress=False, return_ids=False
    )
    return [list(row) for row in tokens]


def chinese_words(texts: Sequence[str]) -> list[list[str]]:
    """rjieba's words. Blanks go first: BDCI's offers come cut into words by someone else's cutter."""
    return [[w for w in rjieba.cut("".join(text.split())) if w.strip()] for text in texts]


def chinese_grams(texts: Sequence[str]) -> list[list[str]]:
    """All runs of one to three characters, blanks left out."""
    rows = []
    for text in texts:
        run = "".join(text.split())
        rows.append([run[i : i + n] for n in (1, 2, 3) for i in range(len(run) - n + 1)])
    return rows


@lru_cache(maxsize=2)
def glosses(path: Path) -> dict[str, str]:
    """Simplified word -> its English glosses in one string, notes in brackets left out."""
    words: dict[str, list[str]] = {}
    with gzip.open(path, "rt", encoding="utf-8") as handle:
        next(handle)
        for line in handle:
            _, simplified, _, english = line.rstrip("\n").split("\t")
            words.setdefault(simplified, []).append(_GLOSS_NOISE.sub(" ", english))
    return {word: " ".join(found) for word, found in words.items()}


def gloss(text: str, dictionary: dict[str, str]) -> str:
    """Replace each word by its glosses; a word that has none is cut into the longest pieces that have."""
    return " ".join(
        dictionary[piece] for word in rjieba.cut(text) for piece in _known_pieces(word, dictionary)
    )


def _known_pieces(word: str, dictionary: dict[str, str]) -> list[str]:
    pieces, start = [], 0
    while start < len(word):
        ends = range(len(word), start, -1)
        end = next((e for e in ends if word[start:e] in dictionary), None)
        if end is not None:
            pieces.append(word[start:end])
        start = end or start + 1
    return pieces
