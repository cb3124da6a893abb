import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from fairground.language.token_pairs import PairVocabulary, pairs
from fairground.language.tokens import Channel, TokenStream, Vocabulary, surface_forms, tokenise


def words_of(text: str, channel: Channel = "word") -> list[str]:
    vocabulary = Vocabulary()
    stream = tokenise([text], vocabulary, grow=True, channel=channel)
    return [vocabulary.tokens[token] for token in stream.ids]


def test_english_words_are_lowered_stemmed_and_stop_words_taken_out() -> None:
    assert words_of("The Batteries of lithium-ion cells") == ["batteri", "lithium", "ion", "cell"]


def test_alphanumeric_names_are_kept_whole() -> None:
    assert words_of("6G, CO2, cBN and 3D") == ["6g", "co2", "cbn", "3d"]


def test_full_width_compatibility_and_accented_forms_are_folded() -> None:
    assert words_of("６Ｇ CO₂ café “quoted”") == ["6g", "co2", "cafe", "quot"]


def test_signs_are_not_spelt_out_into_the_word_before_them() -> None:
    assert words_of("Coach™ sensors® cafe\u0301teria") == ["coach", "sensor", "cafeteria"]


def test_chinese_words_and_english_words_keep_the_order_of_the_text() -> None:
    assert words_of("基于人工智能的CBN刀具") == ["基于", "人工智能", "cbn", "刀具"]


def test_traditional_and_simplified_text_give_the_same_tokens() -> None:
    assert words_of("機器學習與數據庫") == words_of("机器学习与数据库")


def test_letters_of_other_scripts_are_words() -> None:
    assert words_of("μ-opioid ΔΦ") == ["μ", "opioid", "δφ"]


def test_han_channels_overlap_characters_and_leave_out_other_scripts() -> None:
    assert words_of("氢能 battery 电池组", "han_unigram") == list("氢能电池组")
    assert words_of("氢能 battery 电池组", "han_bigram") == ["氢能", "电池", "池组"]
    assert words_of("氢能 battery 电池组", "han_trigram") == ["氢能", "电池组"]


def test_the_printed_channel_keeps_every_word_and_every_character() -> None:
    assert words_of("The 5 Batteries of É 氢能5G", "printed") == [
        "the",
        "5",
        "batteries",
        "of",
        "e",
        "氢",
        "能",
        "5g",
    ]


def test_unknown_tokens_are_dropped_while_frozen_and_known_after_growing() -> None:
    vocabulary = Vocabulary()
    tokenise(["laser 激光"], vocabulary, grow=True)
    before = tokenise(["laser sensor 传感器 激光"], vocabulary, grow=False)
    assert [vocabulary.tokens[token] for token in before.ids] == ["laser", "激光"]
    assert len(vocabulary) == 2
    tokenise(["sensor"], vocabulary, grow=True)
    after = tokenise(["laser sensor"], vocabulary, grow=False)
    assert [vocabulary.tokens[token] for token in after.ids] == ["laser", "sensor"]


def test_empty_texts_and_texts_of_stop_words_keep_their_place() -> None:
    stream = tokenise(["", "the of", "laser", "的"], Vocabulary(), grow=True)
    assert stream.offsets.tolist() == [0, 0, 0, 1, 1]
    assert len(stream) == 4
    assert stream.text_ids(2).tolist() == [0]


def test_no_texts_give_an_empty_stream() -> None:
    stream = tokenise([], Vocabulary(), grow=True)
    assert len(stream) == 0
    assert stream.ids.tolist() == []


def test_surface_forms_print_what_the_text_says() -> None:
    assert surface_forms("機器學習 of ６Ｇ Batteries") == [
        ("机器", "機器"),
        ("学习", "學習"),
        ("6g", "６Ｇ"),
        ("batteri", "Batteries"),
    ]


@given(st.text() | st.text(alphabet="aZ9 -的机器學習 é６μ“™"))
def test_surface_forms_name_the_same_tokens_as_the_word_channel(text: str) -> None:
    assert [token for token, _ in surface_forms(text)] == words_of(text)


@given(st.text())
def test_any_text_is_tokenised_the_same_alone_and_in_a_list(text: str) -> None:
    vocabulary = Vocabulary()
    stream = tokenise(["laser", text, "laser"], vocabulary, grow=True)
    assert [vocabulary.tokens[token] for token in stream.text_ids(1)] == words_of(text)
    assert stream.text_ids(0).tolist() == stream.text_ids(2).tolist() == [0]


@settings(deadline=None)  # the first call compiles
@given(st.lists(st.lists(st.integers(0, 60), max_size=60), max_size=60))
def test_pairs_agree_with_a_dictionary_of_neighbours(texts: list[list[int]]) -> None:
    offsets = np.cumsum([0, *map(len, texts)]).astype(np.int64)
    stream = TokenStream(np.array([token for text in texts for token in text], np.int32), offsets)
    vocabulary = PairVocabulary()
    paired = pairs(stream, vocabulary, grow=True)
    known: dict[tuple[int, int], int] = {}
    expected = [[known.setdefault(pair, len(known)) for pair in itertools.pairwise(text)] for text in texts]
    assert [paired.text_ids(text).tolist() for text in range(len(texts))] == expected
    assert len(vocabulary) == len(known)
    again = pairs(stream, vocabulary, grow=False)
    assert again.ids.tolist() == paired.ids.tolist()


def test_unknown_pairs_are_dropped_while_frozen() -> None:
    vocabulary = PairVocabulary()
    pairs(TokenStream(np.array([1, 2, 3], np.int32), np.array([0, 3])), vocabulary, grow=True)
    queries = pairs(TokenStream(np.array([2, 3, 1, 2], np.int32), np.array([0, 4])), vocabulary, grow=False)
    assert queries.ids.tolist() == [1, 0]
    assert len(vocabulary) == 2


def test_the_pair_table_grows_past_its_first_size() -> None:
    tokens = np.arange(5000, dtype=np.int32)
    vocabulary = PairVocabulary()
    offsets = np.arange(0, 5001, 100, dtype=np.int64)
    paired = pairs(TokenStream(tokens, offsets), vocabulary, grow=True)
    assert len(vocabulary) == 50 * 99
    assert paired.ids.tolist() == list(range(50 * 99))
