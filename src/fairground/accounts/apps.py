"""Hubs, people and organisations: the Django app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "fairground.accounts"
    label = "accounts"
    verbose_name = "accounts"

    def ready(self) -> None:
        from allauth.account.signals import user_logged_in
        from django.db.models.signals import post_migrate

        from fairground.accounts import consents, held_parts, memberships, record_kinds, roles
        from fairground.accounts.notices import expiring, held, mails

        record_kinds.register()
        held_parts.register()
        held.register()
        memberships.register()
        expiring.register()
        mails.register()
        post_migrate.connect(consents.keep_texts, sender=self, dispatch_uid="accounts.keep_texts")
        user_logged_in.connect(consents.note_due_consents, dispatch_uid="accounts.note_due_consents")
        user_logged_in.connect(roles.join_hub_at_sign_in, dispatch_uid="accounts.join_hub_at_sign_in")
