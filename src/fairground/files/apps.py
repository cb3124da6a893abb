"""The Django app."""

from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "fairground.files"
    label = "files"
