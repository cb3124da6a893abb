"""OGC API – Features, Part 1: Core. Requirements are named where they are met; tests go through all of them."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from fairground.language.local_text import LocalText
from fairground.publish.core.features import (
    FeatureRequest,
    FeatureRequestError,
    read_request,
    single_values,
)
from fairground.publish.features.collections import COLLECTIONS, Collection, extent_of, feature_of, page_of
from fairground.publish.features.description import openapi
from fairground.web.rate_limits import seconds_to_wait
from fairground.web.reader import other_language, readers_language

CONFORMANCE = (
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
)
_CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_JSON, _GEOJSON = "application/json", "application/geo+json"
_OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
View = Callable[..., HttpResponse]


def service(view: View) -> View:
    """Decorate a view of the service: what is wrong is told as RFC 9457 has it, and any site may read the answer."""

    @require_safe
    @wraps(view)
    def served(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        wait_s = seconds_to_wait(request, "search")
        if wait_s:
            response: HttpResponse = problem(
                429, LocalText("请求过于频繁", "Too many requests"), f"Try again in {wait_s} seconds."
            )
            response.headers["Retry-After"] = str(wait_s)
        else:
            try:
                response = view(request, *args, **kwargs)
            except FeatureRequestError as error:
                response = problem(
                    400,
                    LocalText("请求参数有误", "A parameter is wrong"),
                    str(error),
                    parameter=error.parameter,
                )
        # Public data, the same for everybody: no cookie is read, and none is set.
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.sets_no_cookie = True
        return response

    return served


def problem(status: int, title: LocalText, detail: str, **more: Any) -> JsonResponse:
    """Return an error as RFC 9457 writes it."""
    return JsonResponse(
        {
            "type": "about:blank",
            "title": title.in_language(readers_language()),
            "status": status,
            "detail": detail,
            **more,
        },
        status=status,
        content_type="application/problem+json",
    )


def _nothing() -> JsonResponse:
    return problem(
        404,
        LocalText("没有这个资源", "There is no such resource"),
        "Begin at the landing page; what is not public is not told here.",
    )


def _asks_nothing(request: HttpRequest) -> None:
    single_values(dict(request.GET.lists()), ())


@service
def show_landing(request: HttpRequest) -> HttpResponse:
    """/req/core/root-op, root-success: the links to definition, conformance and data."""
    _asks_nothing(request)
    hub = request.hub
    return JsonResponse(
        {
            "title": hub.name.in_language(readers_language()),
            "description": LocalText(
                "本枢纽公开的高新区、园区、服务平台和设施设备。",
                "The public zones, parks, service platforms and facilities of this hub.",
            ).in_language(readers_language()),
            "links": [
                *_self(request, "features"),
                _link(request, "features_api", "service-desc", "The API definition", kind=_OPENAPI),
                _link(request, "features_conformance", "conformance", "What this service conforms to"),
                _link(request, "features_collections", "data", "The collections"),
            ],
        }
    )


@service
def show_api(request: HttpRequest) -> HttpResponse:
    """/req/core/api-definition-op, -success: the definition as OpenAPI 3.0."""
    _asks_nothing(request)
    address = request.build_absolute_uri(reverse("publish:features"))
    return JsonResponse(openapi(address.rstrip("/"), COLLECTIONS.values()), content_type=_OPENAPI)


@service
def show_conformance(request: HttpRequest) -> HttpResponse:
    """/req/core/conformance-op, -success."""
    _asks_nothing(request)
    return JsonResponse({"conformsTo": list(CONFORMANCE)})


@service
def show_collections(request: HttpRequest) -> HttpResponse:
    """/req/core/fc-md-op, -success. One query a collection."""
    _asks_nothing(request)
    return JsonResponse(
        {
            "links": _self(request, "features_collections"),
            "collections": [_described(request, collection) for collection in COLLECTIONS.values()],
        }
    )


@service
def show_collection(request: HttpRequest, collection: str) -> HttpResponse:
    """/req/core/sfc-md-op, -success."""
    found = COLLECTIONS.get(collection)
    if found is None:
        return _nothing()
    _asks_nothing(request)
    return JsonResponse(_described(request, found))


@service
def show_items(request: HttpRequest, collection: str) -> HttpResponse:
    """/req/core/fc-op, fc-response: one page of a collection. Four queries at most."""
    found = COLLECTIONS.get(collection)
    if found is None:
        return _nothing()
    asked = read_request(dict(request.GET.lists()), found.filters)
    page = page_of(found, asked, request.hub.pk, readers_language())
    links = _self(request, "features_items", found.id, kind=_GEOJSON, query=request.GET.urlencode())
    for rel, name, key in (("next", "after", page.next_after), ("prev", "before", page.previous_before)):
        if key:
            links.append(_page_link(request, found, asked, rel, name, key))
    links.append(_link(request, "features_collection", "collection", "The collection", found.id))
    return JsonResponse(
        {
            "type": "FeatureCollection",
            "links": links,
            "timeStamp": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            "numberMatched": page.matched,
            "numberReturned": len(page.features),
            "features": [_with_address(request, feature) for feature in page.features],
        },
        content_type=_GEOJSON,
    )


@service
def show_item(request: HttpRequest, collection: str, key: str) -> HttpResponse:
    """/req/core/f-op, f-success: one item. One query."""
    found = COLLECTIONS.get(collection)
    feature = None if found is None else feature_of(found, key, request.hub.pk, readers_language())
    if found is None or feature is None:
        return _nothing()
    _asks_nothing(request)
    feature["links"] = [
        *_self(request, "features_item", found.id, key, kind=_GEOJSON),
        _link(request, "features_collection", "collection", "The collection", found.id),
    ]
    return JsonResponse(_with_address(request, feature), content_type=_GEOJSON)


def _with_address(request: HttpRequest, feature: dict[str, Any]) -> dict[str, Any]:
    properties = feature["properties"]
    return {**feature, "properties": {**properties, "page": request.build_absolute_uri(properties["page"])}}


def _described(request: HttpRequest, collection: Collection) -> dict[str, Any]:
    language = readers_language()
    return {
        "id": collection.id,
        "title": collection.title.in_language(language),
        "description": collection.description.in_language(language),
        "extent": extent_of(collection, request.hub.pk),
        "itemType": "feature",
        "crs": [_CRS84],
        "links": [
            *_self(request, "features_collection", collection.id),
            _link(request, "features_items", "items", "The items", collection.id, kind=_GEOJSON),
        ],
    }


def _self(
    request: HttpRequest, name: str, *args: str, kind: str = _JSON, query: str = ""
) -> list[dict[str, str]]:
    """Return the link of an answer to itself, and to the same in the other language."""
    own = readers_language()
    path = reverse(f"publish:{name}", args=args)
    other = f"/{other_language(own)}/{path.split('/', 2)[2]}"
    tail = f"?{query}" if query else ""
    return [
        {"href": request.build_absolute_uri(path) + tail, "rel": "self", "type": kind, "hreflang": own},
        {
            "href": request.build_absolute_uri(other) + tail,
            "rel": "alternate",
            "type": kind,
            "hreflang": other_language(own),
        },
    ]


def _link(
    request: HttpRequest, name: str, rel: str, title: str, *args: str, kind: str = _JSON
) -> dict[str, str]:
    address = request.build_absolute_uri(reverse(f"publish:{name}", args=args))
    return {"href": address, "rel": rel, "type": kind, "title": title}


def _page_link(
    request: HttpRequest, collection: Collection, asked: FeatureRequest, rel: str, name: str, key: str
) -> dict[str, str]:
    kept: Mapping[str, str] = {
        parameter: value for parameter, value in request.GET.items() if parameter not in ("after", "before")
    }
    address = request.build_absolute_uri(reverse("publish:features_items", args=[collection.id]))
    return {"href": f"{address}?{urlencode({**kept, name: key})}", "rel": rel, "type": _GEOJSON}
