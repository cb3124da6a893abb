"""How right landing advice is: statements of our own on the demonstration's platforms, with the truth set by hand.

For each wish `tests/data/landing_statements.jsonl` names by hand what truly answers it: patterns of platforms (with
a topic), facilities, devices, terms, policies, a least space, or the zones in and out of reach. The key is resolved on
the codes the demonstration is made of, not on words the method reads.

    ./dev bench landing --json OUT            everything: 'tune' was looked at while the method was made, 'held' was not
    ./dev bench landing --half tune --wrong   what is wrong, for working on it; never on the held half
"""

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from fairground import __version__
from fairground.demo.platforms import _patterns
from fairground.demo.read import Demonstration, read_demonstration
from fairground.language.local_text import LocalText
from fairground.language.vectors import shipped_vectors
from fairground.match.core.landing.holders import Group, Holder
from fairground.match.core.landing.judging import Geography, NamedPoint, points_by_name
from fairground.match.core.landing.points import with_gazetteer
from fairground.match.core.landing.reading import read_statement
from fairground.match.core.landing.standing import METHOD, METHOD_VERSION, Answer, find_landing
from fairground.match.core.landing.statement import LOCATION, Statement, Wish, stated
from fairground.match.core.results import Verdict
from fairground.taxonomy import code_list

STATEMENTS = Path(__file__).resolve().parents[1] / "tests" / "data" / "landing_statements.jsonl"


@dataclass(frozen=True)
class Truth:
    """What the demonstration really has, by the codes it is made of."""

    demo: Demonstration

    def answering(self, truth: Any, wish: str) -> set[str]:
        """Return the keys of the holders that truly answer one wish."""
        if isinstance(truth, Mapping):
            kind = None if truth["kind"] is None else self._clauses(truth["kind"])
            roomy = {one.ref for one in self.demo.platforms if (one.free_space_m2 or 0) >= truth["space_m2"]}
            return roomy if kind is None else roomy & kind
        return self._clauses(truth)

    def _clauses(self, clauses: Iterable[Mapping[str, str]]) -> set[str]:
        found: set[str] = set()
        for clause in clauses:
            if "facility" in clause:
                found.add(f"facility:{clause['facility']}")
            elif "pattern" in clause:
                found |= self._of_pattern(clause["pattern"], clause.get("topic", ""))
            elif "policy" in clause:
                found |= {
                    one.ref for one in self.demo.platforms if clause["policy"] in (one.policies.zh or "")
                }
            elif "term" in clause:
                found |= {one.ref for one in self.demo.platforms if clause["term"] in (one.services.zh or "")}
            else:
                found |= {
                    one.ref
                    for one in (*self.demo.platforms, *self.demo.facilities)
                    if any(clause["device"] == (device.name.zh or "") for device in one.equipment)
                }
        return found

    def _of_pattern(self, code: str, topic: str) -> set[str]:
        name = next(pattern.name.zh for pattern in _patterns() if pattern.code == code)
        return {
            one.ref
            for one in self.demo.platforms
            if (one.title.zh or "").endswith(str(name)) and topic in (one.summary.zh or "")
        }


def _label(code_list_name: str, code: str) -> LocalText:
    terms = code_list(code_list_name)
    return LocalText(terms.label(code, "zh"), terms.label(code, "en"))


def demonstration_holders(demo: Demonstration) -> tuple[list[Holder], list[Group]]:
    """Return the demonstration's platforms and facilities as the method reads them, and its zones."""

    def lines(texts: Iterable[LocalText]) -> LocalText:
        kept = list(texts)
        return LocalText(
            "\n".join(text.zh for text in kept if text.zh) or None,
            "\n".join(text.en for text in kept if text.en) or None,
        )

    holders = [
        Holder(
            "platform",
            one.ref,
            one.title,
            {
                "title": one.title,
                "summary": one.summary,
                "services": one.services,
                "equipment": lines(d.name for d in one.equipment),
                "type": _label("platform_type", one.platform_type),
            },
            one.policies,
            one.platform_type,
            one.free_space_m2,
            one.checked_on,
            one.region,
            one.zone,
            (one.longitude, one.latitude),
        )
        for one in demo.platforms
    ]
    regions = {zone.ref: zone.region for zone in demo.zones}
    for one in demo.facilities:
        texts = {
            "title": one.title,
            "summary": one.summary,
            "equipment": lines(d.name for d in one.equipment),
            "type": _label("facility_type", one.facility_type),
        }
        point = (one.longitude, one.latitude)
        holders.append(
            Holder(
                "facility", one.ref, one.title, texts, region=regions[one.zone], group=one.zone, point=point
            )
        )
    groups = [
        Group(
            "zone",
            zone.ref,
            zone.title,
            zone.region,
            (zone.centre.longitude, zone.centre.latitude),
            max((one.free_space_m2 or 0 for one in demo.platforms if one.zone == zone.ref), default=None),
        )
        for zone in demo.zones
    ]
    return holders, groups


def demonstration_geography(groups: Sequence[Group]) -> Geography:
    """Return the places that statements name."""
    note = LocalText("近似", "approximate")
    zones = [
        NamedPoint((one.title.zh or "", one.title.en or ""), one.point, note) for one in groups if one.point
    ]
    return Geography(with_gazetteer(points_by_name(zones)))


@dataclass
class Figures:
    """Counts over the statements of one half."""

    statements: int = 0
    chinese: int = 0
    read_right: int = 0
    wishes: int = 0
    wishes_right: int = 0
    holders: Counter[str] = None  # type: ignore[assignment]
    zones: Counter[str] = None  # type: ignore[assignment]
    wrong: list[str] = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        self.holders, self.zones, self.wrong = Counter(), Counter(), []

    def summary(self) -> dict[str, Any]:
        """Return shares and counts, as the report prints them."""
        found = self.holders
        met = found["true met"]
        right = sum(count for name, count in self.zones.items() if name.startswith("right"))
        zones = sum(self.zones.values())
        return {
            "statements": self.statements,
            "chinese": self.chinese,
            "statements_read_right": self.read_right,
            "wishes": self.wishes,
            "wishes_read_right": self.wishes_right,
            "must_verdicts": sum(found.values()),
            "must_agreement": round((met + found["true other"]) / max(1, sum(found.values())), 4),
            "met_precision": round(met / max(1, met + found["false met"]), 4),
            "met_recall": round(met / max(1, met + found["missed"]), 4),
            "zone_verdicts": zones,
            "zone_agreement": round(right / max(1, zones), 4),
            "zone_wrongly_met": self.zones["wrong met"],
        }


def measure(half: str, cases: Sequence[Mapping[str, Any]], figures: Figures) -> None:
    """Count agreement over the cases of one half."""
    demo = read_demonstration()
    truth = Truth(demo)
    holders, groups = demonstration_holders(demo)
    geography = demonstration_geography(groups)
    for case in cases:
        if case["half"] != half:
            continue
        figures.statements += 1
        figures.chinese += any("\u4e00" <= sign <= "\u9fff" for sign in case["text"])
        statement = read_statement(case["text"])
        wanted = [(one["level"], one["kind"]) for one in case["wishes"]]
        pairs = _paired(statement, case["wishes"])
        figures.wishes += len(wanted)
        right = sum(wish is not None and wish.level == one["level"] for wish, one in pairs)
        figures.wishes_right += right
        is_right = right == len(wanted) == len(statement.wishes)
        figures.read_right += is_right
        if not is_right:
            read = [(wish.level, wish.kind, wish.text) for wish in statement.wishes]
            figures.wrong.append(f"{case['id']} read {read} beside {statement.unused}; wanted {wanted}")
        answer = find_landing(
            stated([wish for wish, _ in pairs if wish]), holders, groups, geography, vectors=shipped_vectors()
        )
        for wish, one in pairs:
            if one["level"] == "must":
                _count(case["id"], wish, one["truth"], answer, truth, holders, groups, figures)


def _paired(
    statement: Statement, wanted: Sequence[Mapping[str, Any]]
) -> list[tuple[Wish | None, Mapping[str, Any]]]:
    """Pair each wanted wish with the next one read of its kind; None where there is none."""
    left = list(statement.wishes)
    pairs: list[tuple[Wish | None, Mapping[str, Any]]] = []
    for one in wanted:
        wish = next((wish for wish in left if wish.kind == one["kind"]), None)
        if wish is not None:
            left.remove(wish)
        pairs.append((wish, one))
    return pairs


def _count(
    case: str,
    wish: Wish | None,
    truth: Any,
    answer: Answer,
    known: Truth,
    holders: Sequence[Holder],
    groups: Sequence[Group],
    figures: Figures,
) -> None:
    verdicts = {one.key: _verdict(one, wish) for one in (*answer.every, *answer.every_place)}
    kind = wish.kind if wish else ""
    if isinstance(truth, Mapping) and "zones" in truth:
        for verdict, zones in truth["zones"].items():
            for zone in zones:
                _tally_zone(
                    case, wish, f"zone:{zone}", "missing" if verdict == "open" else verdict, verdicts, figures
                )
        return
    answering = known.answering(truth, wish.text if wish else "")
    for holder in holders:
        is_met = verdicts.get(holder.key) == Verdict.MET
        should = holder.key in answering
        name = ("true met" if should else "false met") if is_met else ("missed" if should else "true other")
        figures.holders[name] += 1
        if is_met != should:
            figures.wrong.append(
                f"{case} {wish.text if wish else '(not read)'}: {name} {holder.key} {holder.title.zh}"
            )
    least = 2 if kind == "industry" else 1
    for group in groups:
        count = sum(holder.key in answering for holder in holders if holder.group == group.key)
        _tally_zone(case, wish, group.key, "met" if count >= least else "missing", verdicts, figures)


def _verdict(standing: Any, wish: Wish | None) -> str:
    return next((str(finding.verdict) for finding in standing.findings if finding.wish == wish), "missing")


def _tally_zone(
    case: str, wish: Wish | None, zone: str, wanted: str, verdicts: Mapping[str, str], figures: Figures
) -> None:
    found = verdicts.get(zone, "missing")
    # Of a zone, 'no' and 'not said' both mean that nothing there meets it, but for where the zone lies.
    same = found == wanted or (
        wish is not None and wish.kind not in LOCATION and "met" not in (found, wanted)
    )
    figures.zones[f"{'right' if same else 'wrong'} {found}"] += 1
    if not same:
        figures.wrong.append(f"{case} {wish.text if wish else '(not read)'}: {zone} {found}, wanted {wanted}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the figures here")
    parser.add_argument("--half", choices=("tune", "held"), help="one half alone")
    parser.add_argument("--wrong", action="store_true", help="list what is wrong")
    arguments = parser.parse_args()
    cases = [json.loads(line) for line in STATEMENTS.read_text("utf-8").splitlines()]
    started = time.process_time()
    report: dict[str, Any] = {
        "method": f"{METHOD} {METHOD_VERSION}",
        "version": __version__,
        "measured_on": date.today().isoformat(),
    }
    for half in ("tune", "held") if arguments.half is None else (arguments.half,):
        figures = Figures()
        measure(half, cases, figures)
        report[half] = figures.summary()
        if arguments.wrong:
            print("\n".join(figures.wrong))
    report["processor_s"] = round(time.process_time() - started, 1)
    print(json.dumps(report, ensure_ascii=False, indent=1))
    if arguments.json:
        arguments.json.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
