"""What README, CONTRIBUTING and the other pages name is there: commands, options, exit codes, files."""

import contextlib
import io
import re
import subprocess
from pathlib import Path

import pytest

from fairground.cli import console
from fairground.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "src/fairground/**/README.md")
    for path in ROOT.glob(pattern)
    if "data" not in path.relative_to(ROOT).parts
)
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
# ./dev run COMMAND, or fairground COMMAND, in a code block or between backticks
COMMAND = re.compile(r"(?:\./dev run|\bfairground)[ ]+([a-z]+)([^`\n|·]*)")


def help_of(*words: str) -> str:
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown):
        assert main([*words, "--help"]) == 0
    return shown.getvalue()


def code_of(page: Path) -> str:
    """Return a page's code: indented lines and what stands between backticks."""
    text = page.read_text("utf-8")
    blocks = re.findall(r"(?m)^ {4}(.+)$", text)
    return "\n".join([*blocks, *re.findall(r"`([^`\n]+)`", text)])


def commands() -> list[tuple[str, str, str]]:
    return [
        (page.relative_to(ROOT).as_posix(), command, rest)
        for page in PAGES
        for command, rest in COMMAND.findall(code_of(page))
    ]


def test_the_readme_names_commands() -> None:
    named = {command for page, command, _ in commands() if page == "README.md"}
    assert {"check", "match"} <= named


@pytest.mark.parametrize("command", sorted({command for _, command, _ in commands()}))
def test_every_command_named_is_there(command: str) -> None:
    assert f"fairground {command}" in help_of(command)
    assert command in help_of()


@pytest.mark.parametrize(("page", "command", "rest"), [line for line in commands() if "-" in line[2]])
def test_every_option_named_is_there(page: str, command: str, rest: str) -> None:
    known = set(re.findall(r"(?<![\w-])--?[a-z][\w-]*", help_of(command)))
    named = set(re.findall(r"(?<!\S)\[?(--?[a-z][\w-]*)", rest))
    assert named - known == set(), page


def test_every_command_of_the_program_is_told() -> None:
    there = set(re.findall(r"(?m)^    ([a-z]+)  ", help_of().split("commands", 1)[1]))
    assert {"match", "check", "learn", "serve", "index", "work"} <= there
    assert there - {command for _, command, _ in commands()} == set()


@pytest.mark.parametrize("command", ["serve", "index", "work"])
def test_every_option_of_the_portal_is_told(command: str) -> None:
    page = (ROOT / "docs" / "operations.md").read_text("utf-8")
    options = set(re.findall(r"(?m)^  (?:-\w, )?(--[a-z-]+)", help_of(command))) - {"--help"}
    assert [option for option in sorted(options) if option not in page] == []


def test_every_recipe_named_is_one_of_the_script() -> None:
    told = subprocess.run(
        [str(ROOT / "dev"), "help"], capture_output=True, text=True, encoding="utf-8", check=True
    ).stdout
    recipes = set(re.findall(r"(?m)^\./dev (\w+)", told))
    named = {
        word for page in PAGES for word in re.findall(r"\./dev ([a-z]+)", code_of(page))
    }  # fmt: skip
    assert recipes == {"run", "test", "lint", "bench", "python", "help"}
    assert named - recipes == set()


def test_every_benchmark_named_is_there() -> None:
    named = {name for page in PAGES for name in re.findall(r"\./dev bench ([a-z_/]+)", code_of(page))}
    assert [name for name in sorted(named) if not (ROOT / "benchmarks" / f"{name}.py").is_file()] == []


def test_exit_codes_told_by_help_are_those_of_the_code() -> None:
    codes = {
        value for name, value in vars(console).items() if name.startswith("EXIT_") and isinstance(value, int)
    }
    for command in ("check", "match"):
        told = {int(code) for code in re.findall(r"(?m)^  (\d+) {2,}", help_of(command))}
        assert told == codes


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_to_a_file(page: Path) -> None:
    targets = LINK.findall(page.read_text("utf-8"))
    assert [target for target in targets if not (page.parent / target).resolve().exists()] == []


def test_every_page_of_the_documentation_is_reached_from_the_readme() -> None:
    seen: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page.is_dir():
            waiting += page.glob("*.md")
        elif page not in seen and page.suffix == ".md" and page.is_file():
            seen.add(page)
            waiting += [(page.parent / target).resolve() for target in LINK.findall(page.read_text("utf-8"))]
    documentation = {path.resolve() for path in (ROOT / "docs").rglob("*.md")}
    assert sorted(path.name for path in documentation - seen) == []


def test_files_that_contributing_names_are_there() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    named = {
        name
        for name in re.findall(r"`((?:src|tests|docs|benchmarks)/[\w./]+\.\w+)`", text)
        if "NAME" not in name
    }
    named |= {
        f"src/fairground/{name}"
        for name in re.findall(
            r"`((?:accounts|collect|config|jobs|kernel|language|match|places|publish|web)/[\w./]+\.py)`", text
        )
    }
    assert len(named) > 15
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_the_order_of_imports_knows_every_stage_of_the_readme() -> None:
    table = (ROOT / "README.md").read_text("utf-8").split("## The seven stages")[1].split("##")[0]
    stages = re.findall(r"(?m)^\| \[?(\w+)\]?", table)[1:]
    layers = (ROOT / "pyproject.toml").read_text("utf-8").split("layers = [")[1].split("]")[0]
    order = re.findall(r"\w+", layers)
    assert [order.index(stage) for stage in reversed(stages)] == sorted(
        order.index(stage) for stage in stages
    )
    assert len(stages) == 7


def test_every_measured_number_of_the_readme_stands_on_its_page() -> None:
    table = (ROOT / "README.md").read_text("utf-8").split("## Measured")[1].split("\n\n")[2]
    rows = [row for row in table.splitlines()[2:] if row.startswith("|")]
    assert rows
    for row in rows:
        (page,) = LINK.findall(row)
        told = re.sub(r"\*\*", "", (ROOT / page).read_text("utf-8"))
        numbers = re.findall(r"(?<![\w.-])\d[\d,.]*\d(?![\w-])", row.replace(f"({page})", ""))
        assert [
            number for number in numbers if not re.search(rf"(?<![\d.,]){re.escape(number)}(?![\d])", told)
        ] == []
