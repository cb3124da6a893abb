"""The hub: the tenant. Everything else belongs to one."""

from django.db import models

from fairground.database.structured import LocalTextField
from fairground.language.local_text import LocalText


class Hub(models.Model):
    """One innovation hub. A request reaches it by its domain; a single hub answers on any."""

    code = models.SlugField(max_length=40, unique=True)
    name: LocalText = LocalTextField()
    sentence: LocalText = LocalTextField()  # the one sentence of the home page
    statement: LocalText = LocalTextField()  # what every page says at its foot
    domain = models.CharField(max_length=200, blank=True, db_index=True)
    region = models.CharField(max_length=6, blank=True)
    demonstration = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.code
