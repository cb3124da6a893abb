import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairground.language.words_inside import WordsInside

LETTERS = "机器人光纤a𠀀"


def spans_by_hand(words: list[str], text: str) -> list[tuple[int, int, int]]:
    return [
        (begin, end, words.index(text[begin:end]))
        for begin in range(len(text))
        for end in range(begin + 1, len(text) + 1)
        if text[begin:end] in words
    ]


@given(
    st.lists(st.text(LETTERS, min_size=1, max_size=5), unique=True, max_size=30),
    st.text(LETTERS, max_size=40),
)
def test_every_word_inside_a_text_is_found_and_nothing_else(words: list[str], text: str) -> None:
    found = [part.tolist() for part in WordsInside(words).spans(text)]
    assert list(zip(*found, strict=True)) == spans_by_hand(words, text)


def test_more_is_found_than_there_was_room_for() -> None:
    words = ["机" * length for length in range(1, 20)]
    begins, ends, places = WordsInside(words).spans("机" * 300)
    assert len(begins) == sum(min(19, 300 - begin) for begin in range(300))
    assert (ends - begins == places + 1).all()


@pytest.mark.parametrize("text", ["", "x", "\ud800"])
def test_a_text_without_words(text: str) -> None:
    assert [part.tolist() for part in WordsInside(["机器"]).spans(text)] == [[], [], []]
