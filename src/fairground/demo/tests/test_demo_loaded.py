"""What stands in the database when the demonstration is loaded."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import authenticate
from django.db import transaction
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from fairground.accounts.actors import actor_for
from fairground.accounts.core.roles import ROLES
from fairground.accounts.models import OrganisationMembership, Record, Revision, User
from fairground.collect.models import Facility, Need, Offer
from fairground.demo.load import LoadReport, load_demo
from fairground.demo.read import read_demonstration
from fairground.demo.record_values import RecordValues, field_codes
from fairground.demo.results_list import CHOICE, load_list
from fairground.editions.models import Edition, Session
from fairground.language.local_text import LocalText
from fairground.match.models import ResultsList
from fairground.match.results_list.services import set_up_list
from fairground.publish.models import Exhibit, Publication

DEMO = read_demonstration()
LATER = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
QUICK = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[LoadReport]:
    """Load once for all tests of this file, which only read, and take everything back."""
    with django_db_blocker.unblock(), override_settings(PASSWORD_HASHERS=QUICK), transaction.atomic():
        yield load_demo(now=datetime(2026, 11, 22, 9, 30, tzinfo=UTC))
        transaction.set_rollback(True)


def test_what_is_loaded(loaded: LoadReport) -> None:
    offer = Offer.objects.get(reference="O-031")
    assert offer.organisation is not None
    assert offer.organisation.title == LocalText("示例·青禾材料研究所", "Example Qinghe Materials Institute")
    assert (offer.state, offer.demonstration, offer.region) == ("published", True, "110000")
    assert offer.fields == ("new-materials",)
    assert [maturity.level for maturity in offer.maturity] == [7] == [offer.trl]
    need = Need.objects.get(reference="N-003")
    assert need.budget is not None
    assert (need.budget.high_minor, need.budget.qualifier) == (120_000_000, "less than")
    assert [condition.excluded for condition in need.conditions] == [False] * 4 + [True]
    lungs = Offer.objects.get(reference="O-011")
    assert lungs.organisation is not None
    assert (lungs.organisation.title.zh, lungs.demonstration) == ("北京大学人民医院", False)
    assert "清华大学" in (lungs.provenance.note.zh or "")
    assert lungs.fields == ("medical-devices",)
    assert (lungs.maturity, lungs.rights, lungs.price) == ((), (), None)
    edition = Edition.objects.get()
    leading = edition.figures.filter(is_leading=True).first()
    assert leading is not None
    assert (leading.code, leading.value, leading.printed.zh) == ("projects-signed", Decimal(309), "309个")
    assert edition.sessions.filter(starts_at__isnull=False).count() == 0
    assert not edition.taking_part.filter(record__demonstration=True).exists()
    assert edition.taking_part.count() == 14 + 14 + 13 + 2
    assert Exhibit.objects.get(reference="exhibit:lung-navigation").shown.get().key == lungs.key
    assert Publication.objects.get(reference="publication:digital-health").signatories == ()


def test_everybody_can_sign_in_with_one_role(loaded: LoadReport) -> None:
    assert [account.role for account in loaded.accounts] == list(ROLES)
    for account in loaded.accounts:
        user = User.objects.get(email=account.email)
        assert user.check_password(account.password)
        assert list(user.role_assignments.values_list("role", flat=True)) == [account.role]
        assert EmailAddress.objects.get(user=user).verified
    assert authenticate(None, email="organiser@example.org", password="wrong") is None
    manages = OrganisationMembership.objects.get(user__email="park.manager@example.org")
    assert manages.is_manager
    assert manages.organisation.title.zh == "示例·莲池畔园区服务中心"


def test_desks_and_the_queue_have_something_on_them(loaded: LoadReport) -> None:
    waiting = Record.objects.exclude(state="published").order_by("reference")
    assert [(record.reference, record.state) for record in waiting] == [
        ("submission:blade-yard", "in_review"),
        ("submission:cold-film", "draft"),
        ("submission:grinding-burn", "in_review"),
        ("submission:quiet-bearing", "draft"),
        ("submission:sealant", "in_review"),
    ]
    assert all(record.demonstration and record.created_by_id for record in waiting)
    revision = Revision.objects.get()
    assert (revision.state, revision.record.reference) == ("open", "N-010")
    assert revision.values["budget"]["quote"] == "300–380 万元"


def test_every_field_printed_in_the_sample_lists_has_a_code() -> None:
    printed = [(row.texts, row.demonstration) for row in DEMO.offers]
    printed += [(row.texts, row.demonstration) for row in DEMO.needs]
    for texts, is_demonstration in printed:
        assert bool(field_codes(texts.get("field", LocalText()))) == is_demonstration
    assert all(exhibit.fields for exhibit in DEMO.exhibits)
    with pytest.raises(KeyError):
        field_codes(LocalText("没有的领域"))


def test_every_right_printed_in_the_sample_lists_has_a_kind() -> None:
    values = RecordValues(DEMO, lambda ref: ref, {})
    rights = {
        right["status"]: right["right"] for offer in DEMO.offers for right in values.offer(offer)["rights"]
    }
    assert rights["发明专利 1 项"] == "patent"
    assert rights["1 patent application"] == "application"
    assert rights["Software copyright"] == rights["软件著作权 2 项"] == "software"
    kept_secret = {printed for printed, right in rights.items() if right == "secret"}
    assert all("秘密" in printed or "secret" in printed.lower() for printed in kept_secret), kept_secret


def test_an_unknown_ref_is_an_error() -> None:
    def nothing(ref: str) -> str:
        raise KeyError(ref)

    with pytest.raises(KeyError, match="org:demo-park"):
        RecordValues(DEMO, nothing, {}).platform(replace(DEMO.platforms[0]))


def test_every_facility_stands_on_an_invented_platform_of_its_zone(loaded: LoadReport) -> None:
    facilities = Facility.objects.filter(state="published").select_related("platform")
    assert len(facilities) == len(DEMO.facilities)
    for facility in facilities:
        assert facility.platform is not None
        assert facility.platform.demonstration
        assert facility.platform.zone_id == facility.zone_id
    pairs = [(set(facility.fields), set(facility.platform.fields)) for facility in facilities]
    assert all(own & of_platform for own, of_platform in pairs)


def test_nobody_speaks_where_no_source_says_so(loaded: LoadReport) -> None:
    assert Session.objects.count() == len(DEMO.sessions)
    assert [session.key for session in Session.objects.all() if session.speakers] == []


def test_the_list_has_two_versions_of_invented_records_and_says_what_changed(loaded: LoadReport) -> None:
    with transaction.atomic():
        assert load_list(now=LATER)
        assert not load_list(now=LATER)
        results_list = ResultsList.objects.get()
        second, first = results_list.issues.all()
        assert (first.number, second.number, second.previous_id) == (1, 2, first.pk)
        for issue in (first, second):
            assert (issue.publication.state, issue.publication.demonstration) == ("published", True)
            keys = issue.entries.values_list("record_key", flat=True)
            assert Record.objects.filter(key__in=keys, demonstration=True).count() == len(keys) > 40
        new = [number[0] for number in second.changes.new]
        assert (new.count("R"), new.count("N")) == (3, 3)
        assert [(entry.number, entry.fields) for entry in second.changes.changed] == [
            ("R-001", ("trl",)),
            ("R-002", ("trl",)),
        ]
        assert second.changes.gone == ()
        assert set(first.entries.values_list("number", "side")) < set(
            second.entries.values_list("number", "side")
        )
        transaction.set_rollback(True)


def test_a_list_that_people_made_of_these_regions_is_left_alone(loaded: LoadReport) -> None:
    with transaction.atomic():
        user = User.objects.get(email="broker@example.org")
        actor = actor_for(user, Record.objects.values_list("hub_id", flat=True)[0], now=LATER)
        own = set_up_list(actor=actor, title=LocalText("我们的清单"), choice=CHOICE, now=LATER)
        assert not load_list(now=LATER)
        assert (ResultsList.objects.get(), own.issues.count()) == (own, 0)
        transaction.set_rollback(True)
