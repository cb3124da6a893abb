"""Forms of partnership (code list A): each code with its names, Chinese and English, as readers see them."""

from collections.abc import Mapping

from fairground.taxonomy import code_list

PARTNERSHIP_NAMES: Mapping[str, tuple[str, str]] = {
    term.code: (term.zh, term.en) for term in code_list("partnership").terms.values()
}
