import re

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from fairground.language.ascii_words import DROPPED, AsciiWords


class Numbering:
    """Gives out ids as a vocabulary does, or, when frozen, only those it has."""

    def __init__(self) -> None:
        self.ids: dict[str, int] = {}

    def add(self, token: str) -> int:
        return self.ids.setdefault(token, len(self.ids))

    def find(self, token: str) -> int:
        return self.ids.get(token, DROPPED)


def token_of(word: str) -> str:
    return "" if word == "the" else word.rstrip("s")


ascii_text = st.text(alphabet=st.characters(max_codepoint=127), max_size=40)


@settings(deadline=None)  # the first call compiles
@given(st.lists(st.tuples(st.booleans(), st.lists(ascii_text, max_size=4)), max_size=5))
def test_words_agree_with_a_dictionary_filled_word_by_word(calls: list[tuple[bool, list[str]]]) -> None:
    words, given_out = AsciiWords(token_of), Numbering()
    expected = Numbering()
    for grow, texts in calls:
        ids, ends = words.ids_of(texts, given_out.add if grow else given_out.find)
        slow = [
            (expected.add if grow else expected.find)(token) if (token := token_of(word)) else DROPPED
            for text in texts
            for word in re.findall("[a-z0-9]+", text.lower())
        ]
        assert ids.tolist() == slow
        assert (
            ends.tolist()
            == np.cumsum([len(re.findall("[a-z0-9]+", text.lower())) for text in texts]).tolist()
        )
    assert given_out.ids == expected.ids


def test_a_word_unknown_at_first_is_found_once_its_token_has_an_id() -> None:
    words, numbering = AsciiWords(token_of), Numbering()
    assert words.ids_of(["lasers the"], numbering.find)[0].tolist() == [DROPPED, DROPPED]
    numbering.add("laser")
    assert words.ids_of(["Lasers the"], numbering.find)[0].tolist() == [0, DROPPED]


def test_the_table_grows_past_its_first_size_within_one_call_and_across_calls() -> None:
    words, numbering = AsciiWords(token_of), Numbering()
    texts = [" ".join(f"w{text}x{place}" for place in range(100)) for text in range(300)]
    ids, ends = words.ids_of(texts[:200], numbering.add)
    assert ids.tolist() == list(range(20_000))
    assert ends.tolist() == list(range(100, 20_001, 100))
    again, _ = words.ids_of(texts, numbering.add)
    assert again.tolist() == list(range(30_000))


def test_a_single_text_larger_than_the_table_is_read() -> None:
    words, numbering = AsciiWords(token_of), Numbering()
    ids, _ = words.ids_of([" ".join(f"x{place}" for place in range(50_000))], numbering.add)
    assert ids.tolist() == list(range(50_000))
