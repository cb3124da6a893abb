"""What every command shares: exit codes, the reader's language, tables on a terminal, progress, errors."""

import argparse
import os
import shutil
import signal
import sys
import threading
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import FrameType
from typing import NoReturn, TextIO, TypeVar

from fairground.kernel.tables import StrictTableError, TableError, TableWarning

EXIT_OK = 0
EXIT_USAGE = 2
EXIT_UNREADABLE = 3
EXIT_STRICT = 4
EXIT_INTERNAL = 70
EXIT_INTERRUPTED = 130

EXIT_HELP = """exit codes / 退出码:
  0    done (warnings may have been listed)          完成（可能列有警告）
  2    wrong arguments                               参数有误
  3    unreadable input, wrong columns, no output    输入无法读取、列不对或无法写出
  4    --strict stopped at the first warning         --strict 在首个警告处停止
  70   a fault of the program; please report it      程序错误，请反馈
  130  interrupted; nothing half-written was left    已中断，未留下不完整的文件"""

Item = TypeVar("Item")


class Parser(argparse.ArgumentParser):
    """An argument parser whose help keeps its line breaks and whose errors point to --help."""

    def __init__(self, *args: object, **options: object) -> None:
        options.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(*args, **options)  # type: ignore[arg-type]  # passed on as argparse takes them

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(EXIT_USAGE, f"{self.prog}: {message}\n{self.prog} --help\n")


def reader_language(asked: str | None = None, environment: dict[str, str] | None = None) -> str:
    """Return 'zh' or 'en': what was asked for, else what the environment's locale says, else 'en'."""
    if asked in ("zh", "en"):
        return asked
    environment = dict(os.environ) if environment is None else environment
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environment.get(name):
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


def add_language(parser: argparse.ArgumentParser) -> None:
    """Give a command the option --lang."""
    parser.add_argument(
        "--lang", choices=("zh", "en"), help="language of messages and tables (default: from LANG) 消息语言"
    )


class Console:
    """Where a command speaks: results to standard output, everything else to standard error."""

    def __init__(self, language: str, *, out: TextIO | None = None, err: TextIO | None = None) -> None:
        self.language = language
        self._out = out or sys.stdout
        self._err = err or sys.stderr

    def choose(self, zh: str, en: str) -> str:
        """Return the text for the reader."""
        return zh if self.language == "zh" else en

    def result(self, text: str = "") -> None:
        """Write one line of the result."""
        self._out.write(text + "\n")

    def say(self, zh: str, en: str) -> None:
        """Write one remark to standard error."""
        self._err.write(self.choose(zh, en) + "\n")

    def error(self, error: TableError) -> None:
        """Write an expected failure, without a traceback."""
        self._err.write(self.choose("错误：", "error: ") + error.in_language(self.language) + "\n")

    def warnings(self, warnings: Sequence[TableWarning], counts: dict[str, int], *, most: int = 3) -> None:
        """List warnings, at most `most` of each code, and say how many more there are."""
        shown: dict[str, int] = {}
        for warning in warnings:
            shown[warning.code] = shown.get(warning.code, 0) + 1
            if shown[warning.code] <= most:
                message = warning.in_language(self.language)
                self._err.write(f"{self.choose('警告', 'warning')} {self._place(warning)}: {message}\n")
        for code, count in counts.items():
            if count > most:
                self.say(f"警告 {code}：还有 {count - most} 处", f"warning {code}: {count - most} more")

    def _place(self, warning: TableWarning) -> str:
        row = self.choose(f"第{warning.row}行", f"row {warning.row}") if warning.row else None
        column = self.choose(f"列 {warning.column}", f"column {warning.column}") if warning.column else None
        return " · ".join(part for part in (warning.file, warning.sheet, row, column) if part)

    def width(self) -> int:
        """Return the width of the terminal in Latin letters; 100 where there is none."""
        return shutil.get_terminal_size((100, 24)).columns if self._out.isatty() else 100

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Write a table; Chinese characters count as two, the last column takes the space left."""
        body = [[" ".join(cell.split()) for cell in row] for row in rows]
        widths = [
            max([shown_width(name), *(shown_width(row[n]) for row in body)]) for n, name in enumerate(columns)
        ]
        limits = [min(width, 40) for width in widths[:-1]]
        last = max(20, self.width() - sum(limits) - 2 * len(limits))
        limits.append(min(widths[-1], last))
        for row in [list(columns), ["─" * width for width in limits], *body]:
            cells = [padded(cut(cell, width), width) for cell, width in zip(row, limits, strict=True)]
            self.result("  ".join(cells).rstrip())

    def progress(self, items: Iterable[Item], total: int, zh: str, en: str) -> Iterator[Item]:
        """Pass items on, with a bar on a terminal, and one line before and none after elsewhere."""
        label = self.choose(zh, en)
        if not self._err.isatty():
            self._err.write(f"{label} ({total})\n")
            yield from items
            return
        step = max(1, total // 100)
        for done, item in enumerate(items):
            if done % step == 0:
                self._bar(label, done, total)
            yield item
        self._bar(label, total, total)
        self._err.write("\n")

    def stages(self, labels: Mapping[str, str]) -> Callable[[str, int, int], None]:
        """Return a listener for work that reports (stage, done, total): a bar for each stage on a terminal,
        elsewhere one line when a stage begins."""
        begun: set[str] = set()
        shown: dict[str, int] = {}

        def listen(stage: str, done: int, total: int) -> None:
            label = labels[stage]
            if not self._err.isatty():
                if stage not in begun:
                    begun.add(stage)
                    self._err.write(f"{label} ({total})\n")
                return
            percent = 100 * done // total if total else 100
            if shown.get(stage) == percent:
                return
            shown[stage] = percent
            self._bar(label, done, total)
            if done >= total:
                self._err.write("\n")

        return listen

    def _bar(self, label: str, done: int, total: int) -> None:
        share = done / total if total else 1.0
        filled = round(24 * share)
        self._err.write(f"\r{label} [{'█' * filled}{'·' * (24 - filled)}] {round(100 * share):3d} %")
        self._err.flush()


def character_width(character: str) -> int:
    """Return how many columns of a terminal a character takes: 0, 1 or 2."""
    if unicodedata.combining(character) or unicodedata.category(character) in ("Cf", "Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def shown_width(text: str) -> int:
    """Return how many columns of a terminal a text takes.

    >>> shown_width("技术 TRL")
    8
    """
    return sum(map(character_width, text))


def cut(text: str, width: int) -> str:
    """Return the text cut to `width` columns, with '…' where something was left out.

    >>> cut("技术需求清单", 7)
    '技术需…'
    """
    if shown_width(text) <= width:
        return text
    kept, used = [], 0
    for character in text:
        used += character_width(character)
        if used > width - 1:
            break
        kept.append(character)
    return "".join(kept) + "…"


def padded(text: str, width: int) -> str:
    """Return the text filled with spaces to `width` columns."""
    return text + " " * max(0, width - shown_width(text))


def run_command(console: Console, command: Callable[[], int]) -> int:
    """Run a command and turn its expected failures into a message and an exit code."""
    with_signal = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGTERM, _interrupt) if with_signal else None
    try:
        code = command()
        sys.stdout.flush()  # here, so that a closed pipe is met below and not at the very end
        return code
    except StrictTableError as error:
        console.error(error)
        return EXIT_STRICT
    except TableError as error:
        console.error(error)
        return EXIT_UNREADABLE
    except KeyboardInterrupt:
        console.say(
            "\n已中断。未留下不完整的文件，原有文件未改动；可以直接重新运行。",
            "\nInterrupted. No half-written file was left, and existing files are unchanged; just run "
            "it again.",
        )
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # The reader of our output went away ('| head'); nothing more can be said to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_OK
    finally:
        if with_signal:
            signal.signal(signal.SIGTERM, before)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
