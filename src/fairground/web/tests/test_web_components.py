"""Each component with values that want to be markup, and with next to nothing."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from fairground.language.local_text import LocalText
from fairground.web import reader
from fairground.web.words import CHAIN, STATES

HOSTILE = '"><img src=x onerror=alert(1)>'
TEXT = {"zh": HOSTILE, "en": HOSTILE}


class _NeedForm(forms.Form):
    title = forms.CharField(label=HOSTILE, help_text="One line.")
    partnership = forms.MultipleChoiceField(
        choices=[("licence", HOSTILE)], widget=forms.CheckboxSelectMultiple, required=False
    )


_FACT_VALUES: dict[str, Any] = {
    "line": HOSTILE,
    "text": HOSTILE,
    "local_line": TEXT,
    "local_text": TEXT,
    "code": TEXT,
    "region": TEXT,
    "lines": [HOSTILE],
    "codes": [TEXT],
    "languages": [TEXT],
    "integer": 3,
    "number": 3,
    "percent": 0.3,
    "money": {"low_minor": 1, "high_minor": 2, "currency": HOSTILE},
    "boolean": True,
    "readiness": HOSTILE,
    "date": HOSTILE,
    "datetime": datetime(2024, 4, 25, tzinfo=UTC),
    "days": (HOSTILE, None),
    "record": {"label": TEXT, "url": HOSTILE},
    "records": [{"label": TEXT, "url": HOSTILE}],
    "links": [{"label": TEXT}],
    "address": HOSTILE,
    "structure": [{"label": TEXT, "value": HOSTILE}],
    "structures": [[{"label": TEXT, "value": HOSTILE}]],
    "maturity": [
        {"level": 7, "element": TEXT, "use": TEXT, "date": HOSTILE, "evidence": TEXT, "evidence_url": HOSTILE}
    ],
    "rights": [{"kind": TEXT, "number": HOSTILE, "office": HOSTILE, "status": TEXT, "owner": TEXT}],
}

_PARTS = [(HOSTILE, True), (HOSTILE, False)]
_CONTEXTS: dict[str, dict[str, Any]] = {
    "attachments": {
        "attachments": [{"name": HOSTILE, "url": HOSTILE, "kind": HOSTILE, "description": TEXT, "size": 10}]
    },
    "chain": {"chain": [{"step": step, "position": "done", "known": TEXT, "url": HOSTILE} for step in CHAIN]},
    "chips": {"chips": [{"of": TEXT, "label": TEXT, "url": HOSTILE}, {"label": TEXT}], "name": HOSTILE},
    "demo_mark": {},
    "diff": {"changes": [{"label": TEXT, "before": HOSTILE, "parts_after": _PARTS}]},
    "entry": {"parts": [{"label": TEXT, "name": HOSTILE, "value": HOSTILE}]},
    "empty": {"title": TEXT, "text": TEXT, "actions": [{"label": TEXT, "url": HOSTILE}]},
    "facet": {
        "facet": {"name": HOSTILE, "label": TEXT, "options": [{"value": HOSTILE, "label": TEXT, "count": 1}]}
    },
    "facets": {
        "facets": [{"name": "f", "label": TEXT, "options": []}],
        "kept": [("q", HOSTILE)],
        "total": 1,
        "action": HOSTILE,
    },
    "fact": {"fact": {"value": HOSTILE, "url": HOSTILE}},
    "facts": {
        "facts": [
            {"label": TEXT, "shape": shape, "value": value, "quote": HOSTILE}
            for shape, value in _FACT_VALUES.items()
        ]
    },
    "field": {"field": _NeedForm({"title": HOSTILE})["title"], "advice": [TEXT]},
    "figure": {
        "figure": {
            "number": HOSTILE,
            "qualifier": HOSTILE,
            "unit": TEXT,
            "label": TEXT,
            "url": HOSTILE,
            "source": TEXT,
        }
    },
    "form": {"form": _NeedForm({"title": "", "partnership": [HOSTILE]}), "advice": {"title": [TEXT]}},
    "history": {
        "history": [
            {"when": datetime(2024, 4, 25, tzinfo=UTC), "actor": TEXT, "action": TEXT, "reason": TEXT}
        ]
    },
    "language_mark": {"text": {"zh": HOSTILE}},
    "notice": {"level": HOSTILE, "text": HOSTILE, "title": HOSTILE, "next_step": HOSTILE},
    "pager": {
        "pages": [{"number": 1, "url": ""}, {"number": None}, {"number": 2, "url": HOSTILE}],
        "next_url": HOSTILE,
    },
    "progress": {"progress": {"label": TEXT, "state": "failed", "message": HOSTILE, "poll_url": HOSTILE}},
    "provenance": {
        "provenance": {
            "name": TEXT,
            "address": HOSTILE,
            "quote": HOSTILE,
            "retrieved_on": HOSTILE,
            "note": TEXT,
        },
        "licence": HOSTILE,
    },
    "reasons": {
        "reasons": [{"asks": TEXT, "verdict": "met", "says": TEXT, "why": TEXT, "excluded": True}],
        "score": HOSTILE,
        "method": HOSTILE,
    },
    "rows": {
        "rows": [
            {"url": HOSTILE, "title": TEXT},
            {
                "url": HOSTILE,
                "title": {"zh": HOSTILE},
                "kind_label": TEXT,
                "organisation": TEXT,
                "organisation_url": HOSTILE,
                "place": TEXT,
                "fields": [TEXT],
                "trl": HOSTILE,
                "parts": _PARTS,
                "date": HOSTILE,
                "state": HOSTILE,
                "demonstration": True,
            },
        ]
    },
    "state": {"state": HOSTILE},
    "steps": {"steps": [{"label": TEXT, "position": "here"}]},
    "structure": {"parts": [{"label": TEXT, "value": HOSTILE}]},
    "table": {
        "caption": HOSTILE,
        "columns": [{"label": TEXT}],
        "lines": [{"cells": [{"text": HOSTILE, "url": HOSTILE}]}],
    },
    "tabs": {"tabs": [{"label": TEXT, "url": HOSTILE, "count": 3}], "name": HOSTILE},
}


def _render(name: str, context: dict[str, Any], language: str = "en") -> str:
    with translation.override(language):
        return render_to_string(f"web/components/{name}.html", context)


def test_every_component_is_tried() -> None:
    folder = Path(__file__).parents[1] / "templates" / "web" / "components"
    assert {path.stem for path in folder.glob("*.html")} == set(_CONTEXTS)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", sorted(_CONTEXTS))
def test_no_value_becomes_markup(name: str, language: str) -> None:
    shown = _render(name, _CONTEXTS[name], language)
    assert "<img" not in shown
    assert ("&lt;img" in shown) == (name not in {"demo_mark", "language_mark"})


@pytest.mark.parametrize("state", sorted(STATES))
def test_a_state_is_a_word_beside_a_mark(state: str) -> None:
    shown = _render("state", {"state": state}, "zh")
    assert f'class="state state-{state}"' in shown
    assert (STATES[state].zh or "") in shown


def test_the_chain_says_where_a_record_stands_without_colour() -> None:
    chain = [{"step": step, "position": "here" if step == "publish" else "ahead"} for step in CHAIN]
    shown = _render("chain", {"chain": chain})
    assert shown.count("<li") == 7
    assert shown.count('aria-current="step"') == 1
    assert 'Publish<span class="unseen"> (now)' in shown


def test_a_facet_keeps_what_was_chosen() -> None:
    options = [{"value": "13", "label": "Hebei", "count": 12_345, "chosen": True}]
    shown = _render("facet", {"facet": {"name": "region", "label": "Region", "options": options}})
    assert 'name="region" value="13" checked' in shown
    assert "12,345" in shown


def test_an_error_says_that_nothing_typed_is_lost_and_is_tied_to_its_field() -> None:
    shown = _render("form", {"form": _NeedForm({"title": "", "partnership": []})})
    assert "Everything you typed is still here." in shown
    assert 'aria-invalid="true"' in shown
    described = shown.partition('aria-describedby="')[2].partition('"')[0].split()
    assert all(f'id="{part}"' in shown for part in described)
    assert described == ["id_title_helptext", "id_title_error"]


def test_progress_asks_again_only_while_work_goes_on() -> None:
    running = {"label": "Comparing", "done": 4, "total": 10, "state": "running", "poll_url": "/p"}
    assert 'hx-get="/p"' in _render("progress", {"progress": running})
    assert "hx-get" not in _render("progress", {"progress": running | {"state": "finished"}})


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "429", "500"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_error_pages_need_no_database_and_no_hub(name: str, language: str) -> None:
    with translation.override(language):
        shown = render_to_string(f"{name}.html", {}, None)
    assert shown.startswith("<!doctype html>")
    assert name.partition("_")[0] in shown


@pytest.mark.parametrize(
    ("address", "language", "twin"),
    [
        ("/zh/catalogue/?q=%E6%97%A0", "en", "/en/catalogue/?q=%E6%97%A0"),
        ("/en/offer/k7m2q9xw4t1c/", "zh", "/zh/offer/k7m2q9xw4t1c/"),
        ("/zh//evil.example/", "en", "/en//evil.example/"),
        ("/robots.txt", "zh", "/zh/"),
    ],
)
def test_the_same_page_in_the_other_language(address: str, language: str, twin: str) -> None:
    assert reader.address_in(language, RequestFactory().get(address)) == twin


def test_what_was_found_is_marked_and_nothing_else_becomes_markup() -> None:
    row = {
        "url": "/a",
        "title": LocalText("阀门", "Valve"),
        "parts": [("a & b ", False), ("<i>", True), ("</mark>", False)],
    }
    shown = _render("rows", {"rows": [row]})
    assert '<p class="benefit">a &amp; b <mark>&lt;i&gt;</mark>&lt;/mark&gt;</p>' in shown


def test_a_row_says_what_is_known_and_leaves_out_the_rest() -> None:
    bare = {"url": "/a", "title": LocalText("阀门", "Valve")}
    assert _render("rows", {"rows": [bare], "start": 21}).strip() == (
        '<ol class="rows" start="21">\n'
        '<li><article class="row">\n<h3><a href="/a">Valve</a></h3>\n'
        '<div><p class="meta"></p>\n</div>\n<div class="side"></div>\n</article></li>\n</ol>'
    )
