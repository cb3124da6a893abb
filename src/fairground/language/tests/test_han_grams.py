import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairground.language.han_grams import han_grams
from fairground.language.token_pairs import PairVocabulary
from fairground.language.tokens import Channel, Vocabulary, tokenise

CHANNELS: tuple[Channel, ...] = ("han_unigram", "han_bigram", "han_trigram")


@given(st.lists(st.text("机器機々〇㐀𠀀あab é1 \n。", max_size=30), max_size=8))
def test_runs_are_those_of_the_channels_and_get_the_same_ids(texts: list[str]) -> None:
    known, vocabulary = PairVocabulary(), Vocabulary()
    for _ in range(2):  # the second time every run is known
        found = han_grams(texts, known)
        for stream, channel in zip(found, CHANNELS, strict=True):
            wanted = tokenise(texts, vocabulary, grow=True, channel=channel)
            assert stream.ids.tolist() == wanted.ids.tolist()
            assert stream.offsets.tolist() == wanted.offsets.tolist()
        assert len(known) == len(vocabulary)


def test_a_run_never_spans_two_texts() -> None:
    (pairs,) = han_grams(["机", "器"], PairVocabulary(), [2])
    assert pairs.offsets.tolist() == [0, 1, 2]
    assert pairs.ids.tolist() == [0, 1]


def test_longer_runs_are_refused() -> None:
    with pytest.raises(ValueError, match="from 1 to 3"):
        han_grams(["机"], PairVocabulary(), [4])
