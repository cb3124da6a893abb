"""Collecting offers, needs, platforms and what else is shared: the Django app."""

from django.apps import AppConfig


class CollectConfig(AppConfig):
    name = "fairground.collect"
    label = "collect"

    def ready(self) -> None:
        from django.db.models.signals import pre_save

        from fairground.accounts.kinds import kind_of
        from fairground.collect import record_kinds
        from fairground.collect.clinic_room import EXAMINED, keep_completeness

        record_kinds.register()
        for code in EXAMINED:
            pre_save.connect(
                keep_completeness, sender=kind_of(code).model, dispatch_uid=f"collect.completeness.{code}"
            )
