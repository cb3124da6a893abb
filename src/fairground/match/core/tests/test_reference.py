"""The reference population: usable as counts, useless as text."""

import gzip
import json
import re
from importlib.resources import files

import pytest

from fairground.language.bridge import has_han
from fairground.language.tokens import surface_forms
from fairground.match.core.reference import FILE, reference_needs

LANGUAGES = ("zh", "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_order_is_the_same_each_time(language: str) -> None:
    first = reference_needs(language)
    reference_needs.cache_clear()
    assert reference_needs(language) == first
    assert len(first) == 500
    assert len(set(first)) > 490


def test_needs_are_in_their_language_and_say_something() -> None:
    assert sum(has_han(need.body) for need in reference_needs("zh")) > 490
    assert not any(has_han(need.title + need.body) for need in reference_needs("en"))
    for language in LANGUAGES:
        assert all(need.title and need.body for need in reference_needs(language))
    assert reference_needs("fr") == ()


@pytest.mark.parametrize(("language", "apart"), [("zh", "。"), ("en", " qq ")])
def test_no_more_than_two_neighbouring_words_can_be_read(language: str, apart: str) -> None:
    for need in reference_needs(language):
        for text in (need.title, need.body):
            for chunk in text.split(apart):
                # Cut anew, two words may become three; six in a row would be a phrase of the source.
                assert len(surface_forms(chunk)) < 6, chunk
                assert len(chunk.split()) <= 2, chunk


def test_rows_carry_no_id_and_no_address() -> None:
    packed = (files("fairground.match.core") / "data" / FILE).read_bytes()
    rows = [json.loads(line) for line in gzip.decompress(packed).decode("utf-8").splitlines()]
    assert {frozenset(row) for row in rows} == {frozenset({"language", "title", "body"})}
    for row in rows:
        text = f"{row['title']} {row['body']}"
        assert "@" not in text
        assert "://" not in text
        assert not re.search(r"\b[a-z]{1,4}\d{2,3}-[a-z]?\d{3}\b", text, re.IGNORECASE)  # a topic number


def test_the_file_has_no_time_stamp() -> None:
    packed = (files("fairground.match.core") / "data" / FILE).read_bytes()
    assert packed[4:8] == b"\0\0\0\0"
