"""How the accounts library fits into the house: names, mail, where to go next."""

from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    """The library's behaviour, but for what a hub needs otherwise."""
