"""`fairground check`: the clinic for a list of needs or offers."""

import argparse
import textwrap
from collections.abc import Sequence
from pathlib import Path

from fairground.cli.console import EXIT_HELP, EXIT_OK, Console
from fairground.cli.list_options import add_list_options, refuse_overwriting
from fairground.collect.core.clinic import (
    Examination,
    NearDuplicate,
    examine_need,
    examine_offer,
    near_duplicates,
)
from fairground.collect.core.clinic_words import NAMES, NEED_WEIGHTS, OFFER_WEIGHTS
from fairground.collect.core.lists import RecordList, detect_list_kind, read_needs, read_offers
from fairground.collect.core.records import Need, Offer
from fairground.kernel.tables import Cell, output_format, write_table

_DESCRIPTION = """Examine a list: what each row lacks, how complete it is, and which rows repeat each other.
检查清单：每条缺什么、完整度多少、哪些行重复。

Reads xlsx, csv, tsv, jsonl, parquet (csv, tsv, jsonl also as .gz). Columns are found by their names,
Chinese or English. Contact columns are never read into the result."""


def _weights(weights: dict[str, int]) -> str:
    parts = ", ".join(f"{NAMES[element][1]} {weight}" for element, weight in weights.items())
    return textwrap.fill(parts, 100, initial_indent="    ", subsequent_indent="    ")


_EPILOG = f"""examples / 示例:
  fairground check needs.xlsx
  fairground check 需求清单.xlsx --sheet 2026 --lang zh
  fairground check offers.csv --kind offers -o checked.xlsx
  fairground check needs.csv --strict && echo clean

score / 完整度 (0–100; an element found in running text counts 80 %):
  needs:
{_weights(NEED_WEIGHTS)}
  offers:
{_weights(OFFER_WEIGHTS)}

{EXIT_HELP}"""


_MOST_SHOWN = 60  # rows on the terminal, the least complete first; the output file has all


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command `check`."""
    parser = subparsers.add_parser(
        "check",
        help="what is missing in each row of a list 检查清单的完整度",
        description=_DESCRIPTION,
        epilog=_EPILOG,
    )
    parser.add_argument("list", metavar="LIST", type=Path, help="table file with needs or offers 清单文件")
    parser.add_argument(
        "--kind",
        choices=("needs", "offers", "auto"),
        default="auto",
        help="what the list holds (default: auto) 清单类型",
    )
    parser.add_argument(
        "-o", "--output", type=Path, metavar="OUT", help="also write the result as a table 另存结果"
    )
    parser.add_argument(
        "--sheet", metavar="NAME", help="sheet of a workbook (default: the first with data) 工作表"
    )
    add_list_options(parser)
    parser.set_defaults(run=check)


def check(arguments: argparse.Namespace, console: Console) -> int:
    """Run the command; returns an exit code."""
    if arguments.output:
        output_format(arguments.output)  # before the work, not after it
        refuse_overwriting((arguments.list,), (arguments.output,))
    kind = arguments.kind
    if kind == "auto":
        kind = detect_list_kind(arguments.list, sheet=arguments.sheet)
    options = {"sheet": arguments.sheet, "strict": arguments.strict}
    records: RecordList[Need] | RecordList[Offer]
    if kind == "needs":
        needs = read_needs(arguments.list, **options)
        records = needs
        steps = console.progress(needs.records, len(needs.records), "检查需求", "examining needs")
        examinations = [examine_need(need) for need in steps]
        repeated = near_duplicates(needs.records)
    else:
        offers = read_offers(arguments.list, **options)
        records = offers
        steps_ = console.progress(offers.records, len(offers.records), "检查成果", "examining offers")
        examinations = [examine_offer(offer) for offer in steps_]
        repeated = near_duplicates(offers.records)
    console.warnings(records.warnings, dict(records.warning_counts))
    titles = [_title(record, console.language) for record in records.records]
    _show(console, records, titles, examinations, repeated)
    if arguments.output:
        columns, rows = result_table(titles, examinations, repeated, console.language)
        write_table(arguments.output, columns, rows, sheet=console.choose("检查结果", "check"))
        console.say(f"已写出 {arguments.output}", f"wrote {arguments.output}")
    return EXIT_OK


def _title(record: Need | Offer, language: str) -> str:
    for field in ("title", "summary", "abstract", "problem", "description"):
        if field in record.texts and (text := record.texts[field].in_language(language)):
            return text
    return ""


def _names(elements: Sequence[str], language: str) -> str:
    side = 0 if language == "zh" else 1
    return ("、" if language == "zh" else ", ").join(NAMES[element][side] for element in elements)


def _show(
    console: Console,
    records: RecordList[Need] | RecordList[Offer],
    titles: Sequence[str],
    examinations: Sequence[Examination],
    repeated: Sequence[NearDuplicate],
) -> None:
    order = sorted(range(len(examinations)), key=lambda n: (examinations[n].score, n))
    columns = ("行", "编号", "完整度", "标题", "缺少") if console.language == "zh" else (
        "row", "id", "score", "title", "missing")  # fmt: skip
    console.table(
        columns,
        [
            (
                str(examinations[n].row),
                examinations[n].record_id,
                f"{examinations[n].score:3d}",
                titles[n],
                _names(examinations[n].missing(), console.language) or "—",
            )
            for n in order[:_MOST_SHOWN]
        ],
    )
    if len(order) > _MOST_SHOWN:
        left = len(order) - _MOST_SHOWN
        console.result(
            console.choose(f"… 另有 {left} 行，用 -o 写出全部", f"… {left} more rows; -o writes them all")
        )
    console.result()
    for pair in repeated[:_MOST_SHOWN]:
        percent = round(100 * pair.similarity)
        console.result(
            console.choose(
                f"近似重复：{pair.first_id} 与 {pair.second_id}（{percent}%）",
                f"near duplicates: {pair.first_id} and {pair.second_id} ({percent} %)",
            )
        )
    console.result(_summary(console, records, examinations, repeated))
    if examinations and (worst := examinations[order[0]]).missing():
        console.result(console.choose(f"先问（{worst.record_id}）：", f"ask first ({worst.record_id}):"))
        for sentence in worst.advice(console.language)[:3]:
            console.result(f"  · {sentence}")


def _summary(
    console: Console,
    records: RecordList[Need] | RecordList[Offer],
    examinations: Sequence[Examination],
    repeated: Sequence[NearDuplicate],
) -> str:
    count, skipped = len(examinations), records.rows_skipped
    mean = round(sum(examination.score for examination in examinations) / count) if count else 0
    faults = sum(records.warning_counts.values())
    kind_zh, kind_en = ("需求", "needs") if records.kind == "needs" else ("成果", "offers")
    return console.choose(
        f"{count} 条{kind_zh}，平均完整度 {mean}，跳过 {skipped} 行，近似重复 {len(repeated)} 对，警告 "
        f"{faults} 处。",
        f"{count} {kind_en}, mean score {mean}, {skipped} rows skipped, {len(repeated)} near-duplicate "
        "pairs, "
        f"{faults} warnings.",
    )


def result_table(
    titles: Sequence[str],
    examinations: Sequence[Examination],
    repeated: Sequence[NearDuplicate],
    language: str,
) -> tuple[list[str], list[list[Cell]]]:
    """Return the clinic's result as columns and rows, in the order of the list."""
    like: dict[str, list[str]] = {}
    for pair in repeated:
        like.setdefault(pair.first_id, []).append(pair.second_id)
        like.setdefault(pair.second_id, []).append(pair.first_id)
    columns = [
        "row",
        "id",
        "title",
        "score",
        "missing",
        "advice",
        "found in text",
        "vague words",
        "near duplicates",
    ]
    if language == "zh":
        columns = ["行", "编号", "标题", "完整度", "缺少", "建议", "文中找到", "空泛用语", "近似重复"]
    rows: list[list[Cell]] = []
    for title, examination in zip(titles, examinations, strict=True):
        found = [f"{_names([f.element], language)}: {f.quote}" for f in examination.findings if f.quote]
        rows.append(
            [
                examination.row,
                examination.record_id,
                title,
                examination.score,
                _names(examination.missing(), language) or None,
                "\n".join(examination.advice(language)) or None,
                "\n".join(found) or None,
                ", ".join(vague.word for vague in examination.vague) or None,
                ", ".join(like.get(examination.record_id, [])) or None,
            ]
        )
    return columns, rows
