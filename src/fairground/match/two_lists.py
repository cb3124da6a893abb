"""A comparison of two lists that somebody brought: what lies in its folder, and how large it may be.

The folder of the first job holds the lists (`needs/NAME`, `offers/NAME`), `brought.json` (which there are) and, once
they were read, `columns.json`. The folder of each job that matched them holds what came of it. Nothing else is kept.
"""

import io
import json
import re
import shutil
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from fairground.kernel.tables import READABLE, Limits, TableError, atomic_output
from fairground.kernel.tables.reading import format_of
from fairground.language.local_text import LocalText

SIDES = ("needs", "offers")
MOST_BYTES = 20 * 2**20
MOST_ROWS = 2_000
LIMITS = Limits(
    max_file_bytes=MOST_BYTES,
    max_unpacked_bytes=200 * 2**20,
    max_members=2_000,
    max_rows=MOST_ROWS,
    max_columns=200,
    max_line_bytes=4 * 2**20,
    max_cell_chars=2**20,
    long_cell_chars=20_000,
)
_NAME_CHARS = 80
_ENDINGS = {ending.rpartition(".")[2] for ending in READABLE}
BROUGHT, COLUMNS, PAIRS = "brought.json", "columns.json", "pairs.json"
REPORT = "report.html"
TABLES = ("xlsx", "csv", "jsonl")


@dataclass(frozen=True, slots=True)
class BroughtList:
    """One file as it was brought: `side` it was put on, its `name` fit for a folder and a page."""

    side: str
    name: str
    content: Any  # a binary stream, or Django's uploaded file

    def chunks(self) -> Iterable[bytes]:
        """Yield the content in pieces, from the start."""
        self.content.seek(0)
        return iter(lambda: self.content.read(1 << 16), b"")


def clean_name(name: str) -> str:
    """Return a file's name without path parts, control and direction characters, cut to length, its ending kept.

    >>> clean_name("..\\\\..\\\\etc/ne\\u202eeds .CSV"), clean_name("../..")
    ('needs.CSV', 'list')
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    plain = "".join(c for c in last if unicodedata.category(c)[0] != "C").strip().lstrip(".")
    stem, dot, ending = plain.rpartition(".")
    if not dot and plain.lower() in _ENDINGS:  # '....csv' is all ending
        return f"list.{plain}"
    if not dot:
        return plain[:_NAME_CHARS] or "list"
    return f"{stem.strip()[:_NAME_CHARS] or 'list'}.{ending.strip()[:10]}"


def refusal_of(name: str, size: int) -> LocalText | None:
    """Say why a file is not even taken in, or None."""
    if size == 0:
        return LocalText(
            f"“{name}”是空文件，没有上传。请选择有内容的清单。",
            f"{name} is empty and was not taken in. Choose a list with content.",
        )
    if size > MOST_BYTES:
        return LocalText(
            f"“{name}”有 {size / 2**20:.0f} MB，超过 20 MB，没有上传。请拆分，或去掉图片和无关的列。",
            f"{name} has {size / 2**20:.0f} MB, more than the 20 MB allowed, and was not taken in. Split it, or take "
            "out pictures and columns that do not matter.",
        )
    try:
        format_of(Path(name))
    except TableError as error:
        return LocalText(error.message_zh, error.message_en)
    return None


def lay_down(folder: Path, lists: Iterable[BroughtList], *, language: str) -> None:
    """Write the lists into the folder of a comparison."""
    brought: dict[str, Any] = {"language": language, "lists": {}}
    for each in lists:
        (folder / each.side).mkdir(mode=0o700)
        with (folder / each.side / each.name).open("xb") as file:
            for chunk in each.chunks():
                file.write(chunk)
        brought["lists"][each.side] = each.name
    write_json(folder / BROUGHT, brought)


def sample_lists() -> tuple[BroughtList, ...]:
    """Return the sample lists of the house, ready to be read."""
    folder = Path(__file__).parent.parent / "samples"
    return tuple(
        BroughtList(side, f"{side}.csv", io.BytesIO((folder / f"{side}.csv").read_bytes())) for side in SIDES
    )


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write a JSON file whole or not at all."""
    with atomic_output(path) as stream:
        _write(stream, json.dumps(value, ensure_ascii=False))


def _write(stream: BinaryIO, text: str) -> None:
    # A lone surrogate can stand in a cell of a damaged file; it must not stop the whole comparison.
    stream.write(text.encode("utf-8", errors="replace"))


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON file of the folder. Raises FileNotFoundError when the comparison was forgotten."""
    value: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return value


def free_space_is_enough(folder: Path, wanted: int) -> bool:
    """Tell whether the disk can take `wanted` bytes and still has room for everything else the hub writes."""
    folder.mkdir(parents=True, exist_ok=True)
    return shutil.disk_usage(folder).free > wanted + 2**30
