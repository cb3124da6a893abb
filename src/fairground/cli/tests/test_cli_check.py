"""The command line: results to stdout, remarks to stderr, exit codes for scripts, no tracebacks."""

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fairground import __version__
from fairground.cli import collect
from fairground.cli import main as cli_main
from fairground.cli.console import (
    EXIT_INTERNAL,
    EXIT_INTERRUPTED,
    EXIT_OK,
    EXIT_STRICT,
    EXIT_UNREADABLE,
    EXIT_USAGE,
    Console,
    cut,
    padded,
    reader_language,
    shown_width,
)
from fairground.cli.main import main
from fairground.kernel.tables import read_table, write_table

_COLUMNS = ["编号", "需求名称", "问题", "预期目标", "TRL"]


@pytest.fixture
def needs(tmp_path: Path) -> Path:
    path = tmp_path / "needs.csv"
    rows: list[list[Any]] = [
        ["N1", "带钢检测", "漏检多", "准确率不低于 97%", "7"],
        ["N2", "轻质合金", None, None, None],
        ["N2", "轻质合金", None, None, None],
    ]
    write_table(path, _COLUMNS, rows)
    return path


def test_check_shows_the_least_complete_first(needs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(needs), "--lang", "zh"]) == EXIT_OK
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert lines[0].split() == ["行", "编号", "完整度", "标题", "缺少"]
    assert [line.split()[1] for line in lines[2:5]] == ["N2", "N2-2", "N1"]
    assert "近似重复：N2 与 N2-2（100%）" in lines
    assert any(line.startswith("3 条需求") for line in lines)
    assert "编号“N2”重复" in err


def test_check_writes_every_format(needs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for ending in ("xlsx", "csv", "tsv", "jsonl", "parquet"):
        output = tmp_path / f"out.{ending}"
        assert main(["check", str(needs), "-o", str(output), "--lang", "en"]) == EXIT_OK
        table = read_table(output)
        assert table.columns[:5] == ("row", "id", "title", "score", "missing")
        assert [row.cells[1] for row in table.rows] == ["N1", "N2", "N2-2"]
        assert [row.cells[8] for row in table.rows] == [None, "N2-2", "N2"]
    assert "wrote" in capsys.readouterr().err


def test_check_finds_out_offers_by_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "list.csv"
    write_table(path, ["成果名称", "技术优势"], [["激光器", "功率高 20%"]])
    assert main(["check", str(path), "--lang", "en"]) == EXIT_OK
    assert "1 offers" in capsys.readouterr().out


@pytest.mark.parametrize("language", ["zh", "en"])
def test_expected_failures_have_a_code_and_no_traceback(
    tmp_path: Path, needs: Path, capsys: pytest.CaptureFixture[str], language: Any
) -> None:
    empty = tmp_path / "empty.csv"
    empty.touch()
    wrong = tmp_path / "wrong.csv"
    write_table(wrong, ["when", "who"], [["a", "b"]])
    unclear = tmp_path / "unclear.csv"
    write_table(unclear, ["title"], [["a"]])
    commands = [
        ([str(tmp_path / "none.csv")], EXIT_UNREADABLE),
        ([str(empty)], EXIT_UNREADABLE),
        ([str(wrong), "--kind", "needs"], EXIT_UNREADABLE),
        ([str(unclear)], EXIT_UNREADABLE),
        ([str(needs), "-o", str(tmp_path / "out.pdf")], EXIT_UNREADABLE),
        ([str(needs), "-o", str(needs)], EXIT_UNREADABLE),
        ([str(needs), "--strict"], EXIT_STRICT),
    ]
    before = needs.read_bytes()
    for arguments, code in commands:
        assert main(["check", *arguments, "--lang", language]) == code
        out, err = capsys.readouterr()
        assert err.startswith("错误：" if language == "zh" else "error: ")
        assert out == ""
    assert needs.read_bytes() == before


@pytest.mark.parametrize(
    "arguments", [[], ["bogus"], ["check"], ["check", "a.csv", "--kind", "both"], ["check", "a", "b"]]
)
def test_wrong_arguments(arguments: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == EXIT_USAGE
    assert "--help" in capsys.readouterr().err


def test_help_and_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == EXIT_OK
    assert capsys.readouterr().out == f"fairground {__version__}\n"
    for arguments in (["--help"], ["check", "--help"]):
        assert main(arguments) == EXIT_OK
        text = capsys.readouterr().out
        assert "examples / 示例" in text
        for code in (EXIT_OK, EXIT_USAGE, EXIT_UNREADABLE, EXIT_STRICT, EXIT_INTERNAL, EXIT_INTERRUPTED):
            assert f"\n  {code} " in text


def test_interrupt_and_program_faults(
    needs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "out.csv"

    def failing(error: BaseException) -> Callable[..., None]:
        def fail(*_: object) -> None:
            raise error

        return fail

    monkeypatch.setattr(collect, "examine_need", failing(KeyboardInterrupt()))
    assert main(["check", str(needs), "-o", str(output)]) == EXIT_INTERRUPTED
    monkeypatch.setattr(collect, "examine_need", failing(ZeroDivisionError()))
    assert main(["check", str(needs), "-o", str(output), "--lang", "en"]) == EXIT_INTERNAL
    assert "fault of the program" in capsys.readouterr().err
    assert sorted(os.listdir(tmp_path)) == ["needs.csv"]


@pytest.mark.skipif(os.name != "posix", reason="sends a POSIX signal")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_running_command_can_be_stopped(tmp_path: Path, number: Any) -> None:
    path, output = tmp_path / "needs.csv", tmp_path / "out.csv"
    output.write_text("old", encoding="utf-8")
    rows = ([f"N{n}", "标题", "问题 " * 200, "目标", "6"] for n in range(8_000))
    write_table(path, _COLUMNS, rows)
    source = Path(cli_main.__file__).parents[2]
    command = [sys.executable, "-m", "fairground", "check", str(path), "-o", str(output), "--lang", "en"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(source)}
    )
    assert process.stderr is not None
    assert process.stderr.readline().startswith(b"examining needs")
    time.sleep(0.2)
    process.send_signal(number)
    _, err = process.communicate(timeout=30)
    assert process.returncode == EXIT_INTERRUPTED
    assert b"Interrupted" in err
    assert b"Traceback" not in err
    assert output.read_text(encoding="utf-8") == "old"
    assert sorted(os.listdir(tmp_path)) == ["needs.csv", "out.csv"]


def test_reader_language() -> None:
    assert reader_language("zh", {"LANG": "en_GB.UTF-8"}) == "zh"
    assert reader_language(None, {"LANG": "zh_CN.UTF-8"}) == "zh"
    assert reader_language(None, {"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}) == "en"
    assert reader_language(None, {}) == "en"


@pytest.mark.parametrize(("text", "width"), [("abc", 3), ("技术", 4), ("ｅ", 2), ("é", 1), ("", 0)])
def test_shown_width(text: Any, width: Any) -> None:
    assert shown_width(text) == width


def test_cut_and_padded_agree_with_shown_width() -> None:
    for width in range(1, 14):
        text = cut("技术 need 清单", width)
        assert shown_width(text) <= width
        assert shown_width(padded(text, width)) == width


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_table_columns_line_up_with_chinese() -> None:
    out = io.StringIO()
    Console("zh", out=out).table(("编号", "标题"), [("N1", "轻质\n合金"), ("长编号", "b")])
    assert out.getvalue().splitlines() == [
        "编号    标题",
        "──────  ─────────",
        "N1      轻质 合金",
        "长编号  b",
    ]


def test_progress_is_a_bar_on_a_terminal_and_a_line_elsewhere() -> None:
    terminal, plain = _Terminal(), io.StringIO()
    assert list(Console("en", err=terminal).progress([1, 2], 2, "读", "reading")) == [1, 2]
    assert list(Console("zh", err=plain).progress([1, 2], 2, "读", "reading")) == [1, 2]
    assert terminal.getvalue().endswith("100 %\n")
    assert plain.getvalue() == "读 (2)\n"
