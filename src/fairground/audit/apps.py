"""The change log's Django app."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "fairground.audit"
    label = "audit"
