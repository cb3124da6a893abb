"""Saved searches: keep one, hear about what is new by mail, follow it as a feed."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import override

from fairground.accounts.actors import Actor, actor_for, visitor
from fairground.accounts.consents import give_consent_to
from fairground.accounts.core import states
from fairground.accounts.errors import NotAllowedError, NotFoundError
from fairground.accounts.models import Record, User
from fairground.accounts.policies import readable
from fairground.language.local_text import LocalText
from fairground.mail.services import queue_mail
from fairground.publish.catalogue import CatalogueQuery, address, printable
from fairground.publish.core.search.search import Hit, search
from fairground.publish.index import search_index
from fairground.publish.models import SavedSearch
from fairground.publish.records import named_organisation

MOST_SAVED = 100  # of one person
NEWS_LIMIT = 50  # records in one feed or mail
_WAITS = {SavedSearch.Every.DAY: timedelta(days=1), SavedSearch.Every.WEEK: timedelta(days=7)}


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


def send_digests(*, now: datetime, address_of_site: str) -> int:
    """Queue a mail for every saved search that is due and has something new; return how many.

    `address_of_site` begins every address in the mail, without a slash at its end. A second call at once queues
    nothing: what was told is remembered in the transaction that queues the mail.
    """
    queued = 0
    due = SavedSearch.objects.exclude(every=SavedSearch.Every.NEVER).values_list("pk", flat=True)
    for search_id in list(due):
        queued += _send_digest(search_id, now, address_of_site)
    return queued


@transaction.atomic
def _send_digest(search_id: int, now: datetime, address_of_site: str) -> int:
    saved = (
        SavedSearch.objects.select_for_update(of=("self",))
        .select_related("user")
        .filter(pk=search_id)
        .first()
    )
    if saved is None or not saved.user.is_active:
        return 0
    since = saved.sent_at or saved.created_at
    if now - since < _WAITS[SavedSearch.Every(saved.every)]:
        return 0
    user: User = saved.user
    language = user.language
    actor = actor_for(user, saved.hub_id, now=now)
    found = news(query_of(saved), actor, language, since=since)
    saved.sent_at = now
    saved.save(update_fields=["sent_at"])
    if not found:
        return 0
    with override("zh-hans" if language == "zh" else "en"):
        text = _digest_text(saved, found, actor, language, address_of_site)
    subject = LocalText(f"“{saved.name}”有{len(found)}条新记录", f"{len(found)} new for '{saved.name}'")
    queue_mail(
        to=user.email,
        language=language,
        subject=subject.in_language(language),
        text=text,
        now=now,
        once=f"digest:{saved.pk}:{since.isoformat()}",
    )
    return 1


def _digest_text(
    saved: SavedSearch, found: list[Record], actor: Actor, language: str, address_of_site: str
) -> str:
    lines = []
    for record in found:
        lines.append(record.title.in_language(language))
        if organisation := named_organisation(actor, record):
            lines.append(f"  {organisation.title.in_language(language)}")
        lines.append(f"  {address_of_site}{reverse('publish:record', args=[record.kind, record.key])}")
    all_of_it = LocalText("全部结果：", "All results: ").in_language(language)
    stop = LocalText("不再接收：", "Stop these mails: ").in_language(language)
    lines += [
        "",
        f"{all_of_it}{address_of_site}{address(query_of(saved))}",
        f"{stop}{address_of_site}{reverse('publish:saved')}",
    ]
    return "\n".join(lines)


def feed_records(feed_key: str, hub_id: int, language: str) -> tuple[SavedSearch, list[Record]] | None:
    """Return what a saved search's feed shows: public records only, for the address needs no sign-in."""
    saved = SavedSearch.objects.filter(feed_key=feed_key, hub_id=hub_id).first()
    if saved is None:
        return None
    return saved, news(query_of(saved), visitor(saved.hub_id), language, since=None)
