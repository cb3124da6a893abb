"""One record against a kept sample finds what a full run finds, and the same thing every time."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from fairground.language.vectors import shipped_vectors
from fairground.match.core.kept_lists import Entry, KeptLists, Partner, joined_streams, split_streams
from fairground.match.core.ranking import rank_lists, two_sided
from fairground.match.core.signals import TextSpace
from fairground.match.core.texts import FieldTexts
from fairground.match.core.weights import shipped_weights

SUBJECTS = (
    "radomes", "grinding wheels", "mulch film", "lithium anodes", "pump seals", "bone plates", "soil sensors",
    "laser welding", "tofu drying", "water valves", "tunnel lining", "wind blades", "yeast tanks", "glass fibre",
    "cow milking", "hull paint", "brake discs", "solar roofs", "tea picking", "rail joints",
)  # fmt: skip
KINDS = ("testing", "making", "repairing")
NEEDS = [
    Entry(
        f"n{number}",
        FieldTexts(
            f"Wanted: {kind} of {subject}", f"The {kind} of {subject} by hand is slow and misses flaws"
        ),
    )
    for number, (subject, kind) in enumerate((subject, kind) for subject in SUBJECTS for kind in KINDS)
]
OFFERS = [
    Entry(
        f"o{number}",
        FieldTexts(f"Automatic {kind} of {subject}", f"A robot does the {kind} of {subject} and finds flaws"),
    )
    for number, (subject, kind) in enumerate((subject, kind) for subject in SUBJECTS for kind in KINDS)
]
CHINESE = Entry("zh", FieldTexts("雷达罩检测", "雷达罩人工检测慢，容易漏检缺陷"))


def nobody(keys: Sequence[str]) -> list[Entry]:
    return []


def lists(needs: Sequence[Entry] = NEEDS, offers: Sequence[Entry] = OFFERS) -> KeptLists:
    samples = {"need": needs, "offer": offers}
    totals = {"need": len(needs), "offer": len(offers)}
    return KeptLists(samples, totals, vectors=shipped_vectors(), weights=shipped_weights())


def scores(partners: Sequence[Partner]) -> dict[str, float]:
    return {
        one.key: float(two_sided(one.forth.probability, one.back.probability))
        for one in partners
        if one.back is not None
    }


@pytest.fixture(scope="module")
def kept() -> KeptLists:
    return lists()


def ask(kept: KeptLists, own: Entry, candidates: Sequence[Entry] = ()) -> list[Partner]:
    return kept.partners(own, "need", "offer", candidates, asks=True, rivals=nobody)


def test_the_best_partners_are_those_of_a_full_run() -> None:
    weights = shipped_weights()
    # One text in Chinese: a full run of English alone would not read across the languages, kept lists always do.
    kept = lists(needs=[*NEEDS, CHINESE])
    needs, offers = [one.texts for one in (*NEEDS, CHINESE)], [one.texts for one in OFFERS]
    forth = rank_lists(needs, offers, side="needs", weights=weights)
    back = rank_lists(offers, needs, side="offers", weights=weights)

    def probability(ranked: object, row: int, text: int) -> float:
        place = ranked.texts[row].tolist().index(text)  # type: ignore[attr-defined]
        return float(1 / (1 + np.exp(-ranked.logits[row, place])))  # type: ignore[attr-defined]

    same = 0
    for row in range(0, len(NEEDS), 7):
        whole = {
            OFFERS[text].key: float(two_sided(probability(forth, row, text), probability(back, text, row)))
            for text in range(len(OFFERS))
        }
        best = sorted(whole, key=lambda key: -whole[key])[:5]
        mine = scores(ask(kept, NEEDS[row]))
        assert max(mine, key=lambda key: mine[key]) == best[0] == OFFERS[row].key
        assert mine[best[0]] == pytest.approx(whole[best[0]], abs=0.1)
        same += len(set(best) & set(sorted(mine, key=lambda key: -mine[key])[:5]))
    assert same >= 0.8 * 5 * len(range(0, len(NEEDS), 7))


def test_the_same_question_has_the_same_answer_whatever_was_asked_between() -> None:
    first = lists()
    before = ask(first, NEEDS[4])
    ask(first, CHINESE)
    ask(first, Entry("new", FieldTexts("Wanted: words nobody said: zorblatt", "zorblatt quuxes")))
    again = ask(first, NEEDS[4])
    assert [one.key for one in again] == [one.key for one in before]
    assert scores(again) == pytest.approx(scores(before))


def test_what_came_later_is_found_by_a_word_the_sample_does_not_know(kept: KeptLists) -> None:
    offer = Entry("late", FieldTexts("Automatic zorblatt sorting", "A robot sorts zorblatt and finds flaws"))
    need = Entry("want", FieldTexts("Wanted: sorting of zorblatt", "Sorting zorblatt by hand is slow"))
    best = ask(kept, need, [offer])[0]
    assert best.key == "late"
    assert best.back is not None


def test_what_changed_or_went_is_not_found_under_its_old_words() -> None:
    first = lists()
    assert ask(first, NEEDS[9])[0].key == "o9"
    first.forget("offer", "o9")
    assert "o9" not in [one.key for one in ask(first, NEEDS[9])]
    changed = Entry("o9", FieldTexts("Cheese", "A cheese that ripens in a week"))
    partners = [one.key for one in ask(first, NEEDS[9], [changed])]
    assert partners[0] != "o9"
    assert first.keys("offer") == {one.key for one in OFFERS} - {"o9"}


def test_a_chinese_need_finds_an_english_offer(kept: KeptLists) -> None:
    best = [one.key for one in ask(kept, CHINESE)[:3]]
    assert "o0" in best  # testing of radomes


def test_a_rival_that_fits_better_lowers_the_other_sides_probability() -> None:
    first = lists(needs=NEEDS[30:])
    own = Entry("own", FieldTexts("Wanted: testing", "Testing is slow"))
    alone = first.partners(own, "need", "offer", [], asks=True, rivals=nobody)
    beside = first.partners(own, "need", "offer", [], asks=True, rivals=lambda keys: [NEEDS[0]])
    before = next(one.back for one in alone if one.key == "o0")
    after = next(one.back for one in beside if one.key == "o0")
    assert before is not None
    assert after is not None
    assert after.probability < before.probability


def test_the_answering_side_finds_the_same_pair(kept: KeptLists) -> None:
    partners = kept.partners(OFFERS[13], "offer", "need", [], asks=False, rivals=nobody)
    assert partners[0].key == "n13"


def test_texts_split_and_joined_are_the_same() -> None:
    space = TextSpace(shipped_vectors(), bridged=True)
    texts = [NEEDS[0].texts, CHINESE.texts, FieldTexts("", ""), OFFERS[3].texts]
    read = space.read(texts)
    again = joined_streams(split_streams(read))
    for name in ("title", "body", "title_grams", "body_grams", "opening_grams"):
        one, other = getattr(read, name), getattr(again, name)
        assert one.ids.tolist() == other.ids.tolist()
        assert one.offsets.tolist() == other.offsets.tolist()
    assert (again.languages, again.printed) == (read.languages, read.printed)
    assert again.title_bridge is not None
    assert again.title_bridge.toarray().tolist() == read.title_bridge.toarray().tolist()  # type: ignore[union-attr]


def test_samples_are_prepared_with_pauses_and_a_pause_may_stop_it() -> None:
    pauses: list[None] = []
    samples = {"need": NEEDS, "offer": OFFERS}
    totals = {kind: len(entries) for kind, entries in samples.items()}

    def kept(pause: Callable[[], object]) -> KeptLists:
        return KeptLists(samples, totals, vectors=shipped_vectors(), weights=shipped_weights(), pause=pause)

    slow = kept(lambda: pauses.append(None))
    assert not pauses
    slow.warm([("need", "offer")])
    assert len(pauses) >= 20
    done = len(pauses)
    assert scores(ask(slow, NEEDS[3])) == scores(ask(lists(), NEEDS[3]))
    assert len(pauses) == done  # what a question waits for is prepared

    def stop() -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        kept(stop).warm([("need", "offer")])
