"""The rows of the output file: one pair a row, flat values, with a legend that explains each column."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from fairground.collect.core.records import Need, Offer
from fairground.match.core.results import Judgement, Match, MatchRun, Verdict
from fairground.match.report.reading import title_of
from fairground.match.report.wording import (
    CONSTRAINT_WORD,
    PART_WORD,
    REFUSED_VERDICT_WORD,
    REFUSED_WORD,
    SEVERITY_WORD,
    VERDICT_MARK,
    Phrase,
    phrase,
)

FlatCell = str | int | float | None
Cell = FlatCell | list[str]

_BEFORE_PARTS = (
    "need",
    "need_title",
    "offer",
    "offer_title",
    "organisation",
    "rank",
    "rank_for_offer",
    "score",
    "evidence",
)
_AFTER_PARTS = (
    "met",
    "missing",
    "contradicted",
    "sentences",
    "flags",
    "reasons_zh",
    "reasons_en",
    "method",
    "version",
)

_LEGEND: dict[str, Phrase] = {
    "side": ("从哪一侧排序：needs 或 offers", "the side the row was ranked from: needs or offers"),
    "need": ("需求编号", "id of the need"),
    "need_title": ("需求标题", "title of the need"),
    "offer": ("供给编号", "id of the offer"),
    "offer_title": ("供给标题", "title of the offer"),
    "organisation": ("供给单位，照原文", "who offers, as printed"),
    "rank": (
        "在该需求的供给中排第几，1 为最好；空：不在所列之内",
        "place among the need's offers, 1 is best; empty: beyond the depth shown",
    ),
    "rank_for_offer": (
        "在该供给的需求中排第几；空：不在所列之内",
        "place among the offer's needs; empty: beyond the depth shown",
    ),
    "score": (
        "总分，0–1，只用于排序，不是概率",
        "overall score, 0–1; it orders the list and is not a probability",
    ),
    "evidence": (
        "依据：enough 充分，thin 单薄，none 不足（不作推荐）",
        "evidence: enough, thin, or none (no recommendation)",
    ),
    "met": ("供给原句证明符合的要求", "requirements that a sentence of the offer proves"),
    "missing": (
        "供给文字中未找到依据的要求（不等于做不到）",
        "requirements on which nothing was found in the offer (not a no)",
    ),
    "contradicted": ("与供给原句相抵触的要求", "requirements the offer's own words speak against"),
    "sentences": (
        "供给原句，先符合、后抵触，次序与上述两栏一致",
        "the offer's sentences, met first, then contradicted, in the order of those two columns",
    ),
    "flags": (
        "约束与程度：blocks 不可行，warns 注意，open 待确认",
        "constraint and weight: blocks, warns, open (not stated)",
    ),
    "reasons_zh": ("逐条理由（中文）", "the reasons one by one, in Chinese"),
    "reasons_en": ("逐条理由（英文）", "the reasons one by one, in English"),
    "method": ("评分方法", "scoring method"),
    "version": ("方法版本", "version of the method"),
}


@dataclass(frozen=True, slots=True)
class ResultSheet:
    """One sheet of a workbook: rows hold their cells in the order of `columns`."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def result_columns(run: MatchRun) -> tuple[str, ...]:
    """Return the column names of the output file; part scores are named `part_…`, sorted by name.

    A run of both directions starts with `side`.
    """
    parts = tuple(f"part_{name}" for name in _part_names(run))
    side = ("side",) if run.direction == "both" else ()
    return (*side, *_BEFORE_PARTS, *parts, *_AFTER_PARTS)


def result_rows(run: MatchRun, *, side: str | None = None) -> list[tuple[Cell, ...]]:
    """Return one row a pair, cells in the order of `result_columns(run)`.

    Parameters
    ----------
    run : MatchRun
    side : 'needs' (by need, then rank), 'offers' (by offer, then rank), or None for every side `run` was
        asked for, needs first. A side's rows are the pairs ranked from that side.

    Raises
    ------
    ValueError: an unknown `side`, or a pair that names a record outside the run's lists.
    """
    if side not in (None, "needs", "offers"):
        raise ValueError(f"side is {side!r}; it must be 'needs', 'offers' or None")
    wanted = [side] if side else ["needs", "offers"] if run.direction == "both" else [run.direction]
    needs = {need.id: need for need in run.needs}
    offers = {offer.id: offer for offer in run.offers}
    parts = _part_names(run)
    rows: list[tuple[Cell, ...]] = []
    for one in wanted:
        marker: tuple[Cell, ...] = (one,) if run.direction == "both" else ()
        for match in _ranked(run, one):
            if match.need_id not in needs or match.offer_id not in offers:
                raise ValueError(
                    f"pair {match.need_id!r} – {match.offer_id!r} names a record outside the run's lists"
                )
            rows.append((*marker, *_row(run, match, needs[match.need_id], offers[match.offer_id], parts)))
    return rows


def flat_rows(rows: Iterable[Sequence[Cell]]) -> Iterator[tuple[FlatCell, ...]]:
    """Yield the rows with each list joined by line breaks, for formats whose cells hold no lists.

    A text inside a list keeps no line break of its own, so that splitting gives the list back.
    """
    for row in rows:
        yield tuple(
            "\n".join(_one_line(text) for text in cell) if isinstance(cell, list) else cell for cell in row
        )


def _one_line(text: str) -> str:
    return " ".join(text.split())


def result_sheets(run: MatchRun) -> tuple[ResultSheet, ...]:
    """Return the sheets of a workbook: one for each side asked for, then the legend in both languages."""
    columns = result_columns(run)
    first = 1 if run.direction == "both" else 0  # the sheet's name says the side
    names = {"needs": "需求→供给 by need", "offers": "供给→需求 by offer"}
    wanted = ("needs", "offers") if run.direction == "both" else (run.direction,)
    sheets = tuple(
        ResultSheet(names[side], columns[first:], tuple(row[first:] for row in result_rows(run, side=side)))
        for side in wanted
    )
    return (*sheets, legend_sheet(run))


def legend_sheet(run: MatchRun) -> ResultSheet:
    """Return the sheet that explains every column, and names the records that found no partner."""
    rows: list[tuple[Cell, ...]] = []
    for column in result_columns(run):
        if column == "side":
            continue
        zh, en = _LEGEND.get(column) or _part_legend(column)
        rows.append((column, zh, en))
    rows += [(None, zh, en) for zh, en in run.notes]
    rows += _unpaired(run)
    return ResultSheet("说明 Legend", ("column", "说明", "meaning"), tuple(rows))


def _unpaired(run: MatchRun) -> Iterable[tuple[Cell, ...]]:
    paired_needs = {match.need_id for match in run.matches}
    paired_offers = {match.offer_id for match in run.matches}
    alone_needs = [need.id for need in run.needs if need.id not in paired_needs]
    alone_offers = [offer.id for offer in run.offers if offer.id not in paired_offers]
    if alone_needs:
        yield (
            "—",
            f"没有找到供给的需求：{'、'.join(alone_needs)}",
            f"needs that found no offer: {', '.join(alone_needs)}",
        )
    if alone_offers:
        yield (
            "—",
            f"没有找到需求的供给：{'、'.join(alone_offers)}",
            f"offers that found no need: {', '.join(alone_offers)}",
        )


def _part_names(run: MatchRun) -> tuple[str, ...]:
    return tuple(sorted({name for match in run.matches for name in match.parts}))


def _part_legend(column: str) -> Phrase:
    zh, en = phrase(PART_WORD, column.removeprefix("part_"))
    return f"分项得分：{zh}，0–1", f"part score: {en}, 0–1"


def _ranked(run: MatchRun, side: str) -> list[Match]:
    if side == "needs":
        order = {need.id: place for place, need in enumerate(run.needs)}
        keyed = [
            ((order.get(m.need_id, -1), m.rank_for_need), m)
            for m in run.matches
            if m.rank_for_need is not None
        ]
    else:
        order = {offer.id: place for place, offer in enumerate(run.offers)}
        keyed = [
            ((order.get(m.offer_id, -1), m.rank_for_offer), m)
            for m in run.matches
            if m.rank_for_offer is not None
        ]
    return [match for _, match in sorted(keyed, key=lambda pair: pair[0])]


def _row(run: MatchRun, match: Match, need: Need, offer: Offer, parts: tuple[str, ...]) -> tuple[Cell, ...]:
    by_verdict = {
        verdict: [j for j in match.judgements if j.verdict is verdict and not j.is_open_refusal]
        for verdict in Verdict
    }
    proven = [*by_verdict[Verdict.MET], *by_verdict[Verdict.CONTRADICTED]]
    return (
        need.id,
        _title(need),
        offer.id,
        _title(offer),
        offer.organisation,
        match.rank_for_need,
        match.rank_for_offer,
        round(match.score, 6),
        match.evidence.value,
        *(round(match.parts[name], 6) if name in match.parts else None for name in parts),
        *([_asked(j) for j in by_verdict[verdict]] for verdict in _COLUMNS),
        [j.sentence or "" for j in proven],
        [f"{flag.constraint}: {flag.severity}" for flag in match.flags],
        _reasons(match, chinese=True),
        _reasons(match, chinese=False),
        run.method,
        run.method_version,
    )


_COLUMNS = (Verdict.MET, Verdict.MISSING, Verdict.CONTRADICTED)


def _asked(judgement: Judgement) -> str:
    """Return the requirement as a cell shows it; a refused approach says in both languages that it is one."""
    return (
        f"{' '.join(REFUSED_WORD)}: {judgement.requirement}" if judgement.excluded else judgement.requirement
    )


def _told(judgement: Judgement, side: int) -> str:
    reason = (judgement.reason_zh, judgement.reason_en)[side]
    if not judgement.excluded:
        return f"{VERDICT_MARK[judgement.verdict]} {judgement.requirement}: {reason}"
    word = REFUSED_VERDICT_WORD[judgement.verdict][side]
    return f"{VERDICT_MARK[judgement.verdict]} {REFUSED_WORD[side]} {judgement.requirement}: {word}"


def _title(record: Need | Offer) -> str:
    title = title_of(record)
    return " / ".join(dict.fromkeys(side for side in (title.zh, title.en) if side))


def _reasons(match: Match, *, chinese: bool) -> list[str]:
    side = 0 if chinese else 1
    told = [_told(judgement, side) for judgement in match.judgements]
    for flag in match.flags:
        name = (
            f"{phrase(SEVERITY_WORD, flag.severity)[side]} {phrase(CONSTRAINT_WORD, flag.constraint)[side]}"
        )
        told.append(f"{name}: {flag.reason_zh if chinese else flag.reason_en}")
    return told
