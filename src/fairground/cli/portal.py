"""What the portal's commands share: Django made ready, and a home folder that is there."""

import os


def set_up_portal() -> None:
    """Make Django ready. Only the portal's commands do: the others need neither settings nor a database."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fairground.config.settings")
    import django

    django.setup()
    from django.conf import settings

    settings.HOME.mkdir(parents=True, exist_ok=True)
