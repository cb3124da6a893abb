"""The published catalogue: the Django app."""

from django.apps import AppConfig


class PublishConfig(AppConfig):
    name = "fairground.publish"
    label = "publish"

    def ready(self) -> None:
        from fairground.publish import record_kinds

        record_kinds.register()
