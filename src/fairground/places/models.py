"""Zones: areas with a name of their own inside a region. Regions are a code list, see `core/regions.py`."""

from django.db import models

from fairground.database.structured import LocalTextField
from fairground.language.local_text import LocalText


class Zone(models.Model):
    """A high-tech or other development zone. It contains parks; platforms and organisations stand in it."""

    class Level(models.TextChoices):
        NATIONAL = "national"
        PROVINCIAL = "provincial"
        OTHER = "other"

    code = models.SlugField(max_length=40, unique=True)
    name: LocalText = LocalTextField()
    level = models.CharField(max_length=12, choices=Level.choices, default=Level.OTHER)
    region = models.CharField(max_length=6)  # GB/T 2260 or ISO 3166-1
    longitude = models.FloatField(null=True)  # degrees, WGS-84, of a representative point
    latitude = models.FloatField(null=True)
    demonstration = models.BooleanField(default=False)

    class Meta:
        ordering = ("code",)

    def __str__(self) -> str:
        return self.name.in_language("en")
