"""What can go wrong with a list. The message says what to do next, in both languages."""

from fairground.accounts.errors import AccountsError
from fairground.language.local_text import LocalText


class ListRefusedError(AccountsError):
    """The list cannot be made as asked: nothing in it, too much in it, a version waiting."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(LocalText(zh, en))
