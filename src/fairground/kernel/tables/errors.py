"""What can go wrong with a table file.

TableError                     every expected failure; carries a Chinese and an English text
├── TableNotFoundError         no such file, a folder, no permission
├── TableFormatError           the content cannot be read as a table
│   ├── UnsupportedFormatError the ending is none of ours
│   └── PasswordProtectedError an encrypted workbook
├── TableEmptyError            nothing in it, not even a header
├── TableSheetError            the named sheet is not there
├── TableLimitError            larger than the limits allow (bombs, runaway files)
├── StrictTableError           strict reading stopped at its first warning that loses or changes data
└── TableWriteError            the output could not be written; nothing half-written was left
"""


class TableError(Exception):
    """An expected failure: what happened, what is safe and what to do next, in Chinese and in English."""

    def __init__(self, message_zh: str, message_en: str) -> None:
        super().__init__(message_en)
        self.message_zh = message_zh
        self.message_en = message_en

    def in_language(self, language: str) -> str:
        """Return the text for a reader of `language` ('zh' or 'en')."""
        return self.message_zh if language == "zh" else self.message_en


class TableNotFoundError(TableError):
    """There is no such file, or it may not be opened."""


class TableFormatError(TableError):
    """The content cannot be read as a table of the kind its name or first bytes promise."""


class UnsupportedFormatError(TableFormatError):
    """The ending of the name is none of the supported ones."""


class PasswordProtectedError(TableFormatError):
    """The workbook is encrypted; a password is never asked for nor guessed."""


class TableEmptyError(TableError):
    """The file has no content at all, not even a header row."""


class TableSheetError(TableError):
    """The workbook has no sheet of the asked name."""


class TableLimitError(TableError):
    """The file is larger, or unpacks to more, than the limits allow."""


class StrictTableError(TableError):
    """Strict reading stopped: going on would have lost or changed data."""


class TableWriteError(TableError):
    """The output could not be written; what stood there before is untouched."""
