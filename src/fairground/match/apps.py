"""The matching stage's Django app."""

from django.apps import AppConfig


class MatchConfig(AppConfig):
    name = "fairground.match"
    label = "match"

    def ready(self) -> None:
        from fairground.match import match_notices, outcomes_registering, tasks
        from fairground.match.broker import registering as broker
        from fairground.match.catalogue.panels import desk_matches_panel, matches_panel
        from fairground.match.introductions.registering import register as register_introductions
        from fairground.match.landing.panels import landing_panel
        from fairground.match.results_list.registering import register as register_lists
        from fairground.web.panels import register_panel

        register_panel("record", matches_panel, order=10)
        register_panel("desk", desk_matches_panel, order=10)
        register_panel("record", landing_panel, order=30)
        tasks.register()
        match_notices.register()
        broker.register()
        outcomes_registering.register()
        register_introductions()
        register_lists()
