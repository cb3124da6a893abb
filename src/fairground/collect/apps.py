"""Collecting offers, needs, platforms and what else is shared: the Django app."""

from django.apps import AppConfig


class CollectConfig(AppConfig):
    name = "fairground.collect"
    label = "collect"

    def ready(self) -> None:
        from fairground.collect import record_kinds

        record_kinds.register()
