"""What can go wrong with a file that somebody adds.

FileError
├── FileRefusedError   too large, empty, of a type that is not taken in, not what its name says
└── TooManyFilesError  the record has as many as it may have
"""

from fairground.language.local_text import LocalText


class FileError(Exception):
    """The root of this tree. `message` says what happened and what to do, in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.message = LocalText(zh, en)


class FileRefusedError(FileError):
    """The file was not taken in; nothing was stored."""


class TooManyFilesError(FileError):
    """The record has as many files as it may have; nothing was stored."""
