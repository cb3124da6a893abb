"""The Django app."""

from django.apps import AppConfig


class MatchConfig(AppConfig):
    name = "fairground.match"
    label = "match"
