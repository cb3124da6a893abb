"""docs/records.md says what the layouts, the states and the code lists say."""

import re

import pytest
from tests.docs.record_tables import PAGE, with_tables

from fairground.accounts.core.states import STATES
from fairground.accounts.kinds import SHAPES, kinds
from fairground.accounts.values import ENTRIES, LINE_LENGTH, TEXT_LENGTH
from fairground.taxonomy import code_list


def test_the_tables_are_those_of_the_code() -> None:
    # When this fails: ./dev python tests/docs/record_tables.py
    page = PAGE.read_text("utf-8")
    assert with_tables(page) == page


def test_a_kind_without_a_place_on_the_page_is_noticed() -> None:
    page = PAGE.read_text("utf-8").replace("record_tables.py: offer -->", "record_tables.py: other -->")
    with pytest.raises(ValueError, match="'offer'"):
        with_tables(page)


def test_a_table_that_is_behind_is_made_anew() -> None:
    page = PAGE.read_text("utf-8")
    behind = page.replace("| `advantage` |", "| `benefit` |")
    assert behind != page
    assert with_tables(behind) == page


def test_every_kind_has_a_heading() -> None:
    headings = set(re.findall(r"(?m)^### (\w+)$", PAGE.read_text("utf-8")))
    assert headings == {kind.code for kind in kinds()}


def _first_cells(heading: str) -> list[str]:
    """Return the first column of the first table below a heading."""
    part = PAGE.read_text("utf-8").split(f"## {heading}\n", 1)[1]
    table = part[part.index("| ") :].split("\n\n")[0].splitlines()
    return [line.strip("|").split("|")[0].strip() for line in table[2:]]


def test_every_state_and_visibility_is_explained() -> None:
    assert _first_cells("States") == list(STATES)
    assert _first_cells("Visibility") == list(code_list("visibility").terms)


def test_every_shape_is_explained() -> None:
    named = [shape for cell in _first_cells("Shapes") for shape in cell.split(", ")]
    assert sorted(named) == sorted(SHAPES)


def test_the_limits_are_those_of_the_code() -> None:
    told = f"A line has {LINE_LENGTH} characters at most, a text {TEXT_LENGTH:,}, a list {ENTRIES} entries"
    assert told in PAGE.read_text("utf-8")
