"""Make the reference population of needs that ships with the package.

    python benchmarks/train/reference.py --data ../shared/data --out src/fairground/match/core/data

English needs are drawn from the unlabelled SBIR topics, Chinese ones from CSL papers' titles and key words, one in so
many, spread evenly over the sorted ids. Each becomes pairs of neighbouring words, scattered and set apart by a word
that no offer holds: words and pairs can be counted, the text cannot be read.
"""

import argparse
import gzip
import json
import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from fairground.language.tokens import surface_forms

ADDRESS = re.compile(r"http|www|\.org|\.com", re.IGNORECASE)
PER_LANGUAGE = 500
OPENING_WORDS = 60
TECHNICAL = ("工学", "农学", "医学", "理学")  # the categories of CSL a technology need could come from
APART = {"en": " qq ", "zh": "\u3002"}


def rows_of(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as handle:
        yield from map(json.loads, handle)


def spread(rows: Sequence[tuple[str, str, str]], most: int) -> list[tuple[str, str, str]]:
    ordered = sorted(rows)
    return [ordered[i * len(ordered) // most] for i in range(most)]


def scattered(text: str, language: str, dice: random.Random, most: int) -> str:
    words = [printed.lower() for _, printed in surface_forms(text) if not ADDRESS.search(printed)][:most]
    between = "" if language == "zh" else " "
    chunks = [between.join(words[i : i + 2]) for i in range(0, len(words), 2)]
    dice.shuffle(chunks)
    return APART[language].join(chunks)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="the folder with match/ and geo/")
    parser.add_argument("--out", type=Path, required=True, help="where reference.jsonl.gz goes")
    arguments = parser.parse_args()
    dice = random.Random(0)
    topics = rows_of(arguments.data / "match" / "en_sbir" / "needs_unlabelled.jsonl.gz")
    english = [(row["id"], row["title"], row.get("text") or "") for row in topics if row.get("text")]
    papers = rows_of(arguments.data / "geo" / "text" / "csl_dev_test_2000.jsonl.gz")
    chinese = [
        (row["title"], row["title"], "。".join(row["keywords"]) + row["abstract"])
        for row in papers
        if row["category"] in TECHNICAL
    ]
    lines = []
    for language, rows in (("en", english), ("zh", chinese)):
        for _, title, body in spread(rows, PER_LANGUAGE):
            lines.append(
                {
                    "language": language,
                    "title": scattered(title, language, dice, OPENING_WORDS),
                    "body": scattered(body, language, dice, OPENING_WORDS),
                }
            )
    dice.shuffle(lines)
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    # No time stamp, so that the same data gives the same bytes.
    (arguments.out / "reference.jsonl.gz").write_bytes(gzip.compress(text.encode("utf-8"), mtime=0))


if __name__ == "__main__":
    main()
