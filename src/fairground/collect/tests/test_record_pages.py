"""Every kind through its form, without JavaScript: typed, saved, shown again, submitted, published, revised."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from fairground.accounts.kinds import FieldSpec, Kind, kind_of, kinds
from fairground.accounts.services import add_record
from fairground.accounts.values import snapshot
from fairground.language.local_text import LocalText
from fairground.places.models import Park, Zone

KINDS = (
    "offer", "need", "platform", "facility", "dataset", "tool", "scenario",
    "organisation", "person", "publication", "session", "exhibit", "edition",
)  # fmt: skip
MARKUP = "<script>alert(1)</script>&\"'"


def _typed(kind: Kind, keys: dict[str, str]) -> dict[str, Any]:
    """Something for every control of a kind's form, markup in every text."""
    typed: dict[str, Any] = {}
    for spec in kind.layout:
        _type(spec, spec.name, typed, keys)
    return typed


def _type(spec: FieldSpec, name: str, typed: dict[str, Any], keys: dict[str, str]) -> None:
    match spec.shape:
        case "local_line" | "local_text":
            typed[f"{name}.zh"], typed[f"{name}.en"] = f"中文 {MARKUP}", f"English {MARKUP}"
        case "lines":
            typed[name] = f"one {MARKUP}\ntwo"
        case "code":
            typed[name] = _code(spec)
        case "codes":
            typed[name] = [_code(spec)]
        case "languages":
            typed[name] = ["zh", "en"]
        case "region":
            typed[name] = "130000"
        case "country":
            typed[name] = "CN"
        case "zone":
            typed[name] = "example-zone"
        case "park":
            typed[name] = keys["park"]
        case "date":
            typed[name] = "2027-03-01"
        case "datetime":
            typed[name] = "2027-03-01T09:30"
        case "integer" | "readiness":
            typed[name] = "6"
        case "longitude" | "latitude":
            typed[name] = "38.5"
        case "boolean":
            typed[name] = "on"
        case "money":
            typed[name] = "50–100万元"
        case "record":
            typed[name] = keys[spec.kind]
        case "records":
            typed[name] = [keys[spec.kind]]
        case "structure":
            for part in spec.parts:
                _type(part, f"{name}.{part.name}", typed, keys)
        case "structures":
            for part in spec.parts:
                _type(part, f"{name}.0.{part.name}" if part.name else f"{name}.0", typed, keys)
        case _:
            typed[name] = f"text {MARKUP}"
    if spec.name in ("website", "address") and spec.shape == "line":
        typed[name] = "https://example.org/?a=1&b=2"
    if spec.name == "email":
        typed[name] = "someone@example.org"
    exact = {"ror": "03vek6s52", "uscc": "91350100M000100Y43", "hall": "A", "stand": "1", "module": "forum"}
    if spec.name in exact:
        typed[name] = exact[spec.name]


def _code(spec: FieldSpec) -> str:
    from fairground.taxonomy import code_list

    return next(iter(code_list(spec.code_list))).code


@pytest.fixture
def keys(clock_actor: Any, now: datetime) -> dict[str, str]:
    """Published records of the kinds that others refer to."""
    Zone.objects.create(code="example-zone", name=LocalText("示例·园区", "Example zone"), region="130000")
    park = Park.objects.create(name=LocalText("示例·产业园", "Example park"), region="130000")
    found = {"park": park.key}
    for kind, more in (("organisation", {}), ("platform", {}), ("offer", {}), ("edition", {"year": 2024})):
        title = {"zh": f"示例·{kind}", "en": f"Example {kind}"}
        found[kind] = add_record(
            actor=clock_actor, kind_code=kind, values={"title": title, **more}, now=now, publish=True
        ).key
    return found


def test_the_kinds_of_this_test_are_all_kinds() -> None:
    assert {kind.code for kind in kinds()} == set(KINDS)


@pytest.mark.parametrize("code", KINDS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_kind_is_written_and_read_again(
    code: str, language: str, keys: dict[str, str], sign_in: Callable[..., Client]
) -> None:
    client = sign_in("administrator")
    kind = kind_of(code)
    page = client.get(f"/{language}/new/{code}/")
    assert page.status_code == 200
    answer = client.post(f"/{language}/new/{code}/", {**_typed(kind, keys), "do": "save"})
    assert answer.status_code == 302, answer.context["form"].faults

    record = kind.model.objects.get(kind=code, state="draft")
    stored = snapshot(record, kind)
    assert set(stored) == set(kind.fields)
    edit = client.get(answer.headers["Location"])
    assert "<script>alert" not in edit.content.decode()
    # The form writes exactly what it would read again.
    form = edit.context["form"]
    assert form.changes() == {}
    assert form.faults == {}
    preview = client.get(f"/{language}/{code}/{record.key}/preview/")
    assert preview.status_code == 200
    assert "<script>alert" not in preview.content.decode()
