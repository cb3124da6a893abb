"""Measure the evidence half: judge hand-written requirement–offer pairs and report precision and recall.

    python benchmarks/evidence.py --json OUT [--pairs FILE] [--splits NAME ...] [--errors] [--rules]

JSON: {split: {language or 'all': {verdict: {precision, recall, given, true}, pairs, accuracy}}, seconds}.
"""

import argparse
import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fairground.collect.core.records import Offer, Origin, Requirement
from fairground.language.detect import language_of
from fairground.language.local_text import LocalText
from fairground.match.core.decision import Decision
from fairground.match.core.judgement import decide
from fairground.match.core.lexicon import Lexicon, dictionary_lexicon
from fairground.match.core.prepared import prepare_offer, prepare_requirement
from fairground.match.core.results import Verdict

PAIRS = Path(__file__).parent.parent / "tests" / "data" / "evidence_pairs.jsonl"
DECIDED = (Verdict.MET, Verdict.CONTRADICTED)


@dataclass(frozen=True)
class Judged:
    """One pair with the verdict people gave and the one the program gave."""

    pair: Mapping[str, Any]
    decision: Decision

    @property
    def true(self) -> str:
        return str(self.pair["verdict"])

    @property
    def given(self) -> str:
        return self.decision.verdict.value


def offer_of(pair: Mapping[str, Any]) -> Offer:
    """Make an offer of a pair's texts, each in the language it is written in."""
    texts = {}
    for name, text in pair["offer"].items():
        field = "evidence" if name == "evidence" else name
        texts[field] = LocalText(en=text) if language_of(text) == "en" else LocalText(zh=text)
    return Offer(id=str(pair["id"]), origin=Origin("pairs", None, 1), texts=texts)


def judge_all(pairs: Sequence[Mapping[str, Any]], lexicon: Lexicon) -> list[Judged]:
    """Judge every pair."""
    judged = []
    for pair in pairs:
        requirement = Requirement(
            pair["requirement"], pair.get("level", "must"), bool(pair.get("excluded", False))
        )
        decision = decide(prepare_requirement(requirement, lexicon), prepare_offer(offer_of(pair), lexicon))
        judged.append(Judged(pair, decision))
    return judged


def figures(judged: Sequence[Judged]) -> dict[str, Any]:
    """Return precision and recall of met and contradicted, and the share judged alike."""
    result: dict[str, Any] = {"pairs": len(judged)}
    for verdict in DECIDED:
        given = [item for item in judged if item.given == verdict.value]
        true = [item for item in judged if item.true == verdict.value]
        right = sum(item.true == verdict.value for item in given)
        result[verdict.value] = {
            "precision": right / len(given) if given else None,
            "recall": right / len(true) if true else None,
            "given": len(given),
            "true": len(true),
        }
    result["accuracy"] = sum(item.given == item.true for item in judged) / max(1, len(judged))
    return result


def rule_figures(judged: Sequence[Judged]) -> dict[str, dict[str, int]]:
    """Return, for each rule that gave a verdict other than missing, how often it was right."""
    found: dict[str, dict[str, int]] = {}
    for item in judged:
        if item.given != Verdict.MISSING.value:
            counts = found.setdefault(f"{item.given}: {item.decision.rule}", {"given": 0, "right": 0})
            counts["given"] += 1
            counts["right"] += item.given == item.true
    return dict(sorted(found.items()))


def _share(value: float | None) -> str:
    return "    –" if value is None else f"{value:5.3f}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the measurement; 2 where the pairs cannot be read."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", type=Path, required=True)
    parser.add_argument("--pairs", type=Path, default=PAIRS)
    parser.add_argument("--errors", action="store_true", help="list the errors of split tune")
    parser.add_argument("--rules", action="store_true", help="list how often each rule was right")
    parser.add_argument("--splits", nargs="+", help="judge these splits only")
    parser.add_argument("--no-dictionary", action="store_true", help="built-in word list only")
    options = parser.parse_args(arguments)
    try:
        lines = options.pairs.read_text("utf-8").splitlines()
    except OSError as error:
        print(f"The pairs cannot be read: {error}. Name the file with --pairs.", file=sys.stderr)
        return 2
    pairs = [json.loads(line) for line in lines if line.strip()]
    if options.splits:
        pairs = [pair for pair in pairs if pair["split"] in options.splits]
    lexicon = Lexicon() if options.no_dictionary else dictionary_lexicon()
    started = time.perf_counter()
    judged = judge_all(pairs, lexicon)
    seconds = time.perf_counter() - started
    report: dict[str, Any] = {"seconds": round(seconds, 3)}
    print("split  lang   pairs  met: P     R    contradicted: P     R    alike")
    for split in sorted({str(item.pair["split"]) for item in judged}):
        report[split] = {}
        of_split = [item for item in judged if item.pair["split"] == split]
        for language in ("all", *sorted({str(item.pair["lang"]) for item in of_split})):
            part = [item for item in of_split if language in ("all", item.pair["lang"])]
            found = report[split][language] = figures(part)
            met, against = found["met"], found["contradicted"]
            print(
                f"{split:6} {language:6} {found['pairs']:5}  {_share(met['precision']):>6} "
                f"{_share(met['recall'])}"
                f"  {_share(against['precision']):>15} {_share(against['recall'])}  "
                f"{found['accuracy']:.3f}"
            )
        if split == "tune":  # rule by rule, the test split would begin to be fitted to
            report[split]["rules"] = rule_figures(of_split)
    if options.rules:
        print("\nrules on split tune: right of given")
        for rule, counts in report.get("tune", {}).get("rules", {}).items():
            print(f"  {counts['right']:3} of {counts['given']:3}  {rule}")
    if options.errors:
        for item in judged:
            if item.given != item.true and item.pair["split"] == "tune":
                print(
                    f"\n{item.pair['id']} {item.pair['kind']} {item.pair['lang']}: true {item.true}, "
                    f"given {item.given}"
                )
                print(
                    f"  asked: "
                    f"{item.pair['requirement']}{'  [excluded]' if item.pair.get('excluded') else ''}"
                )
                print(f"  offer: {' | '.join(item.pair['offer'].values())}")
                said = item.decision.sentence.text if item.decision.sentence else None
                print(
                    f"  because: [{item.decision.rule}] {item.decision.reason_en}; {said}; note: "
                    f"{item.pair.get('note', '')}"
                )
    options.json.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
