"""Zones and parks: areas with a name of their own inside a region. Regions are a code list, see `core/regions.py`."""

from django.db import models
from django.db.models import Q

from fairground.database.keys import KEY_LENGTH, new_key
from fairground.database.structured import LocalTextField, StructuredField
from fairground.language.local_text import LocalText
from fairground.places.core.structures import PlaceSource


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


class Park(models.Model):
    """A park: buildings and sites let and run together, inside a zone or outside of one.

    What is said of it is public and the same in all hubs. Its keepers change it (`accounts.PlaceKeeper`).
    """

    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    name: LocalText = LocalTextField()
    aliases: tuple[str, ...] = StructuredField(shape=tuple[str, ...], default=tuple, blank=True)
    zone = models.ForeignKey(Zone, null=True, blank=True, on_delete=models.PROTECT, related_name="parks")
    region = models.CharField(max_length=6)  # GB/T 2260, of the district where it is known; or ISO 3166-1
    longitude = models.FloatField(null=True, blank=True)  # degrees, WGS-84
    latitude = models.FloatField(null=True, blank=True)
    address: LocalText = LocalTextField()
    free_space_m2 = models.PositiveIntegerField(null=True, blank=True)  # None: not stated, never 0
    free_space_on = models.DateField(null=True, blank=True)  # the day the free space was stated for
    policies: LocalText = LocalTextField()
    checked_on = models.DateField(null=True, blank=True)
    source: PlaceSource = StructuredField(shape=PlaceSource, default=PlaceSource, blank=True)
    demonstration = models.BooleanField(default=False)
    reference = models.CharField(max_length=100, blank=True)  # the id in the source's own list
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("key",)
        indexes = (models.Index(fields=("region",), name="places_park_region"),)
        constraints = (
            models.UniqueConstraint(
                fields=("reference",), condition=~Q(reference=""), name="places_park_reference"
            ),
            models.CheckConstraint(
                condition=Q(longitude__isnull=True, latitude__isnull=True)
                | Q(longitude__range=(-180, 180), latitude__range=(-90, 90)),
                name="places_park_point",
            ),
        )

    def __str__(self) -> str:
        return self.name.in_language("en")
