"""The Django app."""

from django.apps import AppConfig


class MailConfig(AppConfig):
    name = "fairground.mail"
    label = "mail"
