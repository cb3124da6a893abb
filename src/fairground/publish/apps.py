"""The published catalogue: the Django app."""

from django.apps import AppConfig


class PublishConfig(AppConfig):
    name = "fairground.publish"
    label = "publish"

    def ready(self) -> None:
        from fairground.publish import deciding, editions, held, record_kinds, related, saved
        from fairground.web.panels import register_panel

        record_kinds.register()
        held.register()
        deciding.register()
        saved.register()
        for panel in (
            related.organisation_panel,
            related.person_panel,
            related.facilities_panel,
            related.sessions_panel,
        ):
            register_panel("record", panel, order=15)
        register_panel("record", editions.edition_programme_panel, order=20)
        register_panel("record", related.taking_part_panel, order=25)
        register_panel("record", editions.edition_figures_panel, order=30)
