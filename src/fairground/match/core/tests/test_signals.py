"""The signals against a plain-Python reading of their definitions."""

import itertools
import math
import random
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from fairground.language.tokens import Vocabulary, tokenise
from fairground.language.vectors import StaticVectors, shipped_vectors
from fairground.match.core import signals
from fairground.match.core.signals import KINDS, PUTTINGS, SIGNALS, SignalIndex, TextSpace, counts_of, joined
from fairground.match.core.texts import FieldTexts

Floats = NDArray[np.float32]

WORDS = (
    "steel",
    "laser",
    "pump",
    "valv",
    "motor",
    "resin",
    "cobalt",
    "zinc",
    "quartz",
    "rotor",
    "membran",
    "salt",
)
_DICE = random.Random(7)
VECTORS = StaticVectors(
    WORDS[:-2],  # two words are unknown to it
    np.array([[_DICE.gauss(0, 1) for _ in range(4)] for _ in WORDS[:-2]], np.float32),
)

words = st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join)
field_texts = st.builds(FieldTexts, words, words)
lists = st.lists(field_texts, min_size=1, max_size=6)


def ask(
    asking: Sequence[FieldTexts],
    searched: Sequence[FieldTexts],
    vectors: StaticVectors = VECTORS,
    *,
    bridged: bool = False,
) -> Floats:
    """Return every signal of every pair."""
    space = TextSpace(vectors, bridged=bridged)
    searched_streams, asking_streams = space.read(searched), space.read(asking)
    return SignalIndex(space, searched_streams).ask(asking_streams).signals(0, len(asking))


def named(found: Floats, name: str) -> Floats:
    signal: Floats = found[SIGNALS.index(name)]
    return signal


# --- the oracle: dictionaries and loops, no arrays ---


def damped(count: float) -> float:
    return 1 + math.log(count) if count > 1 else count


def idf(count_of: Sequence[Counter[str]], term: str) -> float:
    n = sum(1 for counts in count_of if counts[term] > 0)
    return math.log(1 + (len(count_of) - n + 0.5) / (n + 0.5))


def bm25(asked: dict[str, float], texts: Sequence[Counter[str]], number: int) -> float:
    lengths = [sum(counts.values()) for counts in texts]
    mean = sum(lengths) / len(lengths) or 1.0
    total = 0.0
    for term, weight in asked.items():
        count = texts[number][term]
        if count:
            saturation = 1.2 * (1 - 0.75 + 0.75 * lengths[number] / mean)
            total += weight * idf(texts, term) * count * 2.2 / (count + saturation)
    return total


def cosine(first: dict[str, float], second: dict[str, float]) -> float:
    lengths = [math.sqrt(sum(value * value for value in one.values())) for one in (first, second)]
    if not all(lengths):
        return 0.0
    return sum(value * second.get(term, 0.0) for term, value in first.items()) / (lengths[0] * lengths[1])


def weighted(counts: Counter[str], texts: Sequence[Counter[str]]) -> dict[str, float]:
    return {term: damped(count) * idf(texts, term) for term, count in counts.items() if count}


def meant(counts: Counter[str]) -> dict[str, float]:
    """The text's vector, as numbered coordinates."""
    total: dict[str, float] = {}
    for term, count in counts.items():
        if term in VECTORS.rows:
            for axis, value in enumerate(VECTORS.matrix[VECTORS.rows[term]].tolist()):
                total[str(axis)] = total.get(str(axis), 0.0) + damped(count) * value
    return total


def neighbours(tokens: Sequence[str]) -> Counter[str]:
    return Counter(f"{first} {second}" for first, second in itertools.pairwise(tokens))


def thrice(title: Counter[str], body: Counter[str]) -> Counter[str]:
    return Counter({term: 3 * title[term] + body[term] for term in {*title, *body}})


def expected(asking: Sequence[FieldTexts], searched: Sequence[FieldTexts]) -> list[list[list[float]]]:
    titles = [Counter(text.title.split()) for text in searched]
    bodies = [Counter(text.body.split()) for text in searched]
    both = [thrice(title, body) for title, body in zip(titles, bodies, strict=True)]
    phrases = [thrice(neighbours(text.title.split()), neighbours(text.body.split())) for text in searched]
    two_fields = any(titles) and any(bodies)
    found: list[list[list[float]]] = [[] for _ in SIGNALS]
    for text in asking:
        rows: list[list[float]] = []
        for limit in (0, 80, None):
            tokens = text.title.split() + text.body.split()[:limit]
            counts = Counter(tokens)
            pairs = {pair: damped(count) for pair, count in neighbours(tokens).items()}
            places = range(len(searched))
            rows.append([bm25(dict(counts), both, n) for n in places])
            rows.append([cosine(weighted(counts, both), weighted(both[n], both)) for n in places])
            rows.append([bm25(pairs, phrases, n) for n in places])
            rows.append([cosine(meant(counts), meant(both[n])) for n in places])
        title = Counter(text.title.split())
        if two_fields:
            rows.append([bm25(dict(title), titles, n) for n in range(len(searched))])
            rows.append([cosine(meant(title), meant(titles[n])) for n in range(len(searched))])
        else:
            rows += [rows[0], rows[3]]
        for signal, row in zip(found, rows, strict=True):
            signal.append(row)
    return found


def test_the_words_of_these_tests_are_their_own_stems() -> None:
    vocabulary = Vocabulary()
    tokenise([" ".join(WORDS)], vocabulary, grow=True)
    assert tuple(vocabulary.tokens) == WORDS


@settings(max_examples=80, deadline=None)
@given(asking=lists, searched=lists)
def test_every_signal_equals_the_plain_reading(asking: list[FieldTexts], searched: list[FieldTexts]) -> None:
    np.testing.assert_allclose(ask(asking, searched), expected(asking, searched), rtol=2e-4, atol=2e-5)


def test_the_opening_ends_after_eighty_words_of_the_body() -> None:
    filler = " ".join(["salt"] * 80)
    asking = [FieldTexts("pump", f"{filler} zinc"), FieldTexts("pump", filler)]
    searched = [FieldTexts("zinc", "quartz"), FieldTexts("rotor", "motor")]
    found = ask(asking, searched)
    np.testing.assert_allclose(found, expected(asking, searched), rtol=2e-4, atol=2e-5)
    assert named(found, "words.opening")[0, 0] == 0.0
    assert named(found, "words.whole")[0, 0] > 0.0


@settings(max_examples=40, deadline=None)
@given(asking=lists, searched=lists, others=lists)
def test_an_answer_does_not_depend_on_who_else_asks(
    asking: list[FieldTexts], searched: list[FieldTexts], others: list[FieldTexts]
) -> None:
    alone = ask(asking, searched)
    among = ask([*others, *asking], searched)[:, len(others) :]
    np.testing.assert_allclose(among, alone, rtol=1e-5, atol=1e-6)


@settings(max_examples=40, deadline=None)
@given(asking=lists, searched=lists, dice=st.randoms(use_true_random=False))
def test_order_of_both_lists_moves_the_numbers_only(
    asking: list[FieldTexts], searched: list[FieldTexts], dice: random.Random
) -> None:
    rows, columns = list(range(len(asking))), list(range(len(searched)))
    dice.shuffle(rows)
    dice.shuffle(columns)
    moved = ask([asking[n] for n in rows], [searched[n] for n in columns])
    np.testing.assert_allclose(moved, ask(asking, searched)[:, rows][:, :, columns], rtol=1e-5, atol=1e-6)


def test_any_cut_into_blocks_gives_the_same_numbers() -> None:
    texts = [
        FieldTexts(" ".join(_DICE.choices(WORDS, k=3)), " ".join(_DICE.choices(WORDS, k=9))) for _ in range(9)
    ]
    space = TextSpace(VECTORS, bridged=False)
    streams = space.read(texts)
    asking = SignalIndex(space, streams).ask(streams)
    whole = asking.signals(0, 9)
    parts = np.concatenate([asking.signals(0, 1), asking.signals(1, 5), asking.signals(5, 9)], axis=1)
    np.testing.assert_allclose(parts, whole, rtol=1e-6, atol=1e-7)


@settings(max_examples=30, deadline=None)
@given(titles=st.lists(words, min_size=1, max_size=4), searched=lists)
def test_askers_without_body_put_their_title_three_times(
    titles: list[str], searched: list[FieldTexts]
) -> None:
    found = ask([FieldTexts(title, "") for title in titles], searched)
    for kind in KINDS:
        first, *others = (named(found, f"{kind}.{putting}") for putting in PUTTINGS)
        assert all(np.array_equal(first, other) for other in others)


def test_a_word_in_the_title_counts_for_more_than_in_the_body() -> None:
    searched = [FieldTexts("cobalt quartz", "pump motor"), FieldTexts("pump motor", "cobalt quartz")]
    found = ask([FieldTexts("cobalt", "")], searched)
    for kind in ("words", "cosine"):
        in_title, in_body = named(found, f"{kind}.title")[0]
        assert in_title > in_body > 0


def test_searched_texts_of_one_field_answer_titles_with_the_whole() -> None:
    for searched in (
        [FieldTexts("cobalt quartz", ""), FieldTexts("zinc", "")],
        [FieldTexts("", "cobalt quartz")],
    ):
        found = ask([FieldTexts("cobalt", "quartz zinc")], searched)
        assert np.array_equal(named(found, "words.titles"), named(found, "words.title"))
        assert np.array_equal(named(found, "meaning.titles"), named(found, "meaning.title"))


def test_empty_texts_are_like_nothing() -> None:
    nothing = FieldTexts("", "")
    texts = [nothing, FieldTexts("cobalt", "quartz pump")]
    found = ask(texts, texts)
    assert not found[:, 0].any()
    assert not found[:, :, 0].any()
    assert not ask([nothing], [nothing]).any()


def test_in_a_long_list_a_word_of_every_third_text_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    searched = [
        FieldTexts("salt cobalt", "quartz"),
        FieldTexts("salt zinc", "pump"),
        FieldTexts("rotor", "motor"),
    ]
    asking = [FieldTexts("salt", "")]
    assert named(ask(asking, searched), "words.title")[0, 0] > 0
    monkeypatch.setattr(signals, "_COMMON_FROM", 3)
    found = ask(asking, searched)
    assert not named(found, "words.title").any()
    assert not named(found, "cosine.title").any()
    assert named(ask([FieldTexts("zinc", "")], searched), "words.title")[0, 1] > 0  # in one of three: kept


@given(first=lists, at_most=st.none() | st.integers(0, 5))
@settings(max_examples=40, deadline=None)
def test_joined_puts_each_texts_tokens_one_after_the_other(
    first: list[FieldTexts], at_most: int | None
) -> None:
    vocabulary = Vocabulary()
    titles = tokenise([text.title for text in first], vocabulary, grow=True)
    bodies = tokenise([text.body for text in first], vocabulary, grow=True)
    both = joined(titles, bodies, at_most)
    for number, text in enumerate(first):
        wanted = text.title.split() + text.body.split()[:at_most]
        assert [vocabulary.tokens[token] for token in both.text_ids(number)] == wanted
        counts = counts_of(both, len(vocabulary)).toarray()[number]
        assert {vocabulary.tokens[n]: counts[n] for n in np.flatnonzero(counts).tolist()} == Counter(wanted)


# --- two languages ---

ENGLISH = [
    FieldTexts(
        "Solid-state lithium battery", "A lithium battery with a solid electrolyte and high energy density."
    ),
    FieldTexts("Drought resistant rice", "Rice breeding for drought resistance in dry fields."),
    FieldTexts("Membrane for industrial wastewater", "A membrane bioreactor that cleans wastewater."),
    FieldTexts("Surgical robot", "A robot for surgery with force feedback."),
]
CHINESE = [
    FieldTexts("固态锂电池", "采用固体电解质的锂电池,能量密度高。"),
    FieldTexts("抗旱水稻", "水稻抗旱育种。"),
    FieldTexts("工业废水处理膜", "膜生物反应器处理废水。"),
    FieldTexts("手术机器人", "带力反馈的手术机器人。"),
]


@pytest.mark.parametrize(("asking", "searched"), [(CHINESE, ENGLISH), (ENGLISH, CHINESE)])
def test_an_asker_finds_its_text_in_the_other_language(
    asking: list[FieldTexts], searched: list[FieldTexts]
) -> None:
    found = ask(asking, searched, shipped_vectors(), bridged=True)
    for name in ("words.whole", "cosine.title", "cosine.whole"):
        assert named(found, name).argmax(axis=1).tolist() == [0, 1, 2, 3], name


def test_without_the_bridge_two_languages_share_no_words() -> None:
    found = ask(CHINESE, ENGLISH, shipped_vectors(), bridged=False)
    for name in ("words.whole", "cosine.whole", "phrases.whole"):
        assert not named(found, name).any()


@pytest.mark.parametrize("bridged", [False, True])
@pytest.mark.parametrize(
    ("plain", "other"),
    [
        (FieldTexts("固态锂电池", "能量密度高的动力电池"), FieldTexts("固態鋰電池", "能量密度高的動力電池")),
        (FieldTexts("LED 激光器 CO2", "功率 20 kW"), FieldTexts("ＬＥＤ 激光器 ＣＯ２", "功率 ２０ ｋＷ")),
        (
            FieldTexts("lithium battery", "solid state"),
            FieldTexts("ＬＩＴＨＩＵＭ battery", "ｓｏｌｉｄ state"),
        ),
    ],
    ids=["traditional", "full-width", "full-width Latin"],
)
def test_two_ways_of_writing_are_one_text(plain: FieldTexts, other: FieldTexts, bridged: bool) -> None:
    searched = [*CHINESE, *ENGLISH, FieldTexts("CO2 激光器", "20 kW 的 LED 光源")]
    found = ask([plain, other], searched, shipped_vectors(), bridged=bridged)
    np.testing.assert_allclose(found[:, 1], found[:, 0], rtol=1e-5, atol=1e-6)
    turned = ask(searched, [plain, other], shipped_vectors(), bridged=bridged)
    np.testing.assert_allclose(turned[:, :, 1], turned[:, :, 0], rtol=1e-5, atol=1e-6)


def test_chinese_that_the_segmenter_cuts_differently_meets_in_characters() -> None:
    found = ask(
        [FieldTexts("钙钛矿电池组件", "")], [FieldTexts("大面积钙钛矿", ""), FieldTexts("水稻育种", "")]
    )
    assert named(found, "phrases.title")[0, 0] > 0
    assert named(found, "phrases.title")[0, 1] == 0


class LetterEncoder:
    """Reads meaning as the share of each letter."""

    name = "letters"

    def encode(self, texts: Sequence[str]) -> Floats:
        rows = np.array([[text.lower().count(letter) for letter in "aeioust"] for text in texts], np.float32)
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        unit: Floats = rows / np.maximum(lengths, 1e-9)
        return unit


def test_a_neural_encoder_shares_the_meaning_by_its_weight() -> None:
    asking = [FieldTexts("steel pump", "laser quartz"), FieldTexts("cobalt salt", "")]
    searched = [FieldTexts("zinc rotor", "steel motor"), FieldTexts("laser", "resin pump")]
    plain = ask(asking, searched)
    space = TextSpace(VECTORS, bridged=False, encoder=LetterEncoder())
    searched_streams, asking_streams = space.read(searched), space.read(asking)
    found = SignalIndex(space, searched_streams).ask(asking_streams).signals(0, 2)
    for name, asked, read in (
        (
            "meaning.whole",
            [f"{t.title}. {t.body}" for t in asking],
            [f"{t.title}. {t.body}" for t in searched],
        ),
        ("meaning.titles", [t.title for t in asking], [t.title for t in searched]),
    ):
        neural = LetterEncoder().encode(asked) @ LetterEncoder().encode(read).T
        np.testing.assert_allclose(named(found, name), 0.35 * named(plain, name) + 0.65 * neural, atol=1e-5)
    changed = {
        name for number, name in enumerate(SIGNALS) if not np.array_equal(found[number], plain[number])
    }
    assert changed == {name for name in SIGNALS if name.startswith("meaning.")}
