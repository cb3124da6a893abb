"""Normalised and folded text."""

from hypothesis import given
from hypothesis import strategies as st

from fairground.language.detect import language_of
from fairground.language.normalise import fold, normalise

TEXTS = st.text(
    alphabet=st.sampled_from("0123456789.,-—–～~％%℃°Cμµum微米３５ｍｍ繁體溫度软 \t\n“”'厚≥≧abcXYZ，。"),
    max_size=40,
)


def test_normalise_full_width_traditional_and_units_become_one_spelling() -> None:
    assert normalise("溫度３０℃，厚度 5 um") == "温度30°C,厚度 5 µm"
    assert normalise("1,234.5 kg — 25 degrees C") == "1234.5 kg - 25°C"
    assert normalise("“精度”\u3000≧\u200b95％") == '"精度" ≥95%'


def test_normalise_thousands_only_where_three_digits_follow() -> None:
    assert normalise("1,000,000 and 1,5 and 12,34") == "1000000 and 1,5 and 12,34"


@given(TEXTS)
def test_fold_keeps_every_offset(text: str) -> None:
    assert len(fold(text)) == len(text)


@given(TEXTS)
def test_fold_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_language_of_scripts_decide() -> None:
    assert language_of("基于YOLO的缺陷检测系统") == "zh"
    assert language_of("Deep learning for crack detection in 钢") == "en"
    assert language_of("深度学习 deep learning 方法 for crack 检测") == "mixed"
    assert language_of("12.5 %") == "und"
