"""The two contracts of import-linter hold, and they do fail when someone breaks them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "fairground"
PURE = [
    "kernel",
    "language",
    "match/criteria",
    *sorted(f"{p.parent.name}/core" for p in PACKAGE.glob("*/core")),
]
LINT = "from importlinter.cli import lint_imports_command; lint_imports_command()"


def lint_imports(source: Path) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-c", LINT, "--config", str(ROOT / "pyproject.toml"), "--no-cache"],
        cwd=source,
        env={**os.environ, "PYTHONPATH": str(source), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that holds the package's modules, to be spoilt."""
    source = tmp_path_factory.mktemp("source")
    modules_only = shutil.ignore_patterns("tests", "data", "templates", "samples", "__pycache__")
    shutil.copytree(PACKAGE, source / "fairground", ignore=modules_only)
    return source


def verdict_with_line(copy: Path, module: str, line: str) -> tuple[int, str]:
    path = copy / "fairground" / module
    before = path.read_text("utf-8")
    path.write_text(f"{before}\n{line}\n", "utf-8")
    try:
        return lint_imports(copy)
    finally:
        path.write_text(before, "utf-8")


def test_contracts_hold() -> None:
    code, told = lint_imports(ROOT / "src")
    assert code == 0, told
    assert "2 kept, 0 broken" in told


@pytest.mark.parametrize("folder", PURE)
def test_django_in_a_pure_folder_breaks_the_contract(copy: Path, folder: str) -> None:
    code, told = verdict_with_line(copy, f"{folder}/__init__.py", "import django")
    assert code == 1, told
    assert f"fairground.{folder.replace('/', '.')} is not allowed to import django" in told


@pytest.mark.parametrize("module", ["sqlite3", "socket", "urllib.request", "http.client"])
def test_database_and_network_break_the_contract_too(copy: Path, module: str) -> None:
    code, told = verdict_with_line(copy, "match/core/__init__.py", f"import {module}")
    assert code == 1, told
    assert "1 kept, 1 broken" in told


def test_django_reached_by_a_detour_breaks_the_contract(copy: Path) -> None:
    code, told = verdict_with_line(copy, "match/core/__init__.py", "import fairground.match.report.page")
    assert code == 1, told
    assert "fairground.match.core is not allowed to import django" in told


def test_an_earlier_stage_that_imports_a_later_one_breaks_the_order(copy: Path) -> None:
    code, told = verdict_with_line(copy, "collect/core/__init__.py", "import fairground.match.core.results")
    assert code == 1, told
    assert "fairground.collect is not allowed to import fairground.match" in told


def test_a_folder_without_a_place_in_the_order_breaks_it(copy: Path) -> None:
    (copy / "fairground" / "somewhere").mkdir()
    (copy / "fairground" / "somewhere" / "__init__.py").touch()
    try:
        code, told = lint_imports(copy)
    finally:
        shutil.rmtree(copy / "fairground" / "somewhere")
    assert code == 1, told
    assert "- fairground.somewhere" in told
