"""Sentences as printed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairground.language.sentences import sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("强度≥67%，密度≥1.80克/立方厘米。粒度均匀！", ["强度≥67%，密度≥1.80克/立方厘米。", "粒度均匀！"]),
        (
            "The gap is 3.5 mm. See Fig. 2, e.g. the seal.",
            ["The gap is 3.5 mm.", "See Fig. 2, e.g. the seal."],
        ),
        ("It runs at 5 V. The end!", ["It runs at 5 V.", "The end!"]),
        ("要求：1、精度高；2、成本低。", ["要求：", "精度高；", "成本低。"]),
        ("1. First item\n2. Second, 3.5 kg\n- third", ["First item", "Second, 3.5 kg", "third"]),
        ("(1) 在线检测；(2) 无需标定", ["在线检测；", "无需标定"]),
        ("系统 works well. 成本 is low.", ["系统 works well.", "成本 is low."]),
        ("Made by Acme Co. in Leeds.", ["Made by Acme Co. in Leeds."]),
        ("1.8 mm thick", ["1.8 mm thick"]),
        ("", []),
        (" \n。\n", []),
    ],
)
def test_sentences_cut_where_a_reader_would(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@given(st.text(alphabet=st.sampled_from("ab1.。;；\n •(1)、,，!？3mV "), max_size=60))
def test_sentences_are_substrings_in_order(text: str) -> None:
    place = 0
    for sentence in sentences(text):
        place = text.index(sentence, place) + len(sentence)
