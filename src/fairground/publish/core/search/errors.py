"""What can go wrong with the search index. Each message says what to do next, in Chinese and English.

SearchIndexError
├── IndexMissingError    no index in the folder: build it
├── IndexOutdatedError   made by another version of the program: build it again
└── IndexBusyError       another process is writing: wait
"""


class SearchIndexError(Exception):
    """The search index cannot be used as asked."""


class IndexMissingError(SearchIndexError):
    """There is no index in the folder."""


class IndexOutdatedError(SearchIndexError):
    """The index was made by a version of the program that cuts texts or lays out fields differently."""


class IndexBusyError(SearchIndexError):
    """Another process or thread holds the right to write."""
