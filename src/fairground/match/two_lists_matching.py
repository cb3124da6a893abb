"""The second job of a comparison: match the lists as they were understood, and write what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils import timezone

from fairground.accounts.actors import Actor, actor_for, visitor
from fairground.accounts.core import states
from fairground.accounts.models import User
from fairground.accounts.policies import readable
from fairground.collect import models
from fairground.collect.core.clinic import examine_need
from fairground.collect.core.records import Need, Offer
from fairground.collect.plain_records import plain_need, plain_offer
from fairground.jobs.context import JobContext
from fairground.jobs.errors import JobFailedError
from fairground.kernel.tables import SheetToWrite, TableWarning, atomic_output, write_table
from fairground.language.local_text import LocalText
from fairground.match.core.engine import match_lists
from fairground.match.core.results import Evidence, Judgement, Match, MatchRun, Verdict
from fairground.match.report.page import render_report
from fairground.match.report.reading import best_supported, nothing_suitable, sides_of, standing, title_of
from fairground.match.report.rows import flat_rows, result_columns, result_rows, result_sheets
from fairground.match.report.wording import (
    CONSTRAINT_WORD,
    EVIDENCE_MARK,
    EVIDENCE_WORD,
    SEVERITY_WORD,
    phrase,
)
from fairground.match.two_lists import COLUMNS, PAIRS, REPORT, SIDES, read_json, write_json
from fairground.match.two_lists_reading import STAGES as READING
from fairground.match.two_lists_reading import Chosen, read_list
from fairground.publish.records import named_organisation

_TOP, _TOP_OF_LONG_LISTS, _LONG_LIST = 10, 5, 500
_PAIRS_SHOWN = 12
_GRADES = (Evidence.ENOUGH, Evidence.THIN, Evidence.NONE)
CATALOGUE = "catalogue 目录"

STAGES = {
    "needs": LocalText("为需求寻找成果", "Ranking offers for needs"),
    "offers": LocalText("为成果寻找需求", "Ranking needs for offers"),
    "explain": LocalText("逐条核对要求", "Checking requirements one by one"),
}
_CATALOGUE = LocalText("读取目录", "Reading the catalogue")
_PREPARING = LocalText("比较用词与语义", "Comparing words and meaning")
_WRITING = LocalText("写出结果与报告", "Writing the results and the report")


@dataclass(frozen=True, slots=True)
class _Lists:
    """What is matched: the records of both sides, and the remarks on those that were read from files."""

    needs: Sequence[Need]
    offers: Sequence[Offer]
    warnings: Sequence[TableWarning]
    warning_count: int
    brought: tuple[str, ...]  # the sides that came from files


def match_two_lists(context: JobContext) -> Mapping[str, Any]:
    """Match and write results, report and the first pairs; the work of the job kind 'match.two_lists'."""
    today = timezone.localdate()
    lists = _read(context)
    context.progress(0, None, _PREPARING)
    single = len(lists.brought) == 1
    run = match_lists(
        lists.needs,
        lists.offers,
        top=_TOP if max(len(lists.needs), len(lists.offers)) <= _LONG_LIST else _TOP_OF_LONG_LISTS,
        direction=lists.brought[0] if single else "both",
        today=today,
        progress=lambda stage, done, total: context.progress(done, total, STAGES[stage]),
    )
    context.progress(0, None, _WRITING)
    _write_tables(run, context.folder)
    context.progress(1, None, _WRITING)
    page = render_report(
        run,
        generated=today,
        language=context.arguments.get("language", "zh"),
        warnings=lists.warnings,
        warning_count=lists.warning_count,
        completeness={}
        if lists.brought == ("offers",)
        else {n.id: examine_need(n).score for n in lists.needs},
    )
    with atomic_output(context.folder / REPORT) as stream:
        stream.write(page.encode("utf-8"))
    pairs = first_pairs(run, catalogue=set(SIDES) - set(lists.brought))
    write_json(context.folder / PAIRS, pairs)
    return {
        "needs": len(run.needs),
        "offers": len(run.offers),
        "pairs": len(run.matches),
        "enough": pairs["grades"]["enough"],
        "names": pairs["names"],
    }


def _read(context: JobContext) -> _Lists:
    folder = context.first_folder
    try:
        told = read_json(folder / COLUMNS)
    except FileNotFoundError:
        raise JobFailedError(
            "这两份清单已经删除，没有作任何对接。请重新选择文件。",
            "The lists were deleted meanwhile, so nothing was compared. Bring the files again.",
        ) from None
    chosen: Chosen = context.arguments.get("columns", {})
    records: dict[str, Sequence[Any]] = {}
    warnings: list[TableWarning] = []
    count = 0
    for side in SIDES:
        if side not in told["sides"]:
            context.progress(0, None, _CATALOGUE)
            records[side] = catalogue_records(side, _actor(context))
            continue
        context.progress(0, None, READING[side])
        read = read_list(side, folder / told["sides"][side]["path"], chosen.get(side))
        records[side] = read.records
        warnings += read.warnings
        count += sum(read.warning_counts.values())
    return _Lists(
        records["needs"], records["offers"], warnings, count, tuple(s for s in SIDES if s in told["sides"])
    )


def _actor(context: JobContext) -> Actor:
    user = User.objects.filter(pk=context.owner_id, is_active=True).first() if context.owner_id else None
    return actor_for(user, context.hub_id, now=timezone.now()) if user else visitor(context.hub_id)


def catalogue_records(side: str, actor: Actor) -> Sequence[Need] | Sequence[Offer]:
    """Return the published offers or needs that the actor may read, as plain records in the order of their numbers."""
    model: Any = models.Need if side == "needs" else models.Offer
    plain: Any = plain_need if side == "needs" else plain_offer
    rows = (
        model.objects.filter(readable(actor), state=states.PUBLISHED)
        .select_related("organisation")
        .order_by("pk")
    )
    found = []
    for number, row in enumerate(rows.iterator(2_000), start=1):
        row.organisation = named_organisation(actor, row)
        found.append(plain(row, source=CATALOGUE, position=number))
    return found


def _write_tables(run: MatchRun, folder: Path) -> None:
    first, *rest = result_sheets(run)
    more = [SheetToWrite(sheet.name, sheet.columns, flat_rows(sheet.rows)) for sheet in rest]
    write_table(folder / "matches.xlsx", first.columns, flat_rows(first.rows), sheet=first.name, sheets=more)
    for ending in ("csv", "jsonl"):
        write_table(folder / f"matches.{ending}", result_columns(run), flat_rows(result_rows(run)))


def first_pairs(run: MatchRun, *, catalogue: set[str]) -> dict[str, Any]:
    """Return what the result page shows: counts, and the best pair of the records that stand best, with its reasons.

    `catalogue` names the sides that came from the catalogue: their records have a page to go to.
    """
    primary = "offers" if run.direction == "offers" else "needs"
    records: Sequence[Need] | Sequence[Offer] = run.needs if primary == "needs" else run.offers
    counterparts: list[Need | Offer] = [*run.offers] if primary == "needs" else [*run.needs]
    others: dict[str, tuple[int, Need | Offer]] = {
        record.id: (number, record) for number, record in enumerate(counterparts, start=1)
    }
    sides = sides_of(run)
    lists = sides.of_needs if primary == "needs" else sides.of_offers
    grades = [standing(matches) for matches in lists]
    order = sorted(range(len(records)), key=lambda number: (_GRADES.index(grades[number]), number))
    shown = [
        _subject(run, records[number], number + 1, lists[number], others, primary, catalogue)
        for number in order[:_PAIRS_SHOWN]
    ]
    return {
        "primary": primary,
        "shown": shown,
        "left": len(records) - len(shown),
        "grades": {grade.value: grades.count(grade) for grade in _GRADES},
        "names": [list(dict.fromkeys(r.origin.file for r in side)) for side in (run.needs, run.offers)],
        "method": f"{run.method} {run.method_version}",
        "demonstration": any(need.demonstration for need in run.needs)
        or any(offer.demonstration for offer in run.offers),
    }


def _subject(
    run: MatchRun,
    record: Need | Offer,
    number: int,
    matches: Sequence[Match],
    others: Mapping[str, tuple[int, Need | Offer]],
    primary: str,
    catalogue: set[str],
) -> dict[str, Any]:
    best = best_supported(matches)
    nothing = nothing_suitable(matches)
    told: dict[str, Any] = {
        "id": record.id,
        "title": _text(title_of(record)),
        "key": record.id if primary in catalogue else "",
        "demonstration": record.demonstration,
        "nothing": list(nothing) if nothing else None,
        "best": None,
        "anchor": f"n{number}" if primary == "needs" else f"o{number}",
    }
    if best is None:
        return told
    place, other = others[best.offer_id if primary == "needs" else best.need_id]
    organisation = other.organisation if isinstance(other, Offer) else None
    told["anchor"] = f"n{number}-o{place}" if primary == "needs" else f"n{place}-o{number}"
    told["best"] = {
        "id": other.id,
        "title": _text(title_of(other)),
        "key": other.id if set(SIDES) - {primary} <= catalogue else "",
        "organisation": organisation or "",
        "demonstration": other.demonstration,
        "score": f"{best.score:.2f}",
        "evidence": best.evidence.value,
        "mark": EVIDENCE_MARK[best.evidence],
        "word": list(EVIDENCE_WORD[best.evidence]),
        "reasons": [_reason(judgement) for judgement in best.judgements],
        "flags": [
            [f"{zh}·{word_zh}：{flag.reason_zh}", f"{en.capitalize()}, {word_en}: {flag.reason_en}"]
            for flag in best.flags
            for (zh, en), (word_zh, word_en) in [
                (phrase(SEVERITY_WORD, flag.severity), phrase(CONSTRAINT_WORD, flag.constraint))
            ]
        ],
        "shared": list(best.shared_terms),
    }
    return told


def _text(text: LocalText | None) -> dict[str, str | None]:
    return {"zh": _cut(text.zh), "en": _cut(text.en)} if text else {"zh": None, "en": None}


def _cut(text: str | None, most: int = 160) -> str | None:
    return text if text is None or len(text) <= most else f"{text[: most - 1]}…"


def _reason(judgement: Judgement) -> dict[str, Any]:
    asks = _cut(judgement.requirement, 300) or ""
    if judgement.excluded:
        zh, en = f"不接受：{asks}", f"Refused: {asks}"
    else:
        zh = en = asks
    says = _cut(judgement.sentence, 360) if judgement.verdict is not Verdict.MISSING else None
    return {
        "asks": {"zh": zh, "en": en},
        "verdict": judgement.verdict.value,
        "says": {"zh": says, "en": says} if says else None,
        "note": [judgement.reason_zh, judgement.reason_en],
    }
