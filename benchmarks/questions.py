"""How often a plain question is understood as its author meant it.

    python benchmarks/questions.py [--json OUT] [--failures SPLIT]

Reads tests/data/questions.jsonl: the first line is the hub's vocabulary, every other line a question with the kinds,
filters and words a person expects, written before the program saw it. A question counts as exact when the whole set
of its kinds (or filters, or words) equals the expected one; filters of one facet and operator are joined first.
"""

import argparse
import json
import time
from pathlib import Path
from typing import Any

from fairground.publish.core.questions import (
    EditionNames,
    OrganisationNames,
    Question,
    Vocabulary,
    Zone,
    understand,
)

QUESTIONS = Path(__file__).resolve().parents[1] / "tests" / "data" / "questions.jsonl"
MEASURES = ("filters", "kinds", "words", "all three")


def read_questions(path: Path = QUESTIONS) -> tuple[Vocabulary, list[dict[str, Any]]]:
    """Return the vocabulary and the questions of a file."""
    first, *lines = path.read_text("utf-8").splitlines()
    own = json.loads(first)["vocabulary"]
    vocabulary = Vocabulary(
        tuple(Zone(code, zh, en, tuple(aliases)) for code, zh, en, aliases in own["zones"]),
        tuple(OrganisationNames(key, tuple(names)) for key, names in own["organisations"]),
        tuple(EditionNames(code, tuple(names), year) for code, names, year in own["editions"]),
    )
    return vocabulary, [json.loads(line) for line in lines]


def joined(written: list[str]) -> set[str]:
    """Return filters as a set, each value of one by itself: two filters of a facet widen each other."""
    single = set[str]()
    for line in written:
        facet, sign, values = line.partition("!=" if "!=" in line else "=")
        if ">" in facet or "<" in facet or ".." in values:
            single.add(line)
        else:
            single.update(f"{facet}{sign}{value}" for value in values.split(","))
    return single


def judged(expected: dict[str, Any], question: Question) -> dict[str, bool]:
    """Return what was understood exactly."""
    exact = {
        "filters": joined([part.written() for part in question.filters]) == joined(expected["filters"]),
        "kinds": set(question.kinds) == set(expected["kinds"]),
        "words": question.search_text().replace(" ", "") == expected["words"].replace(" ", ""),
    }
    return exact | {"all three": all(exact.values())}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    parser.add_argument(
        "--failures", choices=("dev", "opened", "test"), help="print what was not understood in a split"
    )
    options = parser.parse_args()
    vocabulary, questions = read_questions()
    understand(questions[0]["question"], vocabulary)
    groups: dict[tuple[str, str], list[dict[str, bool]]] = {}
    started = time.perf_counter()
    answers = [understand(expected["question"], vocabulary) for expected in questions]
    elapsed_ms = 1000 * (time.perf_counter() - started) / len(questions)
    for expected, answer in zip(questions, answers, strict=True):
        exact = judged(expected, answer)
        for language in (expected["language"], "both"):
            groups.setdefault((expected["split"], language), []).append(exact)
        if expected["split"] == options.failures and not exact["all three"]:
            print(expected["question"], [name for name in MEASURES[:3] if not exact[name]])
            print("   wanted", expected["kinds"], expected["filters"], repr(expected["words"]))
            print("   found ", [*answer.kinds], [part.written() for part in answer.filters], end=" ")
            print(repr(answer.search_text()), "unused", [part.text for part in answer.unused])
    figures: dict[str, Any] = {"ms_a_question": round(elapsed_ms, 3)}
    print(f"{'split':6}{'language':10}{'n':>4}" + "".join(f"{name:>11}" for name in MEASURES))
    for (split, language), results in sorted(groups.items()):
        shares = {name: sum(result[name] for result in results) / len(results) for name in MEASURES}
        figures[f"{split} {language}"] = {"n": len(results)} | {k: round(v, 3) for k, v in shares.items()}
        print(
            f"{split:6}{language:10}{len(results):>4}"
            + "".join(f"{shares[name]:>11.3f}" for name in MEASURES)
        )
    print(f"{elapsed_ms:.2f} ms a question")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
