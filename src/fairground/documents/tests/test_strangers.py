import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from fairground.documents.strangers import LONGEST_WORD, printable, shortened


def test_what_turns_or_hides_text_is_taken_out() -> None:
    assert printable("safe\u202egnp.exe\u2066x\u2069 \x00\x1b[2J\ufeff\ue000 end") == "safegnp.exex [2J end"


def test_line_breaks_and_runs_of_blanks_become_one_space() -> None:
    assert printable("  a\r\n\r\nb\u2028c\t d\u3000e\u00a0 f  ") == "a b c d e f"


def test_a_word_too_long_for_a_column_may_break_and_says_the_same() -> None:
    word = "x" * (LONGEST_WORD + 1)
    shown = printable(f"before {word} after")
    assert shown.replace("\u200b", "") == f"before {word} after"
    assert shown.count("\u200b") == LONGEST_WORD


def test_an_ordinary_word_and_chinese_stay_as_they_are() -> None:
    text = "electroencephalographically 大型复杂结构件力学性能全域无损检测系统与在线读数平台的工程应用"
    assert printable(text) == text


@given(st.text(max_size=300))
def test_nothing_unseen_is_left_and_nothing_seen_is_lost(text: str) -> None:
    shown = printable(text)
    assert all(
        unicodedata.category(letter) not in ("Cc", "Cs", "Co", "Cn") for letter in shown.replace("\u200b", "")
    )
    seen = [letter for letter in text if unicodedata.category(letter)[0] not in "CZ"]
    assert [letter for letter in shown if unicodedata.category(letter)[0] not in "CZ"] == seen


def test_a_text_is_cut_after_a_sentence_where_there_is_one() -> None:
    assert shortened("第一句话说完了。第二句话很长很长很长很长。", 14) == "第一句话说完了。…"


def test_a_text_without_sentences_is_cut_after_a_word() -> None:
    assert shortened("one two three four five", 16) == "one two three…"


@given(st.text(max_size=200), st.integers(min_value=4, max_value=80))
def test_what_is_shortened_begins_as_the_text_does(text: str, most: int) -> None:
    short = shortened(text, most)
    assert short == text if len(text) <= most else text.startswith(short.rstrip("…").rstrip(" "))
    assert len(short) <= most + 1
