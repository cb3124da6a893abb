import itertools
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairground.language.near_duplicates import find_near_duplicates


def shingles(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"[一-鿿]|[a-z0-9]+", text.lower())
    return {(word,) for word in words} | set(itertools.pairwise(words))


def every_pair_compared(texts: list[str], threshold: float) -> list[tuple[int, int, float]]:
    sets = [shingles(text) for text in texts]
    found = []
    originals: list[int] = []
    for right, own in enumerate(sets):
        same = [left for left in originals if sets[left] == own]
        if same:
            found.append((same[0], right, 1.0))
        elif own:
            for left in originals:
                likeness = len(own & sets[left]) / len(own | sets[left])
                if likeness >= threshold - 1e-9:
                    found.append((left, right, likeness))
            originals.append(right)
    return sorted(found)


few_words = st.lists(st.sampled_from(["laser", "the", "Sensor", "5", "8", "电", "池", "电池 "]), max_size=7)


@settings(deadline=None)  # the first call compiles
@given(st.lists(few_words.map(" ".join), max_size=18), st.sampled_from([0.3, 0.5, 0.8, 1.0]))
def test_pairs_agree_with_comparing_every_two(texts: list[str], threshold: float) -> None:
    assert find_near_duplicates(texts, threshold=threshold) == every_pair_compared(texts, threshold)


@settings(deadline=None)
@given(st.data())
def test_edited_copies_of_longer_texts_are_found_as_by_comparing_every_two(data: st.DataObject) -> None:
    words = st.integers(0, 300).map(lambda number: f"w{number}")
    originals = data.draw(st.lists(st.lists(words, min_size=20, max_size=40), min_size=1, max_size=6))
    texts = []
    for original in originals:
        texts.append(" ".join(original))
        for place in data.draw(st.lists(st.integers(0, 19), max_size=3)):
            texts.append(" ".join([*original[:place], "edited", *original[place + 1 :]]))
    assert find_near_duplicates(texts, threshold=0.7) == every_pair_compared(texts, 0.7)


def test_case_punctuation_width_and_traditional_forms_make_no_difference() -> None:
    texts = ["6G Network, for cars!", "６g network for CARS", "機器學習", "机器学习。"]
    assert find_near_duplicates(texts) == [(0, 1, 1.0), (2, 3, 1.0)]


def test_a_changed_number_is_near_but_not_the_same() -> None:
    left = "Measure wall thickness of cast aluminium housings to 5 micrometres within one second"
    (pair,) = find_near_duplicates([left, left.replace("5", "8")], threshold=0.7)
    assert pair[:2] == (0, 1)
    assert 0.7 <= pair[2] < 1


def test_texts_without_words_are_like_no_other() -> None:
    assert find_near_duplicates(["", "", "...", "。"]) == []
    assert find_near_duplicates([]) == []


def test_a_list_of_one_repeated_text_gives_one_pair_a_repeat() -> None:
    assert find_near_duplicates(["same text"] * 4) == [(0, 1, 1.0), (0, 2, 1.0), (0, 3, 1.0)]


def test_a_template_filled_in_many_times_gives_at_most_twenty_pairs_a_text() -> None:
    template = " ".join(f"word{place}" for place in range(60))
    found = find_near_duplicates([f"{template} {number}" for number in range(300)])
    assert len(found) == sum(min(earlier, 20) for earlier in range(300))


@pytest.mark.parametrize("threshold", [0.0, -1.0, 1.01, float("nan")])
def test_a_threshold_out_of_range_is_refused(threshold: float) -> None:
    with pytest.raises(ValueError, match="threshold must lie in"):
        find_near_duplicates(["a"], threshold=threshold)
