"""The Django app."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "fairground.jobs"
    label = "jobs"
