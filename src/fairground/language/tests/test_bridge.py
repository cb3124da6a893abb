"""The bridge: English stems that a Chinese text stands for."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairground.language.bridge import bridge_counts, has_han
from fairground.language.dictionary import gloss
from fairground.language.tokens import Vocabulary, tokenise

CHINESE = ("固态锂电池", "抗旱水稻育种", "工业废水处理", "手术机器人", "光纤传感器")


def bridged(*texts: str) -> list[dict[str, float]]:
    vocabulary = Vocabulary()
    rows = bridge_counts(texts, vocabulary).toarray()
    assert rows.shape == (len(texts), len(vocabulary))
    assert rows.dtype == np.float32
    return [{vocabulary.tokens[n]: float(row[n]) for n in np.flatnonzero(row).tolist()} for row in rows]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("锂", True), ("LED 灯", True), ("battery 2.0", False), ("", False), ("、。ｅ", False), ("电", True)],
)
def test_has_han(text: str, expected: bool) -> None:
    assert has_han(text) == expected


@pytest.mark.parametrize(
    ("text", "stem"),
    [
        ("锂电池", "batteri"),
        ("水稻", "rice"),
        ("机器人", "robot"),
        ("废水", "wastewat"),
        ("传感器", "sensor"),
    ],
)
def test_chinese_says_its_english_stem_loudest(text: str, stem: str) -> None:
    (words,) = bridged(text)
    assert stem in words
    assert words[stem] >= 0.5 * max(words.values())


def test_weights_are_half_those_of_the_gloss_and_the_faint_are_left_out() -> None:
    for text, words in zip(CHINESE, bridged(*CHINESE), strict=True):
        wanted = {stem: weight / 2 for stem, weight in gloss(text, 0.0) if weight >= 0.15}
        assert words == pytest.approx(wanted)


def test_words_printed_in_english_are_not_said_twice() -> None:
    (plain,) = bridged("机器人")
    (mixed,) = bridged("机器人 robot")
    assert "robot" in plain
    assert "robot" not in mixed


def test_a_text_without_chinese_says_nothing_more() -> None:
    assert bridged("a lithium battery", "", CHINESE[0], "2.5 %")[:2] == [{}, {}]
    assert bridged("a lithium battery") == [{}]
    assert bridge_counts([], Vocabulary()).shape == (0, 0)


def test_stems_are_those_of_english_texts() -> None:
    vocabulary = Vocabulary()
    tokenise(["Battery with lithium; wastewater robots"], vocabulary, grow=True)
    before = list(vocabulary.tokens)
    counts = bridge_counts(["锂电池", "机器人"], vocabulary)
    assert list(vocabulary.tokens[: len(before)]) == before
    assert counts[0, vocabulary.id_of("batteri")] > 0
    assert counts[1, vocabulary.id_of("robot")] > 0


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from([*CHINESE, "", "steel pump", "LED 灯"]), max_size=6))
def test_each_text_is_read_for_itself(texts: list[str]) -> None:
    assert bridged(*texts) == [bridged(text)[0] for text in texts]


def test_traditional_characters_say_the_same() -> None:
    simplified, traditional = bridged("固态锂电池能量密度", "固態鋰電池能量密度")
    assert traditional == pytest.approx(simplified)
