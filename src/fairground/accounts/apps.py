"""Hubs, people and organisations: the Django app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "fairground.accounts"
    label = "accounts"
    verbose_name = "accounts"

    def ready(self) -> None:
        from fairground.accounts import record_kinds

        record_kinds.register()
