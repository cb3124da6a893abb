"""The built wheel carries all that the program needs, and the program runs from it alone."""

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "fairground"
DATA = {".css", ".csv", ".gz", ".html", ".json", ".npz", ".tsv", ".typed"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("hatchling", reason="hatchling is not installed")
    folder = tmp_path_factory.mktemp("wheel")
    build = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", build, str(folder)], cwd=ROOT, capture_output=True, check=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a Python that has the wheel and this environment's dependencies, but not the checkout."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, with_pip=False, symlinks=os.name != "nt")
    told = [folder / "Scripts" / "python.exe", folder / "bin" / "python"]
    found = next(path for path in told if path.exists())
    library = subprocess.run(
        [str(found), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(library)
    here = Path(pytest.__file__).parents[1]
    # A .pth line only lengthens the path: the checkout's own .pth beside the dependencies is not read.
    (Path(library) / "dependencies.pth").write_text(f"{here}\n", "utf-8")
    return found


def run(python: Path, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    environment["PYTHONIOENCODING"] = "utf-8"
    command = [str(python), *arguments]
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, encoding="utf-8", check=False
    )


def test_the_wheel_holds_every_data_file_and_licence(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    data = {
        path.relative_to(PACKAGE.parent).as_posix()
        for path in PACKAGE.rglob("*")
        if path.suffix in DATA and "tests" not in path.parts and path.is_file()
    }
    assert data - names == set()
    assert {
        name.rsplit("/", 1)[-1] for name in names if ".dist-info/licenses/" in name
    } == {"LICENSE", "zh_en_lexicon.LICENSE.md", "gazetteer.LICENSE.md"}  # fmt: skip
    assert [name for name in names if "/tests/" in name or "__pycache__" in name] == []


def test_the_wheel_is_for_every_machine(wheel: Path) -> None:
    assert wheel.name.endswith("-py3-none-any.whl")
    assert wheel.stat().st_size < 12 * 1024**2


def test_the_installed_program_says_its_version(python: Path, tmp_path: Path) -> None:
    done = run(python, "-m", "fairground", "--version", cwd=tmp_path)
    assert (done.returncode, done.stdout[:11]) == (0, "fairground "), done.stderr


def test_the_installed_program_checks_and_matches_its_samples(python: Path, tmp_path: Path) -> None:
    where = "import fairground, pathlib; print(pathlib.Path(fairground.__file__).parent)"
    package = Path(run(python, "-c", where, cwd=tmp_path).stdout.strip())
    assert ROOT not in package.parents
    needs, offers = (str(package / "samples" / f"{name}.csv") for name in ("needs", "offers"))
    done = run(python, "-m", "fairground", "check", needs, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    done = run(
        python, "-m", "fairground", "match", needs, offers, "-o", "m.csv", "--report", "r.html", cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m.csv", "r.html"]
