"""Code lists with version and source: what a code means, in Chinese and English."""

from fairground.taxonomy.errors import (
    BrokenListError,
    TaxonomyError,
    UnknownCodeError,
    UnknownListError,
    UnknownVersionError,
)
from fairground.taxonomy.lists import CodeList, Term, code_list, code_lists

__all__ = [
    "BrokenListError",
    "CodeList",
    "TaxonomyError",
    "Term",
    "UnknownCodeError",
    "UnknownListError",
    "UnknownVersionError",
    "code_list",
    "code_lists",
]
