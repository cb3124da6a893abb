"""`fairground labels`: what became of a hub's introductions, as the files that `fairground learn` reads."""

import argparse
from pathlib import Path

from fairground.cli.console import EXIT_HELP, EXIT_OK, Console
from fairground.cli.portal import set_up_portal
from fairground.kernel.tables import TableError

_DESCRIPTION = """What became of the portal's introductions, as files that `fairground learn` reads.
把门户里引荐的结果导出为 fairground learn 可读的文件。

OUT_DIR gets needs.jsonl, offers.jsonl and outcomes.csv. Only records that everybody may read are in them, without
contacts and protected detail. Outcomes marked confidential are counted and never written; what was not answered is no
label. Files of the same names are replaced."""

_EPILOG = f"""example / 示例:
  fairground labels our_labels
  fairground learn our_labels/outcomes.csv --needs our_labels/needs.jsonl --offers our_labels/offers.jsonl

{EXIT_HELP}"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command `labels`."""
    parser = subparsers.add_parser(
        "labels", help="export outcomes as labels 导出引荐结果", description=_DESCRIPTION, epilog=_EPILOG
    )
    parser.add_argument("folder", metavar="OUT_DIR", type=Path, help="folder, made if it is not there 文件夹")
    parser.add_argument(
        "--hub", metavar="CODE", help="code of the hub, where the portal serves several 枢纽代码"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Run the command; returns an exit code."""
    set_up_portal()
    from fairground.accounts.models import Hub
    from fairground.match.outcomes_export import export_labels

    hubs = list(Hub.objects.order_by("code"))
    chosen = [hub for hub in hubs if arguments.hub in (None, hub.code)]
    if len(chosen) != 1:
        codes = " ".join(hub.code for hub in hubs)
        raise TableError(
            f"请用 --hub 指明枢纽。可选：{codes or '尚无枢纽'}。没有写出任何文件。",
            f"Name the hub with --hub. There is: {codes or 'none yet'}. Nothing was written.",
        )
    arguments.folder.mkdir(parents=True, exist_ok=True)
    found = export_labels(chosen[0].pk, arguments.folder)
    counts, labels = found.labels.counts, found.labels
    console.result(
        console.choose(
            f"写出 {len(labels.pairs)} 对：接受 {counts.accepted}（{counts.needs} 条需求），部分符合 {counts.partial}，"
            f"拒绝 {counts.declined}，原因与是否契合无关 {counts.silent}；未写出：保密 {labels.confidential}，"
            f"无答复或未定 {labels.silent}，记录未公开 {labels.closed}。",
            f"{len(labels.pairs)} pairs: {counts.accepted} accepted ({counts.needs} needs), {counts.partial} in part, "
            f"{counts.declined} declined, {counts.silent} for reasons that say nothing about fit; not written: "
            f"{labels.confidential} confidential, {labels.silent} unanswered or open, {labels.closed} of records not "
            "open to all.",
        )
    )
    console.say(
        f"已写出 {arguments.folder}：需求 {found.needs} 条，成果 {found.offers} 项。",
        f"wrote {arguments.folder}: {found.needs} needs, {found.offers} offers.",
    )
    return EXIT_OK
