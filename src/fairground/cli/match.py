"""`fairground match`: two lists in, ranked and explained pairs out."""

import argparse
from datetime import date
from pathlib import Path

from fairground.cli.console import EXIT_HELP, EXIT_OK, Console
from fairground.cli.list_options import add_list_options, add_today, refuse_overwriting
from fairground.cli.weights_folder import read_weights
from fairground.collect.core.clinic import examine_need
from fairground.collect.core.lists import RecordList, read_needs, read_offers
from fairground.collect.core.records import Need, Offer
from fairground.kernel.tables import SheetToWrite, TableError, atomic_output, output_format, write_table
from fairground.language.encoders import Encoder, EncoderMissingError, neural_encoder
from fairground.match.core.engine import DIRECTIONS, match_lists
from fairground.match.core.results import Evidence, MatchRun, Verdict
from fairground.match.report.page import render_report
from fairground.match.report.rows import flat_rows, result_columns, result_rows, result_sheets

_DESCRIPTION = """Match a list of needs to a list of offers: ranked pairs, with the reason for each.
把需求清单与成果清单对接：排序、打分，并逐条说明理由。

Reads xlsx, csv, tsv, jsonl, parquet (csv, tsv, jsonl also as .gz), Chinese, English or mixed. Columns are found by
their names; `fairground check` shows what each row lacks. Nothing leaves this machine."""

_EPILOG = f"""examples / 示例:
  fairground match needs.xlsx offers.xlsx -o matches.xlsx --report report.html
  fairground match 需求.csv 成果.csv -o 对接.xlsx --top 5 --lang zh
  fairground match needs.jsonl offers.parquet -o pairs.jsonl.gz --direction needs

how to read the result / 怎么读:
  score      0-1, near the weaker of "the offer fits the need" and "the need fits the offer"
             0–1，接近“成果合需求”与“需求合成果”中较弱的一侧
  evidence   enough | thin | none: how much of it the texts really say
             依据：充分 | 单薄 | 不足
  met / missing / contradicted   each requirement, with the sentence of the offer that shows it
             每条要求：满足 | 未找到 | 矛盾，并引原句

{EXIT_HELP}"""

_STAGES = {
    "needs": ("为需求排序", "ranking offers for needs"),
    "offers": ("为成果排序", "ranking needs for offers"),
    "explain": ("核对要求", "checking requirements"),
}


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command `match`."""
    parser = subparsers.add_parser(
        "match",
        help="match a list of needs to a list of offers 需求与成果对接",
        description=_DESCRIPTION,
        epilog=_EPILOG,
    )
    parser.add_argument("needs", metavar="NEEDS", type=Path, help="table file with needs 需求清单")
    parser.add_argument("offers", metavar="OFFERS", type=Path, help="table file with offers 成果清单")
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="OUT",
        help="result file: xlsx, csv, tsv, jsonl, parquet 结果文件",
    )  # fmt: skip
    parser.add_argument(
        "--report", type=Path, metavar="HTML", help="also write a page to read and print 另存报告网页"
    )
    parser.add_argument(
        "--top",
        type=_at_least_one,
        default=10,
        metavar="N",
        help="partners for each record (default: 10) 每条取前 N",
    )
    parser.add_argument(
        "--direction", choices=DIRECTIONS, default="both",
        help="rank offers for needs, needs for offers, or both (default: both) 方向",
    )  # fmt: skip
    parser.add_argument(
        "--keep-blocked", action="store_true",
        help="keep pairs that a condition rules out, at the foot of their list 保留被条件排除的组合",
    )  # fmt: skip
    parser.add_argument(
        "--weights",
        type=Path,
        metavar="DIR",
        help="weights that `fairground learn` wrote (default: the shipped ones) 使用自己学习的权重",
    )
    parser.add_argument(
        "--neural",
        action="store_true",
        help="read meaning with a neural encoder as well: slower, English only, needs the extra [neural] "
        "加用神经编码器（较慢，仅英文）",
    )
    add_today(parser, "the date deadlines are read against (default: today) 判断期限的日期")
    add_list_options(parser, (("needs", "需求"), ("offers", "成果")))
    parser.set_defaults(run=match)


def match(arguments: argparse.Namespace, console: Console) -> int:
    """Run the command; returns an exit code."""
    output_format(arguments.output)  # before the work, not after it
    refuse_overwriting((arguments.needs, arguments.offers), (arguments.output, arguments.report))
    _refuse_one_name_for_both(arguments.output, arguments.report)
    weights = read_weights(arguments.weights) if arguments.weights else None
    needs = read_needs(arguments.needs, sheet=arguments.needs_sheet, strict=arguments.strict)
    offers = read_offers(arguments.offers, sheet=arguments.offers_sheet, strict=arguments.strict)
    for records in (needs, offers):
        console.warnings(records.warnings, dict(records.warning_counts))
    bars = console.stages({name: console.choose(*labels) for name, labels in _STAGES.items()})
    run = match_lists(
        needs.records,
        offers.records,
        top=arguments.top,
        direction=arguments.direction,
        today=arguments.today or date.today(),
        keep_blocked=arguments.keep_blocked,
        weights=weights,
        encoder=_encoder() if arguments.neural else None,
        progress=bars,
    )
    _write(run, arguments.output)
    console.say(f"已写出 {arguments.output}", f"wrote {arguments.output}")
    if arguments.report:
        _write_report(run, arguments, console, needs, offers)
    console.result(_summary(run, console))
    return EXIT_OK


def _encoder() -> Encoder:
    try:
        return neural_encoder()
    except EncoderMissingError as error:
        raise TableError(
            "未安装神经编码器。请先运行 pip install 'fairground[neural]'，或去掉 --neural。",
            f"{error}, or leave out --neural.",
        ) from error


def _at_least_one(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def _refuse_one_name_for_both(output: Path, report: Path | None) -> None:
    if report is not None and output.absolute() == report.absolute():
        raise TableError(
            "结果文件与报告同名，未作任何改动。请给报告换一个名字。",
            "The result and the report have the same name; nothing was changed. Give the report another name.",
        )


def _write(run: MatchRun, path: Path) -> None:
    if output_format(path) == "xlsx":
        first, *rest = result_sheets(run)
        more = [SheetToWrite(sheet.name, sheet.columns, flat_rows(sheet.rows)) for sheet in rest]
        write_table(path, first.columns, flat_rows(first.rows), sheet=first.name, sheets=more)
    else:
        write_table(path, result_columns(run), flat_rows(result_rows(run)))


def _write_report(
    run: MatchRun,
    arguments: argparse.Namespace,
    console: Console,
    needs: RecordList[Need],
    offers: RecordList[Offer],
) -> None:
    page = render_report(
        run,
        generated=arguments.today or date.today(),
        language=console.language,
        warnings=[*needs.warnings, *offers.warnings],
        warning_count=sum(needs.warning_counts.values()) + sum(offers.warning_counts.values()),
        completeness={need.id: examine_need(need).score for need in needs.records},
    )
    with atomic_output(arguments.report) as stream:
        stream.write(page.encode("utf-8"))
    console.say(f"已写出 {arguments.report}", f"wrote {arguments.report}")


def _summary(run: MatchRun, console: Console) -> str:
    best = [pair for pair in run.matches if (pair.rank_for_need or pair.rank_for_offer) == 1]
    enough = sum(pair.evidence is Evidence.ENOUGH and pair.rank_for_need == 1 for pair in run.matches)
    against = sum(
        any(judgement.verdict is Verdict.CONTRADICTED for judgement in pair.judgements) for pair in best
    )
    return console.choose(
        f"{len(run.needs)} 条需求 × {len(run.offers)} 项成果：{len(run.matches)} 对；"
        f"首选依据充分的需求 {enough} 条，首选中有矛盾的 {against} 对。",
        f"{len(run.needs)} needs × {len(run.offers)} offers: {len(run.matches)} pairs; "
        f"{enough} needs whose best offer has enough evidence, {against} best pairs with a contradiction.",
    )
