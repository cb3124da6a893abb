"""`fairground learn`: what became of introduced pairs in, weights for this office out, if they are better."""

import argparse
from datetime import date
from pathlib import Path

from fairground.cli.console import EXIT_HELP, EXIT_OK, Console
from fairground.cli.list_options import add_list_options, add_today
from fairground.cli.weights_folder import (
    read_weights,
    refuse_fewer_labels,
    refuse_foreign_folder,
    replace_weights,
)
from fairground.collect.core.lists import read_needs, read_offers
from fairground.kernel.tables import TableError
from fairground.match.core.hub_lists import measure_hub
from fairground.match.core.labels import ACCEPTED_FROM, PairList, read_pairs
from fairground.match.core.learning import Learned, Settings, learn
from fairground.match.core.learning_figures import Figures
from fairground.match.core.learning_record import (
    LEAST_ACCEPTED,
    LEAST_NEEDS,
    Counts,
    counted,
    missing_labels,
    placed_labels,
    record_of,
    versioned,
)
from fairground.match.core.texts import texts_of_need, texts_of_offer
from fairground.match.core.weights import shipped_weights

EXIT_NO_GAIN = 5

_DESCRIPTION = """Learn from what became of pairs: re-fit the weights to your own accepted and declined pairs.
用本单位对接的结果（接受、拒绝）重新拟合权重，并用交叉验证说明是否有用。

PAIRS is a table with the columns need_id, offer_id, outcome (accepted | declined, or a grade 0-3) and, if you like,
reason (why it was declined) and confidential. Rows marked confidential are counted and never used. Pairs declined for
a reason that says nothing about fit (timing or budget, price or terms, already have it, IPR, region or export, no
answer) are left out of learning. The new weights are written only if they are better beyond doubt on needs they did
not see. Nothing leaves this machine."""

_EPILOG = f"""examples / 示例:
  fairground learn pairs.xlsx --needs needs.xlsx --offers offers.xlsx             report only  只报告
  fairground learn pairs.xlsx --needs needs.xlsx --offers offers.xlsx -o our_weights
  fairground match needs.xlsx offers.xlsx -o matches.xlsx --weights our_weights

At least {LEAST_ACCEPTED} accepted pairs (or graded {ACCEPTED_FROM} or 3) of at least {LEAST_NEEDS} needs are needed.
至少需要 {LEAST_ACCEPTED} 对“接受”（或分级 {ACCEPTED_FROM}、3），涉及至少 {LEAST_NEEDS} 条需求。

{EXIT_HELP}
  5    learning did not help; nothing was written    学习没有改进，未写出任何文件"""

_STAGES = {
    "needs": ("按需求计算", "measuring offers for needs"),
    "offers": ("按成果计算", "measuring needs for offers"),
    "learn": ("拟合与交叉验证", "fitting and cross-validating"),
}


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command `learn`."""
    parser = subparsers.add_parser(
        "learn",
        help="learn from accepted and declined pairs 从对接结果中学习",
        description=_DESCRIPTION,
        epilog=_EPILOG,
    )
    parser.add_argument(
        "pairs", metavar="PAIRS", type=Path, help="table file: what became of pairs 对接结果表"
    )
    parser.add_argument("--needs", type=Path, required=True, help="table file with needs 需求清单")
    parser.add_argument("--offers", type=Path, required=True, help="table file with offers 成果清单")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="DIR",
        help="folder for the new weights; without it the command only reports 新权重的文件夹",
    )  # fmt: skip
    parser.add_argument(
        "--base", type=Path, metavar="DIR", help="weights to start from (default: the shipped ones) 起始权重"
    )
    parser.add_argument(
        "--folds",
        type=_folds,
        default=5,
        metavar="N",
        help="parts for cross-validation, 3-20 (default: 5) 折数",
    )
    parser.add_argument(
        "--unlabelled-weight", type=_share, default=0.2, metavar="W",
        help="what an offer nobody judged counts against a declined one, above 0 up to 1 (default: 0.2) 未标注项的权重",
    )  # fmt: skip
    parser.add_argument(
        "--force-report-only", action="store_true",
        help="report even with too few labels; writes nothing 标注不足也报告，不写出",
    )  # fmt: skip
    add_today(parser, "the date put into the record (default: today) 记录中的日期")
    add_list_options(parser, (("pairs", "对接结果"), ("needs", "需求"), ("offers", "成果")))
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Run the command; returns an exit code."""
    may_write = arguments.output is not None and not arguments.force_report_only
    if may_write:
        refuse_foreign_folder(arguments.output)  # before the work, not after it
    base = read_weights(arguments.base) if arguments.base else shipped_weights()
    needs = read_needs(arguments.needs, sheet=arguments.needs_sheet, strict=arguments.strict)
    offers = read_offers(arguments.offers, sheet=arguments.offers_sheet, strict=arguments.strict)
    need_ids, offer_ids = [need.id for need in needs.records], [offer.id for offer in offers.records]
    pairs = read_pairs(
        arguments.pairs, need_ids, offer_ids, sheet=arguments.pairs_sheet, strict=arguments.strict
    )
    for warnings, numbers in (
        (needs.warnings, needs.warning_counts),
        (offers.warnings, offers.warning_counts),
        (pairs.warnings, pairs.warning_counts),
    ):
        console.warnings(warnings, dict(numbers))
    counts = counted(pairs.pairs)
    _say_what_was_read(console, pairs, counts)
    _refuse_too_few(counts, report_only=arguments.force_report_only)
    if may_write:
        refuse_fewer_labels(arguments.output, counts.accepted)
    labels = placed_labels(pairs.pairs, need_ids, offer_ids)
    stages = console.stages({name: console.choose(*texts) for name, texts in _STAGES.items()})
    hub = measure_hub(
        [texts_of_need(need) for need in needs.records],
        [texts_of_offer(offer) for offer in offers.records],
        [need for need, _ in labels.accepted()],
        progress=stages,
    )
    settings = Settings(unlabelled_weight=arguments.unlabelled_weight, folds=arguments.folds)
    found = learn(hub, labels, need_ids, base, settings=settings, progress=stages)
    _report(console, found)
    if not found.helped:
        console.result(
            console.choose(
                "结论：学习没有带来可靠的改进，未写出任何文件；请继续使用现有权重。",
                "Learning did not help beyond doubt; nothing was written. Keep the weights you have.",
            )
        )
        return EXIT_NO_GAIN
    console.result(console.choose("结论：学习有用。", "Learning helped."))
    if not may_write:
        console.say("仅报告，未写出任何文件。", "Report only; nothing was written.")
        return EXIT_OK
    made = (arguments.today or date.today()).isoformat()
    weights = versioned(found.weights, base, pairs.pairs, made)
    record = record_of(
        found,
        base,
        counts,
        settings,
        confidential=pairs.confidential,
        command="fairground learn",
        made=made,
    )
    replace_weights(arguments.output, weights, record)
    console.say(
        f"已写出 {arguments.output}（{weights.version}）", f"wrote {arguments.output} ({weights.version})"
    )
    return EXIT_OK


def _folds(text: str) -> int:
    number = int(text)
    if not 3 <= number <= 20:
        raise argparse.ArgumentTypeError("must be from 3 to 20")
    return number


def _share(text: str) -> float:
    number = float(text)
    if not 0 < number <= 1:
        raise argparse.ArgumentTypeError("must be above 0 and at most 1")
    return number


def _refuse_too_few(counts: Counts, *, report_only: bool) -> None:
    least_accepted, least_needs = (2, 2) if report_only else (LEAST_ACCEPTED, LEAST_NEEDS)
    more_pairs, more_needs = missing_labels(counts, least_accepted, least_needs)
    if more_pairs or more_needs:
        raise TableError(
            f"标注太少，无法学习：接受 {counts.accepted} 对，涉及 {counts.needs} 条需求；"
            f"至少需要 {least_accepted} 对、"
            f"{least_needs} 条需求，还差 {more_pairs} 对、{more_needs} 条需求。现有权重未改动；请积累更多结果后再试。",
            f"Too few labels to learn from: {counts.accepted} accepted pairs of {counts.needs} needs; at least "
            f"{least_accepted} pairs of {least_needs} needs are wanted, {more_pairs} pairs and {more_needs} needs are "
            "missing. The weights you have are unchanged; come back with more outcomes.",
        )


def _say_what_was_read(console: Console, pairs: PairList, counts: Counts) -> None:
    console.result(
        console.choose(
            f"读入 {pairs.rows_read} 行：接受 {counts.accepted}（{counts.needs} 条需求），拒绝 {counts.declined}，"
            f"部分符合 {counts.partial}；不用于学习：原因与是否契合无关 {counts.silent}，保密 {pairs.confidential}，"
            f"未定 {pairs.undecided}。",
            f"{pairs.rows_read} rows: {counts.accepted} accepted ({counts.needs} needs), {counts.declined} "
            f"declined, {counts.partial} in part; not learned from: {counts.silent} declined for reasons that say "
            f"nothing about fit, {pairs.confidential} confidential, {pairs.undecided} undecided.",
        )
    )


def _report(console: Console, found: Learned) -> None:
    zh, difference = console.language == "zh", found.difference
    before, after = _row(found.base), _row(found.learned)
    names = (
        ("nDCG@10", "各折", "接受项平均名次", "AUC 接受高于拒绝")
        if zh
        else ("nDCG@10", "by fold", "mean rank of accepted", "AUC accepted over declined")
    )
    heading = console.choose("未参与拟合的需求上（交叉验证）", "on needs the fit did not see")
    console.table(
        (heading, *names),
        (
            (console.choose("现有权重", "weights as they were"), *before),
            (console.choose("学习后", "learned"), *after),
        ),
    )
    console.result(
        console.choose(
            f"nDCG@10 之差 {difference.mean:+.4f}，95% 区间 {difference.low:+.4f} 至 {difference.high:+.4f}，"
            f"符号检验 p = {difference.p:.4f}；变好 {difference.better} 条需求，变差 {difference.worse} 条。",
            f"difference of nDCG@10 {difference.mean:+.4f}, 95 % interval {difference.low:+.4f} to "
            f"{difference.high:+.4f}, p = {difference.p:.4f} by random signs; {difference.better} needs better, "
            f"{difference.worse} worse.",
        )
    )
    if found.not_considered:
        console.say(
            f"有 {found.not_considered} 对“接受”不在候选之中，权重无法改变它们。",
            f"{found.not_considered} accepted pairs are not among the candidates; no weights can bring them back.",
        )


def _row(figures: Figures) -> tuple[str, ...]:
    folds = " ".join(f"{value:.3f}" for value in figures.ndcg10_by_fold)
    auc = "–" if figures.auc is None else f"{figures.auc:.3f}"
    return f"{figures.ndcg10:.4f}", folds, f"{figures.mean_rank:.1f}", auc
