"""The feature service in the words of OpenAPI 3.0: what programs read before they ask."""

from collections.abc import Iterable
from typing import Any

from fairground.publish.core.features import DEFAULT_LIMIT, MOST
from fairground.publish.features.collections import Collection

_PROBLEM = {
    "description": "What is wrong, as RFC 9457 writes it",
    "content": {"application/problem+json": {}},
}
_KEY = {"name": "featureId", "in": "path", "required": True, "schema": {"type": "string"}}


def openapi(address: str, collections: Iterable[Collection]) -> dict[str, Any]:
    """Return the definition of the service that answers at `address` (without a slash at the end)."""
    paths: dict[str, Any] = {
        "/": _get("The landing page", "application/json"),
        "/api/": _get("This definition", "application/vnd.oai.openapi+json;version=3.0"),
        "/conformance/": _get("What the service conforms to", "application/json"),
        "/collections/": _get("The collections", "application/json"),
    }
    for collection in collections:
        base = f"/collections/{collection.id}/"
        title = collection.title.in_language("en")
        paths[base] = _get(f"The collection: {title}", "application/json")
        paths[f"{base}items/"] = _get(
            title, "application/geo+json", [*_parameters(), *map(_filter, collection.filters)]
        )
        paths[f"{base}items/{{featureId}}/"] = _get(f"One of: {title}", "application/geo+json", [_KEY])
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "Fairground: public places",
            "version": "1.0.0",
            "description": "OGC API – Features, Part 1: Core. Public records alone; WGS-84, longitude first.",
        },
        "servers": [{"url": address}],
        "paths": paths,
    }


def _get(summary: str, kind: str, parameters: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return {
        "get": {
            "summary": summary,
            "parameters": parameters or [],
            "responses": {
                "200": {"description": summary, "content": {kind: {}}},
                "400": _PROBLEM,
                "404": _PROBLEM,
            },
        }
    }


def _parameters() -> list[dict[str, Any]]:
    """/req/core/fc-bbox-definition, fc-limit-definition, fc-time-definition."""
    return [
        {
            "name": "bbox",
            "in": "query",
            "required": False,
            "style": "form",
            "explode": False,
            "schema": {
                "type": "array",
                "oneOf": [{"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}],
                "items": {"type": "number"},
            },
        },
        {
            "name": "limit",
            "in": "query",
            "required": False,
            "style": "form",
            "explode": False,
            "schema": {"type": "integer", "minimum": 1, "maximum": MOST, "default": DEFAULT_LIMIT},
        },
        {
            "name": "datetime",
            "in": "query",
            "required": False,
            "style": "form",
            "explode": False,
            "schema": {"type": "string"},
        },
        *map(_filter, ("after", "before")),
    ]


def _filter(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "style": "form",
        "explode": False,
        "schema": {"type": "string"},
    }
