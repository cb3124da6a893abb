"""Options and refusals that every command with lists shares."""

import argparse
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from fairground.cli.console import add_language
from fairground.kernel.tables import TableError


def add_list_options(parser: argparse.ArgumentParser, sheets: Iterable[tuple[str, str]] = ()) -> None:
    """Give a command `--strict` and `--lang`, and a sheet option for each of its lists (name, name in Chinese)."""
    for name, name_zh in sheets:
        parser.add_argument(
            f"--{name}-sheet", metavar="NAME", help=f"sheet of the {name} workbook {name_zh}工作表"
        )
    parser.add_argument(
        "--strict",
        action="store_true",
        help="stop at the first fault that loses or changes data 遇到问题即停止",
    )
    add_language(parser)


def add_today(parser: argparse.ArgumentParser, meaning: str) -> None:
    """Give a command `--today`, so that its result can be had again on another day."""
    parser.add_argument("--today", type=date.fromisoformat, default=None, metavar="YYYY-MM-DD", help=meaning)


def refuse_overwriting(sources: Iterable[Path], outputs: Iterable[Path | None]) -> None:
    """Refuse an output that is one of the inputs.

    Raises
    ------
    TableError: with both paths the same file; nothing has been written yet.
    """
    existing = [source for source in sources if source.exists()]
    for output in outputs:
        for source in existing:
            if output is not None and output.exists() and output.samefile(source):
                raise TableError(
                    f"输出文件就是输入文件“{source}”，未作任何改动。请换一个输出名。",
                    f"The output is the input itself, {source}; nothing was changed. Choose another name.",
                )
