"""What can go wrong with a document. Each error says what to do next, in both languages.

DocumentError
├── NoTypefaceError   no typeface with Chinese characters is installed, or the one that was named is not
└── TypesettingError  a template and its data do not go together: a fault of the program
"""

from fairground.language.local_text import LocalText


class DocumentError(Exception):
    """The root of this tree. `message` is for the person, in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.message = LocalText(zh, en)


class NoTypefaceError(DocumentError):
    pass


class TypesettingError(DocumentError):
    pass
