"""What can go wrong with a code list.

TaxonomyError               every expected failure; carries a Chinese and an English text
├── UnknownListError        there is no list of that name
├── UnknownVersionError     the list is there, that version of it is not
├── UnknownCodeError        the list has no such code
└── BrokenListError         a data file does not follow the rules of this package
"""


class TaxonomyError(LookupError):
    """An expected failure: what happened and what to do next, in Chinese and in English."""

    def __init__(self, message_zh: str, message_en: str) -> None:
        super().__init__(message_en)
        self.message_zh = message_zh
        self.message_en = message_en

    def in_language(self, language: str) -> str:
        """Return the text for a reader of `language` ('zh' or 'en')."""
        return self.message_zh if language == "zh" else self.message_en


class UnknownListError(TaxonomyError):
    """There is no code list of that name."""


class UnknownVersionError(TaxonomyError):
    """The code list has no such version."""


class UnknownCodeError(TaxonomyError):
    """The code list has no such code, neither current nor replaced."""


class BrokenListError(TaxonomyError):
    """A data file of this package breaks a rule; says which file, which line and how to mend it."""
