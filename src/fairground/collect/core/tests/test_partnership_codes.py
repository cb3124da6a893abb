"""What a cell can be read as and what readers see are the same code list."""

from fairground.collect.core.partnerships import PARTNERSHIP_NAMES
from fairground.collect.core.values import PARTNERSHIPS
from fairground.taxonomy import code_list


def test_every_code_that_is_read_has_its_names() -> None:
    assert list(PARTNERSHIPS) == list(PARTNERSHIP_NAMES) == list(code_list("partnership").terms)
