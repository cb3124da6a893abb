"""A question cut into pieces: what each stretch of it may be, before the pieces are read together."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import rjieba

from fairground.publish.core.questions import patterns
from fairground.publish.core.questions.lexicon import FUNCTION_WORDS, IDLE_WORDS, shipped_names
from fairground.publish.core.questions.names import MEANINGS, Meaning, lowered
from fairground.publish.core.questions.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the question.

    `role` : 'facet' | 'kind' | 'cue' | 'negator' carry a meaning; 'content' is to be searched, 'idle' has a
    meaning but helps no search, 'function' links or asks, 'mark' is punctuation or space.
    """

    start: int
    end: int
    role: str
    facet: str = ""
    values: tuple[str, ...] = ()
    operator: str = "in"
    weak: bool = False

    def as_content(self) -> "Piece":
        """Return the piece as words to search for."""
        return Piece(self.start, self.end, "content")


_HAN = "\u3400-\u4dbf\u4e00-\u9fff々〇"
_HAN_RUN = re.compile(f"[{_HAN}]+")
_TOKEN = re.compile(f"[{_HAN}]+|[^\\W_{_HAN}]+(?:[-'.+&/][^\\W_{_HAN}]+)*")
_INSTITUTION = re.compile(
    r"\b(?:(?!Which|What|Who|Any|All|Some|The|Are|Is|Do|In|From|Show|Find|List|Chinese|German|Japanese|Korean|American|British|"
    r"French|Foreign)[A-Z][\w'.-]*\s(?:for\s|and\s)?){1,5}(?:University|Institute|Academy|College|Institutes)\b"
    r"(?:\sof(?:\s(?:and\s|the\s)?[A-Z][\w'-]*)+)?|\b(?:University|Institute|Academy)\sof(?:\s(?:and\s|the\s)?[A-Z][\w'-]*)+"
)
_HAN_INSTITUTION = re.compile("大学|学院|研究院|研究所|设计院")
_HAN_HOSPITAL = re.compile("医院|有限公司|集团")
_MOST_WORDS_BEFORE = 4
_HEAD_FACETS = frozenset({"organisation_kind", "platform_type", "publication_type", "facility_type"})
_PLACES = frozenset({"region", "country"})
_NAMES_OF_ONE = frozenset({"region", "country", "zone", "organisation", "edition"})
_LONG_NAME = 4  # characters; the segmenter cuts 产业园区里 into 产业园 and 区里
_SHORT_TERM = 2  # characters; such a term may lie across two words: 化成 in 干化成果
_LEAST_BEFORE_HEAD = 2  # characters; one more is a word of its own: 云平台
# What the segmenter sticks to an unknown word. Not 会 behind it: 年会, 展会.
_BEFORE_GUESS = frozenset("能可会有要想找在和与的对把用请")
_AFTER_GUESS = frozenset("有的吗呢在能和与是")
_PATTERN, _NAME = 0, 1


def cut(question: str, vocabulary: Vocabulary) -> list[Piece]:
    """Cut `question` into pieces that cover it whole, in order."""
    text = lowered(question)
    tokens = _tokens(text)
    chosen = _choose(_candidates(question, text, tokens, vocabulary), len(text))
    pieces: list[Piece] = []
    place = 0
    for piece in chosen:
        pieces += _gap(text, place, piece.start)
        pieces.append(piece)
        place = piece.end
    return pieces + _gap(text, place, len(text))


def _tokens(text: str) -> list[tuple[int, int]]:
    """Where the words of lowered text begin and end; Chinese runs are cut by the segmenter.

    The segmenter guesses at words it does not know ('能测', '集有'): a guess gives up the linking words at its ends.
    """
    spans: list[tuple[int, int]] = []
    for match in _TOKEN.finditer(text):
        if not _HAN_RUN.match(match[0]):
            spans.append(match.span())
            continue
        start = match.start()
        known = iter(_known_words(match[0]))
        for word in rjieba.cut(match[0]):
            parts = [next(known)]
            while sum(map(len, parts)) < len(word):
                parts.append(next(known))
            for part in _trimmed(parts):
                spans.append((start, start + len(part)))
                start += len(part)
    return spans


def _known_words(run: str) -> list[str]:
    words: list[str] = rjieba.cut(run, False)
    return words


def _trimmed(parts: list[str]) -> list[str]:
    """Join the parts of a guessed word, but for the linking words at its ends."""
    if len(parts) == 1:
        return parts
    first, last = 0, len(parts)
    while first < last and parts[first] in _BEFORE_GUESS:
        first += 1
    while last > first and parts[last - 1] in _AFTER_GUESS:
        last -= 1
    return [*parts[:first], *filter(None, ["".join(parts[first:last])]), *parts[last:]]


def _edges(text: str) -> set[int]:
    """Where a word of lowered text may begin or end; unlike `_tokens` without guesses."""
    edges: set[int] = set()
    for match in _TOKEN.finditer(text):
        place = match.start()
        edges.add(place)
        for word in _known_words(match[0]) if _HAN_RUN.match(match[0]) else [match[0]]:
            place += len(word)
            edges.add(place)
    return edges


def _choose(candidates: list[tuple[int, Piece]], size: int) -> list[Piece]:
    """Take the longest of what overlaps; patterns before names, names in the order they came."""
    taken = bytearray(size)
    chosen: list[Piece] = []
    for _, piece in sorted(candidates, key=lambda item: (item[0], item[1].start - item[1].end)):
        if not any(taken[piece.start : piece.end]):
            taken[piece.start : piece.end] = b"\1" * (piece.end - piece.start)
            chosen.append(piece)
    return sorted(chosen, key=lambda piece: piece.start)


def _candidates(
    question: str, text: str, tokens: list[tuple[int, int]], vocabulary: Vocabulary
) -> list[tuple[int, Piece]]:
    found: list[tuple[int, Piece]] = []
    for reader in (
        patterns.readiness_in,
        patterns.money_in,
        patterns.dates_in,
        patterns.open_in,
        patterns.languages_in,
    ):
        for item in reader(text):
            if item.operator:
                found.append(
                    (_PATTERN, Piece(item.start, item.end, "facet", item.facet, item.values, item.operator))
                )
            elif item.facet == "money":
                found.append((_PATTERN, Piece(item.start, item.end, "facet", "money", item.values, "about")))
    for match in vocabulary.edition_pattern.finditer(text):
        code = vocabulary.edition_of_year.get(int(match[1]))
        if code is not None:
            found.append((_PATTERN, Piece(match.start(), match.end(), "facet", "edition", (code,))))
    edges = _edges(text)
    own: set[int] = set()
    for start, end, meaning in vocabulary.index.found_in(text):
        found.append((_NAME, _named(start, end, meaning)))
        if meaning.role == "facet":
            own.update(range(start, end))
    shipped = list(shipped_names().found_in(text))
    # 英国伦敦 is one word to the segmenter: a place may also end where the next one begins.
    place_starts = {start for start, _, meaning in shipped if meaning.facet in _PLACES}
    place_ends = {end for _, end, meaning in shipped if meaning.facet in _PLACES}
    for start, end, meaning in shipped:
        if meaning.facet not in _NAMES_OF_ONE and _is_hyphenated(text, start, end):
            continue
        if meaning.upper and not question[start:end].isupper():
            continue
        short_term = meaning is MEANINGS["term"] and end - start == _SHORT_TERM
        if (
            (meaning.whole and not short_term)
            or text[start].isascii()
            or {start, end} <= edges
            or (meaning.facet in _PLACES and start in edges | place_ends and end in edges | place_starts)
            or (start in edges and end - start >= _LONG_NAME)
            or _ends_a_word(meaning, start, end, tokens)
        ):
            found.append((_NAME, _named(start, end, meaning)))
    found += ((_NAME, Piece(*span, "content")) for span in _institutions(question, text, tokens, own))
    for name, pattern in patterns.CUES:
        found += ((_NAME, Piece(*match.span(), "cue", name)) for match in pattern.finditer(text) if match[0])
    for match in patterns.NEGATORS.finditer(text):
        if {match.start(), match.end()} <= edges or match[0].endswith("-") or match[0] == "非":
            found.append((_NAME, Piece(*match.span(), "negator")))
    return found


def _is_hyphenated(text: str, start: int, end: int) -> bool:
    """Tell whether a Latin name is only a part of a word: AI in 'AI-based', algae in 'algae-based'."""
    after = text[end : end + 2]
    before = text[max(0, start - 2) : start]
    return (
        text[end - 1].isascii()
        and (len(after) == 2 and after[0] == "-" and after[1].isalnum() and after[1].isascii())
    ) or (
        text[start].isascii()
        and (len(before) == 2 and before[1] == "-" and before[0].isalnum() and before[0].isascii())
        and text[max(0, start - 4) : start] != "non-"
    )


def _ends_a_word(meaning: Meaning, start: int, end: int, tokens: list[tuple[int, int]]) -> bool:
    """Tell whether a name is the head of a compound the segmenter kept whole: 企业 in 钢铁企业."""
    if meaning.role != "kind" and meaning.facet not in _HEAD_FACETS:
        return False
    return any(last == end and start - first >= _LEAST_BEFORE_HEAD for first, last in tokens)


def _named(start: int, end: int, meaning: Meaning) -> Piece:
    if meaning is MEANINGS["term"]:
        return Piece(start, end, "content")
    operator = "not in" if meaning.negated else "in"
    return Piece(start, end, meaning.role, meaning.facet, meaning.values, operator, meaning.weak)


def _institutions(
    question: str, text: str, tokens: list[tuple[int, int]], own: set[int]
) -> Iterator[tuple[int, int]]:
    """Names of single institutions, which no place inside them may break: 北京工业大学, Harbin Institute of …"""
    yield from (match.span() for match in _INSTITUTION.finditer(question))
    ends = {end: number for number, (_, end) in enumerate(tokens)}
    for match in _HAN_INSTITUTION.finditer(text):
        number = ends.get(match.end())
        if number is None:
            continue
        start, _ = tokens[number]
        for before in range(number - 1, max(-1, number - 1 - _MOST_WORDS_BEFORE), -1):
            first, last = tokens[before]
            word = text[first:last]
            if (
                last != start
                or first in own
                or not _HAN_RUN.match(word)
                or word in FUNCTION_WORDS
                or word in IDLE_WORDS
                or _is_no_part_of_a_name(word)
            ):
                break
            start = first
        if start < match.start() and start not in own:
            yield start, match.end()
    for match in _HAN_HOSPITAL.finditer(text):
        number = ends.get(match.end())
        if number is None:
            continue
        before = max(0, number - 2)
        for start, _ in tokens[before : number + 1]:
            place = next(
                (
                    end
                    for first, end, found in shipped_names().found_in(text[start : match.start()])
                    if first == 0 and found.facet == "region"
                ),
                None,
            )
            if place is not None and start + place < match.start():
                yield start, match.end()
                break


def _is_no_part_of_a_name(word: str) -> bool:
    return any(
        (start, end) == (0, len(word)) and meaning.facet in ("country", "kind", "organisation_kind")
        for start, end, meaning in shipped_names().found_in(word)
    )


def _gap(text: str, start: int, end: int) -> list[Piece]:
    pieces: list[Piece] = []
    place = start
    for first, last in _tokens(text[start:end]):
        if start + first > place:
            pieces.append(Piece(place, start + first, "mark"))
        pieces.append(Piece(start + first, start + last, word_role(text[start + first : start + last])))
        place = start + last
    if place < end:
        pieces.append(Piece(place, end, "mark"))
    return pieces


def word_role(word: str) -> str:
    """Return 'function', 'idle' or 'content' for one word of lowered text."""
    if word in IDLE_WORDS:
        return "idle"
    return "function" if word in FUNCTION_WORDS else "content"


def renamed(piece: Piece, role: str) -> Piece:
    """Return the piece in another role."""
    return replace(piece, role=role)
