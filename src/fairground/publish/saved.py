"""Saved searches: keep one, hear about what is new by mail, follow it as a feed."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.http import QueryDict
from django.urls import reverse

from fairground.accounts.actors import Actor, actor_for, visitor
from fairground.accounts.consents import give_consent_to
from fairground.accounts.core import states
from fairground.accounts.core.rhythms import DAILY, WEEKLY, last_digest
from fairground.accounts.errors import NotAllowedError, NotFoundError
from fairground.accounts.models import Record
from fairground.accounts.models.notices import PATH_LENGTH
from fairground.accounts.notices.kinds import own_affairs, register_notice_kind
from fairground.accounts.notices.services import hub_zone, notify
from fairground.accounts.notices.wishes import wants_mail_again
from fairground.accounts.policies import readable
from fairground.language.local_text import LocalText
from fairground.publish.catalogue import CatalogueQuery, address, printable
from fairground.publish.core.search.search import Hit, search
from fairground.publish.index import search_index
from fairground.publish.models import SavedSearch

MOST_SAVED = 100  # of one person
NEWS_LIMIT = 50  # records in one feed or mail
SAVED_SEARCH = "saved_search"  # the kind of notice
_RHYTHMS = {SavedSearch.Every.DAY: DAILY, SavedSearch.Every.WEEK: WEEKLY}


def query_of(saved: SavedSearch) -> CatalogueQuery:
    """Return what a saved search asks."""
    parameters = QueryDict(mutable=True)
    for name, values in saved.query.items():
        parameters.setlist(name, values)
    return CatalogueQuery.from_parameters(parameters)


@transaction.atomic
def save_search(*, actor: Actor, query: CatalogueQuery, name: str, every: str, now: datetime) -> SavedSearch:
    """Keep a search for a person. The same search again only changes its name and rhythm.

    Raises NotAllowedError: nobody is signed in, or too many are kept.
    """
    if actor.user_id is None:
        raise NotAllowedError("请先登录，再保存检索。", "Sign in to save a search.")
    kept: dict[str, list[str]] = {}
    for parameter, value in query.parameters():
        if parameter != "page":
            kept.setdefault(parameter, []).append(value)
    saved = next(
        (known for known in searches_of(actor) if known.query == kept),
        None,
    )
    if saved is None:
        if len(searches_of(actor)) >= MOST_SAVED:
            raise NotAllowedError(
                f"最多保存{MOST_SAVED}个检索。请先删去一些。",
                f"At most {MOST_SAVED} are kept. Delete some first.",
            )
        saved = SavedSearch(
            hub_id=actor.hub_id,
            user_id=actor.user_id,
            query=kept,
            feed_key=secrets.token_urlsafe(18),
            created_at=now,
            sent_at=now,
        )
    saved.name = " ".join(printable(name).split())[:200] or (query.text or "…")
    saved.every = every if every in SavedSearch.Every.values else SavedSearch.Every.NEVER
    saved.save()
    if saved.every != SavedSearch.Every.NEVER:
        give_consent_to("digest", user_id=actor.user_id, now=now, hub_id=actor.hub_id)
        wants_mail_again(user_id=actor.user_id, kind=SAVED_SEARCH, now=now)
    return saved


def searches_of(actor: Actor) -> list[SavedSearch]:
    """Return a person's saved searches in this hub, by name."""
    return list(SavedSearch.objects.filter(user_id=actor.user_id, hub_id=actor.hub_id))


def delete_search(*, actor: Actor, search_id: int) -> None:
    """Delete one of one's own. Raises NotFoundError."""
    deleted, _ = SavedSearch.objects.filter(pk=search_id, user_id=actor.user_id, hub_id=actor.hub_id).delete()
    if not deleted:
        raise NotFoundError


def news(query: CatalogueQuery, actor: Actor, language: str, *, since: datetime | None) -> list[Record]:
    """Return the newest records of a search that the actor may see, at most NEWS_LIMIT, newest first.

    `since` leaves out what was published before. What the index found is asked of the policy again.
    """
    request = CatalogueQuery(query.text, query.filters, query.excluded, query.limits, sort="newest").request(
        actor, language, limit=NEWS_LIMIT
    )
    hits: tuple[Hit, ...] = search(search_index().reader(), request).hits
    records = Record.objects.filter(
        readable(actor), state=states.PUBLISHED, key__in=[hit.key for hit in hits]
    ).select_related("organisation")
    if since is not None:
        records = records.filter(published_at__gt=since)
    return list(records.order_by("-published_at", "-pk"))


def tell_news(*, now: datetime) -> int:
    """Tell the holders of saved searches that are due what is new; return how many were told. Called by the clock.

    Due is what was not looked at since the last hour of digests: the news go into that digest, with all else that
    waits for its reader. A second call finds nothing: when it was looked at is kept in the same transaction.
    """
    waits = Q()
    for every, rhythm in _RHYTHMS.items():
        waits |= Q(every=every, sent_at__lt=last_digest(rhythm, now, hub_zone()))
    due = SavedSearch.objects.filter(waits, user__is_active=True).values_list("pk", flat=True)
    return sum(_tell_news(search_id, now) for search_id in list(due))


@transaction.atomic
def _tell_news(search_id: int, now: datetime) -> int:
    saved = (
        SavedSearch.objects.select_for_update(of=("self",))
        .select_related("user")
        .filter(pk=search_id)
        .first()
    )
    if saved is None or saved.every == SavedSearch.Every.NEVER or saved.sent_at is None:
        return 0
    since = saved.sent_at
    if since >= last_digest(_RHYTHMS[SavedSearch.Every(saved.every)], now, hub_zone()):
        return 0
    saved.sent_at = now
    saved.save(update_fields=["sent_at"])
    actor = actor_for(saved.user, saved.hub_id, now=now)
    found = news(query_of(saved), actor, saved.user.language, since=since)
    if not found:
        return 0
    path = address(query_of(saved))
    return notify(
        hub_id=saved.hub_id,
        user_ids=[saved.user_id],
        kind=SAVED_SEARCH,
        subject=LocalText(f"“{saved.name}”有新记录", f"New for '{saved.name}'"),
        path=path if len(path) <= PATH_LENGTH else reverse("publish:saved"),
        about_key=f"search-{saved.pk}",
        named=[record.key for record in reversed(found)],
        now=now,
    )


def register() -> None:
    """Make the news of saved searches known as a kind of notice. Their rhythm is each search's own."""
    register_notice_kind(
        SAVED_SEARCH,
        LocalText("保存的检索", "Saved searches"),
        LocalText("您保存的检索有新记录。", "Something new fits a search you saved."),
        rhythm=DAILY,
        pause=timedelta(0),
        opens=own_affairs,
        paced_at="/saved/",
    )


def feed_records(feed_key: str, hub_id: int, language: str) -> tuple[SavedSearch, list[Record]] | None:
    """Return what a saved search's feed shows: public records only, for the address needs no sign-in."""
    saved = SavedSearch.objects.filter(feed_key=feed_key, hub_id=hub_id).first()
    if saved is None:
        return None
    return saved, news(query_of(saved), visitor(saved.hub_id), language, since=None)
