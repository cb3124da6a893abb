"""Mail texts: one template a mail, both languages side by side, the first line is the subject."""

from collections.abc import Mapping
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation

# Django's own words (dates) know Chinese under this name.
_DJANGO_NAMES = {"zh": "zh-hans", "en": "en"}


def render_mail(template: str, language: str, context: Mapping[str, Any]) -> tuple[str, str]:
    """Return subject and text of a mail in 'zh' or 'en', whatever the language of the page that caused it."""
    with translation.override(_DJANGO_NAMES[language]):
        written = render_to_string(template, {**context, "reader": language})
    subject, _, text = written.strip().partition("\n")
    return subject.strip(), text.strip() + "\n"
