"""The places' Django app."""

from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "fairground.places"
    label = "places"

    def ready(self) -> None:
        from django.core.checks import register

        from fairground.places.travel_times import check_travel_times

        register(check_travel_times)
