"""What every file of the repository has to keep to."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "fairground"
NOT_TEXT = {".npz", ".gz", ".png", ".xlsx", ".parquet"}
# A name that says nothing about the subject collects everything that has none.
NO_SUBJECT = {"utils", "util", "helpers", "helper", "common", "misc", "tools", "stuff"}
# Where a build was configured on one machine only: home folders, work folders, drives, the temporary folder.
MACHINE_PATH = re.compile(r"(?<![\w.}$/])/(?:home|root|Users|work|tmp|opt|mnt)/[\w.]+|\b[A-Z]:\\\w")
# Addresses of package indexes and mirrors, and the options that name one.
INDEX = re.compile(
    r"pypi\.|pythonhosted|/simple\b|index[-_]url|find[-_]links|trusted[-_]host|registry\.npm|mirror[s.]|deb\.debian",
    re.IGNORECASE,
)


def tracked(*patterns: str) -> list[Path]:
    """Return the files that git keeps and that are there."""
    if not shutil.which("git") or not (ROOT / ".git").exists():
        pytest.skip("needs git and a checkout, to tell the repository's files from built ones")
    told = subprocess.run(
        ["git", "ls-files", "-z", "--", *patterns], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in told.stdout.split("\0") if name and (ROOT / name).is_file()]


def lines_with(pattern: re.Pattern[str], paths: list[Path]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for path in paths
        if path != Path(__file__) and path.suffix not in NOT_TEXT
        for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), 1)
        if pattern.search(line)
    ]


def test_no_module_or_folder_is_named_after_nothing() -> None:
    names = {part for path in tracked() for part in path.relative_to(ROOT).with_suffix("").parts}
    assert names & NO_SUBJECT == set()


def test_every_folder_of_the_house_has_a_readme() -> None:
    folders = sorted({path.relative_to(PACKAGE).parts[0] for path in tracked("src/fairground/*/*")})
    assert [name for name in folders if not (PACKAGE / name / "README.md").is_file()] == []


@pytest.mark.parametrize("line", ["/home/me/list.csv", "x = '/work/main'", r"C:\lists", "(/tmp/v/bin)"])
def test_machine_paths_are_recognised(line: str) -> None:
    assert MACHINE_PATH.search(line)


@pytest.mark.parametrize(
    "line", ["../shared/data/match", "$DIR/tmp/x", "collect/home/x", "m/s", "src/work/x"]
)
def test_other_paths_are_not_taken_for_machine_paths(line: str) -> None:
    assert not MACHINE_PATH.search(line)


def test_no_file_names_a_path_of_one_machine() -> None:
    assert lines_with(MACHINE_PATH, tracked()) == []


def test_no_configuration_names_a_package_index() -> None:
    configuration = [
        path
        for path in tracked()
        if path.parent in (ROOT, ROOT / ".ci")
        or path.suffix in {".toml", ".cfg", ".ini", ".lock", ".yml", ".yaml"}
    ]
    assert lines_with(INDEX, [path for path in configuration if path.suffix != ".md"]) == []


def test_the_lock_holds_checksums_and_no_address() -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    entries = re.split(r"\n(?=\S)", lock.strip())
    assert "://" not in lock
    assert [entry.splitlines()[0] for entry in entries if not re.match(r"[\w.-]+==[\w.]+ ", entry)] == []
    assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_lock_holds_every_direct_requirement() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    optional = project["project"]["optional-dependencies"]
    wanted = [*project["project"]["dependencies"], *optional["bench"], *optional["dev"]]
    wanted += project["build-system"]["requires"]
    names = {re.split(r"[\[<>=~! ]", line)[0].lower() for line in wanted} - {"fairground"}
    locked = re.findall(r"(?m)^([\w.-]+)==", (ROOT / "requirements.lock").read_text("utf-8"))
    assert names - set(locked) == set()


def test_what_is_too_heavy_or_clashes_stays_out_of_the_lock() -> None:
    locked = set(re.findall(r"(?m)^([\w.-]+)==", (ROOT / "requirements.lock").read_text("utf-8")))
    # highspy cannot share a process with OR-Tools; a neural encoder is a plug-in
    assert {
        name for name in locked if name in {"highspy", "torch", "jax"} or name.startswith("nvidia")
    } == set()


def test_the_dev_script_is_posix_shell() -> None:
    shell = shutil.which("dash") or shutil.which("sh")
    if shell is None:
        pytest.skip(f"no POSIX shell on this machine ({sys.platform})")
    for script in ("dev", ".ci/run"):
        subprocess.run([shell, "-n", str(ROOT / script)], check=True)


def test_the_two_commands_of_the_module_are_one() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    module, function = project["project"]["scripts"]["fairground"].split(":")
    assert (module, function) == ("fairground.cli.main", "main")
    assert f"from {module} import {function}" in (PACKAGE / "__main__.py").read_text("utf-8")
