"""The published catalogue: the Django app."""

from django.apps import AppConfig


class PublishConfig(AppConfig):
    name = "fairground.publish"
    label = "publish"

    def ready(self) -> None:
        from fairground.publish import editions, held, record_kinds
        from fairground.web.panels import register_panel

        record_kinds.register()
        held.register()
        register_panel("record", editions.edition_programme_panel, order=20)
        register_panel("record", editions.edition_figures_panel, order=30)
