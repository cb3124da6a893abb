"""docs/operations.md names every setting, duty and folder there is, and no other."""

import ast
import re
from pathlib import Path

import pytest

from fairground.config import clock, environment
from fairground.config.environment import read_environment

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "operations.md"


def rows_below(heading: str) -> list[list[str]]:
    part = PAGE.read_text("utf-8").split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def settings_read() -> list[str]:
    """Return the names that environment.py reads, in its order."""
    tree = ast.parse(Path(environment.__file__).read_text("utf-8"))
    calls = [
        node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "read"
    ]
    names = [ast.literal_eval(call.args[0]) for call in calls]
    assert len(names) >= 10
    return names


def test_every_setting_is_told_and_every_told_setting_is_read() -> None:
    told = [row[0].strip("`") for row in rows_below("Settings")]
    assert sorted(told) == sorted(settings_read())


def test_no_other_part_of_the_program_reads_a_setting() -> None:
    # gunicorn.py reads what `serve --workers` hands to it
    handed_on = {"FAIRGROUND_WORKERS"}
    sources = [path for path in (ROOT / "src").rglob("*.py") if "tests" not in path.parts]
    named = {
        name
        for path in sources
        for name in re.findall(r"""environ[^\n]*["'](FAIRGROUND_\w+|DATABASE_URL)""", path.read_text("utf-8"))
    }
    assert named - handed_on - set(settings_read()) == set()


def test_told_defaults_are_those_of_the_code(tmp_path: Path) -> None:
    read = read_environment({"FAIRGROUND_HOME": str(tmp_path)})
    told = {row[0].strip("`"): row[1] for row in rows_below("Settings")}
    assert told["FAIRGROUND_MODE"].startswith(f"`{read.mode}`")
    assert told["FAIRGROUND_ADDRESS"].startswith(f"`{read.address}`")
    assert told["FAIRGROUND_SENDER"] == f"`{read.sender}`"
    assert told["FAIRGROUND_RATE_LIMITS"] == f"`{int(read.rate_limits)}`"
    assert (read.database_url, read.smtp_url, read.behind_proxy) == ("", "", False)


@pytest.mark.parametrize("mode", ["demonstration", "development", "production"])
def test_every_mode_is_explained(mode: str) -> None:
    told = {row[0].strip("`"): row[2] for row in rows_below("Settings")}
    assert f"`{mode}`" in told["FAIRGROUND_MODE"]


def test_every_duty_of_the_clock_is_told_with_its_rhythm() -> None:
    told = [(row[0], row[1]) for row in rows_below("The clock")]
    assert told == [(duty.name, f"{duty.every_s:g} s") for duty in clock.duties()]


def test_every_folder_of_the_home_is_told() -> None:
    told = {
        name.strip("`").strip("/") for row in rows_below("The home folder") for name in [row[0].split()[0]]
    }
    config = "".join(
        (ROOT / "src" / "fairground" / "config" / name).read_text("utf-8")
        for name in ("settings.py", "environment.py")
    )
    made = set(re.findall(r"(?:HOME|home) / \"([\w.-]+)\"", config))
    assert told == made


def test_every_limit_is_told() -> None:
    from fairground.config.settings import RATE_LIMITS

    told = " · ".join(row[1] for row in rows_below("Limits"))
    periods = {60: "a minute", 3600: "an hour"}
    for most, period_s, *_ in RATE_LIMITS.values():
        assert f"{most} {periods[period_s]}" in told
