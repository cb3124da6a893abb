"""Tables of what a hub collects: supply and demand, platforms and facilities, and what is openly shared."""

from datetime import date

from django.db import models
from django.db.models import Q

from fairground.accounts.models import Record
from fairground.collect.core.structures import (
    Condition,
    Equipment,
    Maturity,
    Partner,
    Price,
    Right,
)
from fairground.database.structured import CodesField, LocalTextField, StructuredField
from fairground.language.local_text import LocalText


class Elements(models.Model):
    """The five elements by which an offer or a need is described."""

    material: LocalText = LocalTextField()
    method: LocalText = LocalTextField()
    efficacy: LocalText = LocalTextField()
    product: LocalText = LocalTextField()
    application: LocalText = LocalTextField()

    class Meta:
        abstract = True


class Offer(Elements, Record):
    """A result that somebody can supply. `Record.trl` is the highest level of `maturity`, for lists and filters."""

    record_ptr = models.OneToOneField(
        Record, on_delete=models.CASCADE, parent_link=True, primary_key=True, related_name="as_offer"
    )
    description: LocalText = LocalTextField()
    problem_solved: LocalText = LocalTextField()
    advantage: LocalText = LocalTextField()
    economics: LocalText = LocalTextField()
    maturity: tuple[Maturity, ...] = StructuredField(shape=tuple[Maturity, ...], default=tuple, blank=True)
    rights: tuple[Right, ...] = StructuredField(shape=tuple[Right, ...], default=tuple, blank=True)
    deployed: LocalText = LocalTextField()
    benefits: LocalText = LocalTextField()
    goals: tuple[str, ...] = CodesField()  # sustainable development goals, '1' to '17'
    partnership: tuple[str, ...] = CodesField()  # code list 'partnership'
    partner: Partner | None = StructuredField(shape=Partner, null=True, blank=True)
    price: Price | None = StructuredField(shape=Price, null=True, blank=True)
    evidence: LocalText = LocalTextField()
    registration_stage = models.CharField(max_length=20, blank=True)  # '' is 'not evaluated'
    attribute = models.CharField(max_length=30, blank=True)
    export_restriction = models.TextField(blank=True)
    protected_detail: LocalText = LocalTextField()
    completeness = models.PositiveSmallIntegerField(default=0)  # 0–100, the clinic's

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(completeness__lte=100), name="collect_offer_completeness"),
        )


class Need(Elements, Record):
    """A problem with a wanted outcome. `Record.summary` is its public abstract, `Record.trl` the lowest level."""

    record_ptr = models.OneToOneField(
        Record, on_delete=models.CASCADE, parent_link=True, primary_key=True, related_name="as_need"
    )
    problem: LocalText = LocalTextField()
    current_method: LocalText = LocalTextField()
    wanted_outcome: LocalText = LocalTextField()
    conditions: tuple[Condition, ...] = StructuredField(
        shape=tuple[Condition, ...], default=tuple, blank=True
    )
    budget: Price | None = StructuredField(shape=Price, null=True, blank=True)
    deadline: date | None = models.DateField(null=True, blank=True)
    eligible: LocalText = LocalTextField()
    rights_expected: LocalText = LocalTextField()
    partnership: tuple[str, ...] = CodesField()
    protected_detail: LocalText = LocalTextField()
    completeness = models.PositiveSmallIntegerField(default=0)  # 0–100, the clinic's

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(completeness__lte=100), name="collect_need_completeness"),
        )


class Located(models.Model):
    """A point on the earth, WGS-84 degrees; both or none."""

    longitude = models.FloatField(null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    address: LocalText = LocalTextField()

    class Meta:
        abstract = True
        constraints = (
            models.CheckConstraint(
                condition=Q(longitude__isnull=True, latitude__isnull=True)
                | Q(longitude__range=(-180, 180), latitude__range=(-90, 90)),
                name="collect_%(class)s_point",
            ),
        )


class Platform(Located, Record):
    """A place that gives a service: transfer, incubation, industrial innovation, S&T service, space."""

    record_ptr = models.OneToOneField(
        Record, on_delete=models.CASCADE, parent_link=True, primary_key=True, related_name="as_platform"
    )
    platform_type = models.CharField(max_length=30, blank=True)  # code list 'platform_type'
    park: LocalText = LocalTextField()  # as printed
    listed_park = models.ForeignKey(
        "places.Park", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    services: LocalText = LocalTextField()
    equipment: tuple[Equipment, ...] = StructuredField(shape=tuple[Equipment, ...], default=tuple, blank=True)
    free_space_m2 = models.PositiveIntegerField(null=True, blank=True)
    policies: LocalText = LocalTextField()
    checked_on = models.DateField(null=True, blank=True)

    class Meta(Located.Meta):
        pass


class Facility(Located, Record):
    """A laboratory, a device or computing power that others may use."""

    record_ptr = models.OneToOneField(
        Record, on_delete=models.CASCADE, parent_link=True, primary_key=True, related_name="as_facility"
    )
    facility_type = models.CharField(max_length=20, blank=True)  # code list 'facility_type'
    platform = models.ForeignKey(
        Platform, null=True, blank=True, on_delete=models.PROTECT, related_name="facilities"
    )
    model = models.CharField(max_length=200, blank=True)
    capability: LocalText = LocalTextField()
    hours: LocalText = LocalTextField()
    price: LocalText = LocalTextField()  # as printed
    booking: LocalText = LocalTextField()

    class Meta(Located.Meta):
        pass


class Dataset(Record):
    """Data that others may use, described by DataCite's six properties."""

    record_ptr = models.OneToOneField(
        Record, on_delete=models.CASCADE, parent_link=True, primary_key=True, related_name="as_dataset"
    )
    identifier = models.CharField(max_length=200, blank=True)
    creators: tuple[str, ...] = StructuredField(shape=tuple[str, ...], default=tuple, blank=True)
    publisher: LocalText = LocalTextField()
    publication_year = models.PositiveSmallIntegerField(null=True, blank=True)
    resource_type = models.CharField(max_length=30, blank=True)  # code list 'resource_type'
    data_licence = models.CharField(max_length=100, blank=True)
    access_conditions: LocalText = LocalTextField()


class Tool(Record):
    """Software, a model or a method that others may use."""

    record_ptr = models.OneToOneField(
        Record, on_delete=models.CASCADE, parent_link=True, primary_key=True, related_name="as_tool"
    )
    tool_type = models.CharField(max_length=30, blank=True)  # code list 'tool_type'
    release = models.CharField(max_length=50, blank=True)
    website = models.URLField(blank=True)
    tool_licence = models.CharField(max_length=100, blank=True)
    requirements: LocalText = LocalTextField()


class Scenario(Record):
    """A place of use where results are tried and shown."""

    record_ptr = models.OneToOneField(
        Record, on_delete=models.CASCADE, parent_link=True, primary_key=True, related_name="as_scenario"
    )
    problem: LocalText = LocalTextField()
    shown: LocalText = LocalTextField()  # what it does, what was shown
    scale: LocalText = LocalTextField()
