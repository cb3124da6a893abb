"""The meeting stage's Django app."""

from django.apps import AppConfig


class MeetConfig(AppConfig):
    name = "fairground.meet"
    label = "meet"

    def ready(self) -> None:
        from fairground.meet.bookings import held, notices
        from fairground.meet.bookings.panels import bookings_panel, record_panel
        from fairground.web.panels import register_panel

        register_panel("record", record_panel, order=4)
        register_panel("desk", bookings_panel, order=6)
        notices.register()
        held.register()
        from fairground.meet.requests import held as requests_held
        from fairground.meet.requests import notices as requests_notices
        from fairground.meet.requests import panels

        register_panel("place", panels.place_panel, order=10)
        register_panel("record", panels.record_panel, order=6)
        register_panel("desk", panels.desk_panel, order=7)
        requests_notices.register()
        requests_held.register()
