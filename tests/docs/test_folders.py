"""What the README of a folder names lies in that folder."""

import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "fairground"
READMES = sorted(PACKAGE.glob("*/README.md"))
# `core/roles.py`, `data/*.jsonl`, `templates/web/base.html`; not a path into another folder, not a placeholder
NAMED = re.compile(r"`((?:[\w-]+/)*[\w*-]+\.(?:py|tsv|jsonl|json|html|css|js|csv|npz))`")


def lies_there(name: str, folder: Path) -> bool:
    """Tell whether a file lies below the folder, or at that place of the package or the repository."""
    return any(folder.rglob(name)) or any((base / name).exists() for base in (PACKAGE, PACKAGE.parents[1]))


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.parent.name)
def test_a_file_that_a_readme_names_is_there(readme: Path) -> None:
    named = [name for name in NAMED.findall(readme.read_text("utf-8")) if "NAME" not in name]
    assert [name for name in named if not lies_there(name, readme.parent)] == []


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.parent.name)
def test_a_readme_of_the_house_is_one_screen(readme: Path) -> None:
    assert len(readme.read_text("utf-8").splitlines()) <= 50
