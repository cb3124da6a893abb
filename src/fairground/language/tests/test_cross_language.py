import numpy as np
import pytest

from fairground.language.cross_language import CrossLanguageIndex

ENGLISH = [
    "Solid-state lithium battery with high energy density",
    "Rice breeding for drought resistance",
    "Membrane bioreactor for industrial wastewater",
    "Surgical robot with force feedback",
    "Fibre optic sensor for bridges",
]
CHINESE = [
    "高能量密度固态锂电池",
    "抗旱水稻育种",
    "用于工业废水的膜生物反应器",
    "带力反馈的手术机器人",
    "桥梁用光纤传感器",
]


def test_chinese_need_finds_english_offer() -> None:
    positions, scores = CrossLanguageIndex.build(ENGLISH, "en").search(CHINESE, 3)
    assert positions[:, 0].tolist() == [0, 1, 2, 3, 4]
    assert (scores[:, 0] > scores[:, 1]).all()


def test_english_need_finds_chinese_offer() -> None:
    positions, _ = CrossLanguageIndex.build(CHINESE, "zh").search(ENGLISH, 1)
    assert positions[:, 0].tolist() == [0, 1, 2, 3, 4]


def test_word_families_meet() -> None:
    index = CrossLanguageIndex.build(["Immunological assays", "Assays of soil"], "en")
    positions, _ = index.search(["免疫"], 1)
    assert positions.tolist() == [[0]]


def test_a_query_is_answered_alike_alone_and_among_others() -> None:
    index = CrossLanguageIndex.build(ENGLISH, "en")
    together, scores = index.search(CHINESE, 5)
    for i, query in enumerate(CHINESE):
        alone, score = index.search([query], 5)
        assert alone[0].tolist() == together[i].tolist()
        np.testing.assert_allclose(score[0], scores[i])


def test_order_of_texts_changes_positions_only() -> None:
    there, _ = CrossLanguageIndex.build(ENGLISH, "en").search(CHINESE, 1)
    back, _ = CrossLanguageIndex.build(ENGLISH[::-1], "en").search(CHINESE, 1)
    assert (4 - back[:, 0]).tolist() == there[:, 0].tolist()


def test_equal_texts_rank_by_position() -> None:
    positions, scores = CrossLanguageIndex.build(["rice", "steel", "rice"], "en").search(["水稻"], 3)
    assert positions.tolist() == [[0, 2, -1]]
    assert scores[0, 0] == scores[0, 1]
    assert scores[0, 2] == -np.inf


@pytest.mark.parametrize("query", ["", "，，", "the"])
def test_a_query_that_says_nothing_finds_nothing(query: str) -> None:
    positions, scores = CrossLanguageIndex.build(ENGLISH, "en").search([query], 2)
    assert positions.tolist() == [[-1, -1]]
    assert (scores == -np.inf).all()


def test_empty_lists() -> None:
    positions, _ = CrossLanguageIndex.build([], "zh").search(["rice"], 2)
    assert positions.tolist() == [[-1, -1]]
    empty, scores = CrossLanguageIndex.build(ENGLISH, "en").search([], 2)
    assert empty.shape == scores.shape == (0, 2)


def test_an_empty_text_is_never_found() -> None:
    index = CrossLanguageIndex.build(["", *ENGLISH, "…"], "en")
    positions, _ = index.search(CHINESE, 7)
    assert not np.isin(positions, [0, 6]).any()


def test_texts_beside_a_list_are_scored_as_if_they_stood_in_it() -> None:
    index = CrossLanguageIndex.build(ENGLISH, "en")
    beside = index.beside(["Zorblatt assays of soil", ENGLISH[1]])
    queries = [*CHINESE, "zorblatt 土壤检测"]
    # What is known of the list decides: the same text has the same score, whoever put the query.
    np.testing.assert_allclose(beside.scores(queries)[:, 1], index.scores(queries)[:, 1])
    np.testing.assert_allclose(beside.scores_of(index.put(queries)), beside.scores(queries))
    # A word that only the text beside has finds it.
    assert beside.scores(["zorblatt"])[0].tolist() == [
        pytest.approx(beside.scores(["zorblatt"])[0, 0]),
        -np.inf,
    ]
    assert beside.scores_of(index.put(["zorblatt"]))[0, 0] > 0


def test_some_of_the_queries_that_were_put() -> None:
    index = CrossLanguageIndex.build(ENGLISH, "en")
    put = index.put([*CHINESE, "zorblatt"])
    np.testing.assert_array_equal(index.scores_of(put, 2, 4), index.scores_of(put)[2:4])


def test_a_pause_may_stop_the_work() -> None:
    def stop() -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        CrossLanguageIndex.build(ENGLISH, "en", pause=stop)
