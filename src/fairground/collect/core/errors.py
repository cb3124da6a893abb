"""What can go wrong with a list of needs or offers beyond the file itself.

TableError (kernel)
└── ListError              the file is a table, but not a list we can use
    ├── WrongColumnsError  no column for the essential fields
    └── UnclearKindError   needs or offers? the columns do not say
"""

from fairground.kernel.tables import TableError


class ListError(TableError):
    """The table was read, but it is no usable list of needs or offers."""


class WrongColumnsError(ListError):
    """None of the essential columns is there; says what was found, what was expected and what is nearest."""


class UnclearKindError(ListError):
    """The columns fit a list of needs as well as one of offers."""
