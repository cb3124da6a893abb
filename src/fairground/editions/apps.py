"""Editions of a hub's fair: the Django app."""

from django.apps import AppConfig


class EditionsConfig(AppConfig):
    name = "fairground.editions"
    label = "editions"

    def ready(self) -> None:
        from fairground.editions import record_kinds, roles

        record_kinds.register()
        roles.register()
