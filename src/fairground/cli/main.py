"""`fairground …`: one command a stage, each in a module of its own."""

import argparse
import sys
import traceback
from collections.abc import Sequence

from fairground import __version__
from fairground.cli import collect, geocode, index, labels, learn, match, pairs, serve, work
from fairground.cli.console import EXIT_HELP, EXIT_INTERNAL, Console, Parser, reader_language, run_command

# A new stage's commands: one line here; the module has register(subparsers).
_MODULES = (match, collect, geocode, learn, labels, serve, index, pairs, work)

_DESCRIPTION = """Match technology offers to needs, Chinese and English, on plain table files.
用普通表格文件对接技术成果与需求，中英文皆可。

`match`, `check`, `geocode` and `learn` need no server, account or network: files in, files out. `serve` runs the
portal.
match、check、geocode、learn 无需服务器、账号和网络；serve 启动门户。"""

_EPILOG = f"""examples / 示例:
  fairground match needs.xlsx offers.xlsx -o matches.xlsx --report report.html
                                           the main job           主要功能：对接两份清单
  fairground check needs.xlsx              what is missing in each need  每条需求缺什么
  fairground check offers.csv -o out.xlsx  the same as a table           结果存为表格
  fairground check --help                  all about one command         单个命令的说明

{EXIT_HELP}"""


def build_parser() -> argparse.ArgumentParser:
    """Return the parser with every command of `_MODULES`."""
    parser = Parser(prog="fairground", description=_DESCRIPTION, epilog=_EPILOG)
    parser.add_argument("--version", action="version", version=f"fairground {__version__}")
    commands = parser.add_subparsers(title="commands / 命令", metavar="COMMAND", required=True)
    for module in _MODULES:
        module.register(commands)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; see `EXIT_HELP`."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character gets '?', not a traceback.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        arguments = build_parser().parse_args(argv)
    except SystemExit as leaving:  # argparse leaves this way for --help, --version and wrong arguments
        return leaving.code if isinstance(leaving.code, int) else 0
    console = Console(reader_language(getattr(arguments, "lang", None)))
    try:
        return run_command(console, lambda: int(arguments.run(arguments, console)))
    except Exception:  # noqa: BLE001  # the last line of defence: said as our fault, with what a report needs
        traceback.print_exc()
        console.say(
            "以上为程序错误，不是您的数据或操作问题。原有文件未改动。"
            "请将以上内容反馈给我们（先删去保密信息）。",
            "This is a fault of the program, not of your data. Existing files are unchanged. Please "
            "report the "
            "lines above (without anything confidential).",
        )
        return EXIT_INTERNAL
