"""SECURITY.md tells the limits and versions that hold."""

from pathlib import Path

from fairground import __version__
from fairground.kernel.tables import Limits
from fairground.match.two_lists import LIMITS

PAGE = Path(__file__).resolve().parents[2] / "SECURITY.md"


def size(number: int) -> str:
    """Return bytes as the page writes them.

    >>> size(20 * 2**20), size(2 * 2**30)
    ('20 MiB', '2 GiB')
    """
    return f"{number >> 30} GiB" if number >= 2**30 else f"{number >> 20} MiB"


def test_the_limits_of_tables_are_those_of_the_code() -> None:
    part = PAGE.read_text("utf-8").split("## Files of strangers\n", 1)[1]
    lines = [line for line in part.splitlines() if line.startswith("|")][2:]
    told = [[cell.strip() for cell in line.strip("|").split("|")][1:] for line in lines]
    expected = [
        [
            size(limits.max_file_bytes),
            size(limits.max_unpacked_bytes),
            f"{limits.max_ratio} to 1",
            f"{limits.max_members:,}",
            f"{limits.max_rows:,}; {limits.max_columns:,}",
            size(limits.max_line_bytes),
            f"{limits.max_cell_chars >> 20} Mi characters",
        ]
        for limits in (Limits(), LIMITS)
    ]
    assert told == [list(row) for row in zip(*expected, strict=True)]
    assert f"above {size(Limits().ratio_floor_bytes)} unpacked" in part


def test_the_supported_version_is_the_one_that_is_here() -> None:
    assert f"({__version__})" in PAGE.read_text("utf-8")


def test_an_answer_time_is_promised() -> None:
    assert "We answer within **5 working days**" in PAGE.read_text("utf-8")
