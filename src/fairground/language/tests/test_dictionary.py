import io
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairground.language.dictionary import (
    Dictionary,
    english_stems,
    gloss,
    shipped_dictionary,
    shipped_terms,
    translations,
    translations_en,
)

chinese = st.text(alphabet="的机器人传感锂电池免疫学光纤激光污水处理水稻育种一二三，。", max_size=30)


def small_dictionary(entries: dict[str, dict[str, int]]) -> Dictionary:
    """A dictionary of a few words with whole-number weights, in the form of the shipped file."""
    words = sorted(entries)
    stems = sorted({stem for own in entries.values() for stem in own})
    stream = io.BytesIO()
    np.savez_compressed(
        stream,
        words=np.frombuffer("\n".join(words).encode(), np.uint8),
        stems=np.frombuffer("\n".join(stems).encode(), np.uint8),
        counts=np.array([len(entries[word]) for word in words], np.uint8),
        stem_ids=np.array([stems.index(stem) for word in words for stem in entries[word]], np.uint16),
        weights=np.array([weight for word in words for weight in entries[word].values()], np.uint8),
        usage=np.zeros(len(words), np.uint8),
    )
    stream.seek(0)
    return Dictionary.read(stream)


@pytest.mark.parametrize(
    ("word", "stem"),
    [
        ("传感器", "sensor"),
        ("电池", "batteri"),
        ("石墨烯", "graphen"),
        ("疫苗", "vaccin"),
        ("催化剂", "catalyst"),
        ("水稻", "rice"),
        ("机器学习", "learn"),
        ("锂离子电池", "lithium"),
    ],
)
def test_translations_first_stem(word: str, stem: str) -> None:
    assert stem in [found for found, _ in translations(word)[:3]]


def test_translations_machine_rather_than_opportunity() -> None:
    probabilities = dict(translations("机"))
    assert probabilities["machin"] > 3 * probabilities.get("opportun", 0.0)


def test_translations_unknown_word_is_empty() -> None:
    assert translations("鑫淼焱垚鑫淼") == ()
    assert translations("") == ()
    assert translations("battery") == ()


def test_translations_of_every_word_sum_to_one_and_fall() -> None:
    dictionary = shipped_dictionary()
    sums = np.add.reduceat(dictionary.weights, dictionary.start[:-1])
    np.testing.assert_allclose(sums, 1.0)
    falls = np.diff(dictionary.weights) <= 0
    falls[dictionary.start[1:-1] - 1] = True  # from one word to the next the weight may rise
    assert falls.all()


def test_shipped_table_is_sound() -> None:
    dictionary = shipped_dictionary()
    assert list(dictionary.stems) == sorted(set(dictionary.stems))
    assert len(dictionary.numbers) == len(dictionary.start) - 1
    assert dictionary.start[-1] == len(dictionary.stem_ids) == len(dictionary.weights)
    assert (np.diff(dictionary.start) >= 1).all()
    assert all(word and word == word.strip() for word in dictionary.numbers)


@pytest.mark.parametrize(
    ("traditional", "simplified"), [("傳感器", "传感器"), ("鋰電池", "锂电池"), ("機器學習", "机器学习")]
)
def test_traditional_means_what_simplified_means(traditional: str, simplified: str) -> None:
    assert translations(traditional) == translations(simplified) != ()
    assert gloss(f"高精度{traditional}") == gloss(f"高精度{simplified}")


def test_full_width_letters_are_letters() -> None:
    assert gloss("ＬＥＤ照明") == gloss("LED照明")


def test_translations_en_finds_the_common_word_first() -> None:
    assert translations_en("batteri")[0][0] == "电池"
    assert translations_en("catalyst")[0][0] == "催化剂"
    assert translations_en("nosuchstem") == ()


@given(st.sampled_from(shipped_dictionary().stems), st.integers(1, 30))
def test_translations_en_agree_with_translations(stem: str, limit: int) -> None:
    words = translations_en(stem, limit)
    assert 1 <= len(words) <= limit
    assert math.isclose(sum(probability for _, probability in words), 1.0)
    assert all(stem in dict(translations(word)) for word, _ in words)


def test_gloss_of_a_word_alone_is_its_translations_and_those_inside_it() -> None:
    dictionary = small_dictionary({"光": {"light": 1}, "纤": {"fine": 1}, "光纤": {"optic": 1, "fibr": 3}})
    root = math.sqrt(2)
    inside, whole = 1 / (1 + root), root / (1 + root)
    expected = {"fibr": 2 * whole * 0.75, "optic": 2 * whole * 0.25, "fine": inside, "light": inside}
    found = dict(dictionary.gloss("光纤"))
    assert found.keys() == expected.keys()
    assert all(math.isclose(found[stem], weight) for stem, weight in expected.items())


def test_gloss_counts_covered_characters_and_latin_words() -> None:
    dictionary = small_dictionary({"光": {"light": 1}, "光纤": {"fibr": 1}, "器": {"devic": 1}})
    assert dictionary.gloss("器，LED器 of 丨") == [("devic", 2.0), ("led", 2.0)]
    assert math.isclose(sum(weight for _, weight in dictionary.gloss("光纤丨光 unheard light")), 7.0)


def test_gloss_adds_a_latin_word_to_the_same_stem() -> None:
    dictionary = small_dictionary({"光": {"light": 1}})
    assert dictionary.gloss("光 Light lights") == [("light", 5.0)]


def test_gloss_least_leaves_out_the_faint() -> None:
    every = gloss("固态锂电池的能量密度 LFP")
    assert gloss("固态锂电池的能量密度 LFP", least=0.5) == [pair for pair in every if pair[1] >= 0.5]
    assert gloss("LFP", least=3.0) == []


@pytest.mark.parametrize("text", ["", "   ", "，。！", "\u0000\ufffd", "🙂", "the of and"])
def test_gloss_of_nothing_is_empty(text: str) -> None:
    assert gloss(text) == []


@settings(deadline=None)
@given(chinese, chinese)
def test_gloss_is_additive_over_a_break(left: str, right: str) -> None:
    apart: dict[str, float] = dict(gloss(left))
    for stem, weight in gloss(right):
        apart[stem] = apart.get(stem, 0.0) + weight
    together = dict(gloss(f"{left}\n{right}"))
    assert together.keys() == apart.keys()
    assert all(math.isclose(together[stem], weight, rel_tol=1e-9) for stem, weight in apart.items())


@settings(deadline=None)
@given(chinese)
def test_gloss_weights_are_positive_sorted_and_bounded(text: str) -> None:
    found = gloss(text)
    assert found == sorted(found, key=lambda pair: (-pair[1], pair[0]))
    assert all(weight > 0 for _, weight in found)
    assert sum(weight for _, weight in found) <= len(text) + 1e-9
    assert gloss(text) == found


def test_english_stems_leave_out_chinese_and_stop_words() -> None:
    assert english_stems("Batteries for 电动汽车 of the CO2 kind") == ["batteri", "co2", "kind"]


def test_shipped_terms_are_clean_and_answer_for_themselves() -> None:
    terms = shipped_terms()
    assert len(terms) == len({term for term, _ in terms}) > 2000
    assert all(term == term.strip() and all(english) for term, english in terms)
    missed = [
        term
        for term, english in terms
        if not set(english_stems(english[0])) & dict(translations(term)).keys()
    ]
    assert missed == []
