"""Invented technical texts in two languages whose words are as common as words are.

The vocabulary is our list of terms (3,500 pairs), the titles and product words of the sample lists, and words of the
Chinese–English dictionary (where the English side is a stem). Word number r of a field is drawn with weight
1 / (r + 8), so that a few words are everywhere and most are rare. Three draws in five come from the record's own
field: each field orders the vocabulary in its own way, as real fields do. Sentences are frames with words put in, the
same ones in both languages.
"""

import csv
import random
from bisect import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import accumulate

from fairground.language.dictionary import shipped_dictionary, shipped_terms

SEED = 20261122
_FROM_DICTIONARY = 16_000
_NO_WORDS = frozenset({"see", "sb", "sth", "variant", "surnam"})  # what a dictionary says about words
_LIKELY = 0.45  # least probability of a word's English stem

Pair = tuple[str, str]  # Chinese, English

TITLES: Sequence[Pair] = (
    ("基于{a}的{b}{p}", "{p} for {b} based on {a}"),
    ("{b}用{a}{p}", "{a} {p} for {b}"),
    ("面向{c}的{a}与{b}一体化{p}", "Integrated {p} for {c} with {a} and {b}"),
    ("低成本{a}{p}及其在{b}中的应用", "A low-cost {a} {p} and its use in {b}"),
    ("{a}{p}", "{a} {p}"),
)
WANTED: Sequence[Pair] = (
    ("寻求{b}中的{a}方案", "Wanted: {a} in {b}"),
    ("{b}的{a}在线检测", "Measuring {a} of {b} on the line"),
    ("降低{b}过程中的{a}", "Lower {a} during {b}"),
    ("替代{a}的{b}{p}", "{p} for {b} to replace {a}"),
)
PRODUCTS: Sequence[Pair] = (
    ("系统", "system"), ("装置", "device"), ("工艺", "process"), ("材料", "material"),
    ("平台", "platform"), ("算法", "algorithm"), ("传感器", "sensor"), ("软件", "software"),
    ("设备", "equipment"), ("模块", "module"), ("芯片", "chip"), ("涂层", "coating"),
    ("检测仪", "tester"), ("机器人", "robot"), ("催化剂", "catalyst"), ("试剂", "reagent"),
    ("电池", "battery"), ("模型", "model"),
)  # fmt: skip
SENTENCES: Sequence[Pair] = (
    (
        "针对{b}中的{c}问题，采用{a}，使{d}提高{n}%。",
        "Against {c} in {b} it uses {a}, and {d} rises by {n} per cent. ",
    ),
    (
        "与现有{a}相比，{b}降低{n}%，无须改造{c}。",
        "Compared with today's {a}, {b} falls by {n} per cent and {c} stays as it is. ",
    ),
    (
        "在{n}家用户的{c}产线上连续运行，{d}保持稳定。",
        "It runs on {c} lines of {n} users, and {d} stays stable. ",
    ),
    (
        "核心是{a}和{b}的结合，适用于{c}。",
        "At its core {a} and {b} work together; it suits {c}. ",
    ),
    (
        "样品经第三方检测，{d}为{n}，{c}符合要求。",
        "Samples were tested by a third party: {d} is {n}, and {c} meets the requirement. ",
    ),
    (
        "可用于{a}、{b}以及{c}等场合。",
        "It can be used for {a}, {b} and {c}. ",
    ),
    (
        "目前{c}依靠人工，{a}耗时约{n}小时，{d}难以保证。",
        "Today {c} is done by hand, {a} takes about {n} hours and {d} is hard to keep. ",
    ),
    (
        "已完成{a}中试，年处理{n}吨，{b}可调。",
        "A pilot plant for {a} treats {n} tonnes a year; {b} can be set. ",
    ),
)
CONDITIONS: Sequence[Pair] = (
    ("{d}不低于{n}%", "{d} of at least {n} per cent"),
    ("{a}误差不超过 0.{n} 毫米", "error of {a} at most 0.{n} mm"),
    ("可与现有{c}对接", "works with the {c} at hand"),
    ("在{n}摄氏度下连续工作", "works without pause at {n} °C"),
)


@dataclass(frozen=True)
class Vocabulary:
    """Word pairs in the order of one field, the most common first."""

    words: Sequence[Pair]
    weights: Sequence[float]  # running sums

    def one(self, source: random.Random) -> Pair:
        return self.words[bisect(self.weights, source.random() * self.weights[-1], hi=len(self.words) - 1)]


class Texts:
    """Makes texts; one object for a whole corpus, all chance from the caller's `random.Random`."""

    def __init__(self, fields: Sequence[str]) -> None:
        words = word_pairs()
        weights = list(accumulate(1 / (rank + 8) for rank in range(len(words))))
        self.everywhere = Vocabulary(words, weights)
        self._of_field: dict[str, Vocabulary] = {}
        for field in fields:
            own = list(words)
            random.Random(f"{SEED} {field}").shuffle(own)
            self._of_field[field] = Vocabulary(own, weights)

    def words(self, source: random.Random, field: str, count: int) -> list[Pair]:
        """Return words, three in five of them of `field`."""
        own = self._of_field[field]
        return [(own if source.random() < 0.6 else self.everywhere).one(source) for _ in range(count)]

    def filled(self, source: random.Random, field: str, frames: Sequence[Pair], count: int = 1) -> Pair:
        """Return `count` frames one after the other with words put in, in both languages."""
        zh: list[str] = []
        en: list[str] = []
        for frame_zh, frame_en in source.choices(frames, k=count):
            drawn = dict(zip("abcd", self.words(source, field, 4), strict=True)) | {
                "p": source.choice(PRODUCTS)
            }
            number = str(source.randint(2, 98))
            zh.append(frame_zh.format(n=number, **{name: pair[0] for name, pair in drawn.items()}))
            en.append(frame_en.format(n=number, **{name: pair[1] for name, pair in drawn.items()}))
        english = "".join(en).strip()
        return "".join(zh), english[:1].upper() + english[1:]


def word_pairs() -> list[Pair]:
    """Return the vocabulary in one seeded order."""
    source = random.Random(SEED)
    pairs: dict[str, str] = {zh: names[0] for zh, names in shipped_terms()}
    pairs.update(_sample_words())
    terms = sorted(pairs.items())
    dictionary = shipped_dictionary()
    others = [word for word in dictionary.numbers if len(word) == 2 and word not in pairs]
    rest: list[Pair] = []
    for word in source.sample(others, min(len(others), 3 * _FROM_DICTIONARY)):
        said = dictionary.translations(word)
        if said and said[0][1] >= _LIKELY and said[0][0] not in _NO_WORDS:
            rest.append((word, said[0][0]))
        if len(rest) == _FROM_DICTIONARY:
            break
    source.shuffle(terms)
    # Terms are what people write about: two of three places of the front are theirs.
    front = [
        pair
        for place in range(0, len(terms), 2)
        for pair in (*terms[place : place + 2], *rest[place // 2 : place // 2 + 1])
    ]
    return front + rest[(len(terms) + 1) // 2 :]


def _sample_words() -> Mapping[str, str]:
    """Return the titles of the sample lists that are given in both languages."""
    found: dict[str, str] = {}
    for name in ("offers.csv", "needs.csv"):
        text = (files("fairground.samples") / name).read_text("utf-8-sig")
        for row in csv.DictReader(text.splitlines()):
            if row["title_zh"] and row["title_en"]:
                found[row["title_zh"]] = row["title_en"]
    return found
