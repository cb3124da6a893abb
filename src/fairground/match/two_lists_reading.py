"""The first job of a comparison: read both lists and say how their columns were understood."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fairground.collect.core.columns import AS_PRINTED, is_carried
from fairground.collect.core.errors import ListError
from fairground.collect.core.lists import (
    ListPreview,
    Progress,
    RecordList,
    detect_list_kind,
    preview_list,
    read_needs,
    read_offers,
)
from fairground.collect.core.records import Need, Offer
from fairground.jobs.context import JobContext
from fairground.kernel.tables import TableWarning
from fairground.language.local_text import LocalText
from fairground.match.two_lists import BROUGHT, COLUMNS, LIMITS, SIDES, read_json, write_json

Chosen = Mapping[str, Mapping[str, str]]  # side → column name → field
_WARNINGS_TOLD = 40  # of each list; the report tells more

STAGES = {
    "needs": LocalText("读取需求清单", "Reading the list of needs"),
    "offers": LocalText("读取成果清单", "Reading the list of offers"),
}


def read_lists(context: JobContext) -> Mapping[str, Any]:
    """Read what was brought and lay `columns.json` beside it; the work of the job kind 'match.read_lists'."""
    folder = context.first_folder
    brought = read_json(folder / BROUGHT)
    chosen: Chosen = context.arguments.get("columns", {})
    notices: tuple[LocalText, ...] = ()
    if by_hand := context.arguments.get("placed"):
        placed = {side: folder / by_hand[side] for side in SIDES if side in by_hand}
    else:
        placed, notices = place_lists({side: folder / side / name for side, name in brought["lists"].items()})
    sides: dict[str, Any] = {}
    for number, (side, path) in enumerate(placed.items()):
        context.progress(number, len(placed), STAGES[side])
        sides[side] = _read_side(side, path, chosen.get(side), context)
        sides[side]["path"] = str(path.relative_to(folder))
    write_json(folder / COLUMNS, {"sides": sides, "notices": [[text.zh, text.en] for text in notices]})
    return {side: values["records"] for side, values in sides.items()}


def place_lists(paths: Mapping[str, Path]) -> tuple[dict[str, Path], tuple[LocalText, ...]]:
    """Return side → file by what the files say they are, with a remark where that is not where they were put.

    A file that does not say stays where it was put. Raises TableError when one cannot be read at all.
    """
    said = {side: _kind_of(path) for side, path in paths.items()}
    name = {side: path.name for side, path in paths.items()}
    if len(paths) == 1:
        ((side, path),) = paths.items()
        found = said[side] or side
        if found == side:
            return {side: path}, ()
        other_zh, other_en = _WORDS[found]
        return {found: path}, (
            LocalText(
                f"“{name[side]}”读起来是{other_zh}清单，已按{other_zh}与目录对接。",
                f"{name[side]} reads like a list of {other_en}; it is compared as such with the catalogue.",
            ),
        )
    crossed = [said[side] is not None and said[side] != side for side in SIDES]
    same = said["needs"] is not None and said["needs"] == said["offers"]
    if same:
        both_zh, both_en = _WORDS[str(said["needs"])]
        return dict(paths), (
            LocalText(
                f"两份清单读起来都是{both_zh}。仍按您放的位置读取；请核对下表，若放错了文件请重新开始。",
                f"Both lists read like lists of {both_en}. They are read as you placed them; check the tables below, "
                "and start again if a file is the wrong one.",
            ),
        )
    if any(crossed):
        return {"needs": paths["offers"], "offers": paths["needs"]}, (
            LocalText(
                f"两份清单放反了，已对调：需求读自“{name['offers']}”，成果读自“{name['needs']}”。",
                f"The two lists stood the other way round and were swapped: needs are read from {name['offers']}, "
                f"offers from {name['needs']}.",
            ),
        )
    return {side: paths[side] for side in SIDES}, ()


_WORDS = {"needs": ("需求", "needs"), "offers": ("成果", "offers")}


def _kind_of(path: Path) -> str | None:
    try:
        return detect_list_kind(path, limits=LIMITS)
    except ListError:
        return None


def read_list(
    side: str, path: Path, columns: Mapping[str, str] | None, progress: Progress | None = None
) -> RecordList[Need] | RecordList[Offer]:
    """Read one list within the limits of a page. Raises TableError."""
    if side == "needs":
        return read_needs(path, limits=LIMITS, columns=columns, progress=progress)
    return read_offers(path, limits=LIMITS, columns=columns, progress=progress)


def _read_side(
    side: str, path: Path, columns: Mapping[str, str] | None, context: JobContext
) -> dict[str, Any]:
    preview = preview_list(path, side, limits=LIMITS, columns=columns)
    told: dict[str, Any] = {
        "name": path.name,
        "sheet": preview.sheet,
        "columns": _columns_of(preview),
        "records": 0,
        "rows_read": None,
        "rows_skipped": None,
        "warnings": [],
        "warning_count": 0,
        "error": None,
        "by_hand": columns is not None,
    }
    try:
        read = read_list(side, path, columns, lambda rows: context.progress(rows, None, STAGES[side]))
    except ListError as error:  # no title, no text: the page shows the columns, so that this can be mended
        told["error"] = [error.message_zh, error.message_en]
        return told
    told |= {
        "records": len(read.records),
        "rows_read": read.rows_read,
        "rows_skipped": read.rows_skipped,
        "warnings": [_warning(warning) for warning in read.warnings[:_WARNINGS_TOLD]],
        "warning_count": sum(read.warning_counts.values()),
    }
    if not read.records:
        told["error"] = [
            f"“{path.name}”没有一行可用：每行至少要有标题或正文。请改正下表中的列，或换一份清单。",
            f"No row of {path.name} can be used: each needs a title or a text. Mend the columns below, or bring "
            "another list.",
        ]
    return told


def _columns_of(preview: ListPreview) -> list[dict[str, Any]]:
    understood = {column.index: column for column in preview.mapping.columns}
    return [
        {
            "name": name,
            "field": understood[index].field if index in understood else AS_PRINTED,
            "confidence": understood[index].confidence if index in understood else float(is_carried(name)),
            "language": understood[index].language if index in understood else None,
            "samples": list(samples),
        }
        for index, (name, samples) in enumerate(zip(preview.names, preview.samples, strict=True))
    ]


def _warning(warning: TableWarning) -> dict[str, Any]:
    return {
        "row": warning.row,
        "column": warning.column,
        "text": [warning.message_zh, warning.message_en],
        "loses": warning.loses,
    }
