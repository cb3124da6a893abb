"""Records as an Atom feed (RFC 4287)."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed

from fairground.accounts.actors import Actor
from fairground.accounts.models import Record
from fairground.publish.catalogue import printable
from fairground.publish.records import named_organisation


def atom(
    request: HttpRequest, title: str, records: list[Record], actor: Actor, language: str
) -> HttpResponse:
    """Return a feed of records, newest first. An entry's id is its key and never changes with address or language."""
    own = request.build_absolute_uri()
    feed = Atom1Feed(
        title=printable(f"{title} · {request.hub.name.in_language(language)}"),
        link=request.build_absolute_uri(reverse("publish:catalogue")),
        description=None,
        language="zh-Hans" if language == "zh" else "en",
        feed_url=own,
        feed_guid=f"urn:fairground:feed:{request.hub.code}:{request.path}",
    )
    for record in records:
        organisation = named_organisation(actor, record)
        feed.add_item(
            title=printable(record.title.in_language(language)),
            link=request.build_absolute_uri(reverse("publish:record", args=[record.kind, record.key])),
            description=printable(record.summary.in_language(language)),
            unique_id=f"urn:fairground:record:{record.key}",
            author_name=printable(organisation.title.in_language(language)) if organisation else None,
            pubdate=record.published_at,
            updateddate=record.changed_at,
            categories=(record.kind, *record.fields),
        )
    response = HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")
    if records:
        response.headers["Last-Modified"] = max(record.changed_at for record in records).strftime(
            "%a, %d %b %Y %H:%M:%S GMT"
        )
    return response
