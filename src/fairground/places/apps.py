"""The places' Django app."""

from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "fairground.places"
    label = "places"
