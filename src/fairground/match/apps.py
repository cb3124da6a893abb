"""The matching stage's Django app."""

from django.apps import AppConfig


class MatchConfig(AppConfig):
    name = "fairground.match"
    label = "match"

    def ready(self) -> None:
        from fairground.match import tasks
        from fairground.match.catalogue import matches_panel
        from fairground.web.panels import register_panel

        register_panel("record", matches_panel, order=10)
        tasks.register()
