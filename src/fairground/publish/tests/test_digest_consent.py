"""Mail about saved searches is sent with consent, and stops when it is taken back."""

from collections.abc import Callable
from datetime import datetime

from django.http import QueryDict

from fairground.accounts.actors import actor_for
from fairground.accounts.consents import has_consent, withdraw_consent
from fairground.accounts.held import everything_held
from fairground.accounts.models import Consent, Hub, User
from fairground.publish.catalogue import CatalogueQuery
from fairground.publish.models import SavedSearch
from fairground.publish.saved import save_search


def _save(user: User, hub: Hub, every: str, now: datetime) -> SavedSearch:
    return save_search(
        actor=actor_for(user, hub.pk, now=now),
        query=CatalogueQuery.from_parameters(QueryDict("q=检测")),
        name="Example",
        every=every,
        now=now,
    )


def test_who_asks_for_mail_agrees_to_it(make_user: Callable[..., User], hub: Hub, now: datetime) -> None:
    user = make_user("member")
    _save(user, hub, "never", now)
    assert not has_consent(user, "digest")
    for _ in range(2):
        _save(user, hub, "day", now)
    assert Consent.objects.filter(user=user, text__code="digest").count() == 1


def test_taking_consent_back_stops_the_mail_and_keeps_the_search(
    make_user: Callable[..., User], hub: Hub, now: datetime
) -> None:
    user, other = make_user("member"), make_user("member")
    for person in (user, other):
        _save(person, hub, "week", now)
    consent = Consent.objects.get(user=user, text__code="digest")
    withdraw_consent(user=user, consent_id=consent.pk, now=now, hub_id=hub.pk)

    assert SavedSearch.objects.get(user=user).every == "never"
    assert SavedSearch.objects.get(user=other).every == "week"
    assert everything_held(user)["saved_searches"][0]["name"] == "Example"
