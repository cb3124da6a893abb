"""A plain question → kinds, filters and words. Only what is plain becomes a filter; the rest is searched for."""

import re
from dataclasses import replace
from typing import TypeGuard

from fairground.publish.core.questions.explaining import explained
from fairground.publish.core.questions.lexicon import DIVISION_FIELDS, FIELD_MARKS, LISTS
from fairground.publish.core.questions.names import lowered
from fairground.publish.core.questions.patterns import ASKING_SELF, SERVED, STRONG_NEGATORS
from fairground.publish.core.questions.pieces import Piece, cut, renamed
from fairground.publish.core.questions.question import Filter, Part, Question
from fairground.publish.core.questions.vocabulary import Vocabulary

_MOST_CHARACTERS = 1000
_JOINERS = frozenset(["和", "与", "或", "及", "以及", "或者", "and", "or", "、", "/", "&"])
_HAN = re.compile(r"[\u3400-\u9fff]")
_KIND_OF_FACET = {"platform_type": "platform", "publication_type": "publication", "facility_type": "facility"}
_CODED = frozenset(LISTS) | {"region", "zone", "country", "organisation", "edition", "language"}
# Idle alone, but part of the name with a word behind them: 技术经理人, technology manager.
_COMPOUNDING = frozenset({"技术", "technology", "共享", "国际", "全球", "global", "international"})
_NOUNS_OF_RIGHTS = frozenset({"licence", "license", "licensing"})  # 'licence plate', 'licensing fees'
_PART_OF_WORDS = frozenset({"非", "除", "non-"})  # 非晶, 除尘, non-destructive
_OUTSIDE = frozenset({"以外", "之外", "除外"})
_SETS_KIND = ("need", "where", "book", "offer")
_KINDS_OF_CUE = {
    "need": ("need",),
    "where": ("platform", "facility"),
    "book": ("facility",),
    "offer": ("offer",),
}


def understand(question: str, vocabulary: Vocabulary) -> Question:
    """Read a question in Chinese or English.

    Parameters
    ----------
    question : as typed; typing slips stay words, traditional characters are read as simplified ones; what goes
        beyond 1,000 characters (a pasted page) is not read and comes back as one unused part
    vocabulary : what this hub knows by name; build it once

    Returns
    -------
    Question. Same question and vocabulary, same answer; nothing of the question is lost (see `Question`).

    Cost: O(characters), under a millisecond for a question of one line; measured in docs/measurements/.
    """
    reading = _Reading(question, vocabulary)
    reading.settle_askers()
    reading.settle_modifiers()
    reading.settle_fields()
    reading.settle_kinds()
    reading.settle_fields()  # once more: a kind that lost to another is a word now
    reading.settle_negations()
    return reading.result()


class _Reading:
    """The pieces of one question while they are read together."""

    def __init__(self, question: str, vocabulary: Vocabulary) -> None:
        self.question = question
        self.text = lowered(question[:_MOST_CHARACTERS])
        self.vocabulary = vocabulary
        self.pieces = cut(question[:_MOST_CHARACTERS], vocabulary)
        self.kinds: tuple[str, ...] = ()
        self.chinese = bool(_HAN.search(question))
        self.span_of: dict[int, int] = {}  # number of a negated piece → where its filter begins

    def _said(self, number: int) -> str:
        piece = self.pieces[number]
        return self.text[piece.start : piece.end]

    def _touches(self, left: int, right: int) -> bool:
        """Tell whether two pieces stand together as one expression: side by side, in Latin text by a blank."""
        between = self.text[self.pieces[left].end : self.pieces[right].start]
        if between == "":
            return True
        latin = (
            self.text[self.pieces[left].end - 1].isascii() and self.text[self.pieces[right].start].isascii()
        )
        return latin and between in (" ", "-")

    def _after(self, number: int) -> int | None:
        """Return the next piece that is no punctuation or space."""
        return next((n for n in range(number + 1, len(self.pieces)) if self.pieces[n].role != "mark"), None)

    def _before(self, number: int) -> int | None:
        return next((n for n in range(number - 1, -1, -1) if self.pieces[n].role != "mark"), None)

    def settle_askers(self) -> None:
        """An organisation that asks limits nothing; one that is to be served is part of what is searched for."""
        for number, piece in enumerate(self.pieces):
            if piece.facet == "organisation_kind":
                if ASKING_SELF.search(self.text, 0, piece.start):
                    self.pieces[number] = Piece(piece.start, piece.end, "idle")
                elif SERVED.search(self.text, 0, piece.start):
                    self.pieces[number] = piece.as_content()

    def settle_modifiers(self) -> None:
        """Give back to the words what only modifies the word behind it: 'university spin-offs', 平台建设."""
        for number in range(len(self.pieces) - 1, -1, -1):
            piece = self.pieces[number]
            modifies = piece.role == "kind" or piece.facet in (*_KIND_OF_FACET, "organisation_kind")
            said = self._said(number)
            latin = said.isascii()
            if piece.role == "idle" and said in _COMPOUNDING:
                after = self._after(number)
                if (
                    after is not None
                    and self._touches(number, after)
                    and self.pieces[after].role == "content"
                ):
                    self.pieces[number] = piece.as_content()
            if not (modifies or said in _NOUNS_OF_RIGHTS):
                continue
            after = self._after(number)
            if after is None or not self._touches(number, after):
                continue
            follower = self.pieces[after]
            if latin:
                single = not said.endswith("s") and " " not in said.removeprefix("research ")
                # 'hospital needs' are needs of hospitals; in 'policy institutes' the policy only describes.
                describes = piece.facet in ("kind", *_KIND_OF_FACET) and (
                    follower.role == "kind" or follower.facet in (*_KIND_OF_FACET, "organisation_kind")
                )
                if single and (follower.role == "content" or describes):
                    self.pieces[number] = piece.as_content()
            elif _HAN.match(self.text[follower.start]) and (
                follower.role == "content"
                or (piece.facet != "organisation_kind" and follower.facet == "organisation_kind")
            ):
                self.pieces[number] = piece.as_content()

    def settle_fields(self) -> None:
        """Keep a field as a filter only where it is no part of what is searched for: 氢能企业, not 氢能储运."""
        changed = True
        while changed:
            changed = False
            for number, piece in enumerate(self.pieces):
                if piece.facet == "field" and piece.role == "facet" and self._is_subject(number):
                    self.pieces[number] = piece.as_content()
                    changed = True
        for number in range(len(self.pieces) - 2, -1, -1):
            piece, marked = self.pieces[number], self._after(number)
            if piece.facet == "field" and piece.role == "facet" and self._is_marked(marked, number):
                self.pieces[number : marked + 1] = [replace(piece, end=self.pieces[marked].end)]

    def _is_marked(self, following: int | None, number: int) -> TypeGuard[int]:
        """Tell whether the piece that follows a field only says that it is one: 领域, 'industry'."""
        return (
            following is not None
            and self.pieces[following].role in ("content", "function")
            and self._touches(number, following)
            and self._said(following) in FIELD_MARKS
        )

    def _is_subject(self, number: int) -> bool:
        piece = self.pieces[number]
        after = self._after(number)
        marked = self._is_marked(after, number)
        division = piece.values[0] in DIVISION_FIELDS
        for step in (self._before, self._after):
            if step == self._after and marked:
                continue
            neighbour = step(number)
            near = neighbour is not None and self._touches(*sorted((number, neighbour)))
            if near and neighbour is not None:
                other = self.pieces[neighbour]
                if other.role == "content" or (other.facet == "field" and other.role == "facet"):
                    return True
            if marked or ((division or self._describes(number)) and step == self._before):
                continue
            while neighbour is not None and self.pieces[neighbour].role == "function":
                if self._is_broken(*sorted((number, neighbour))):
                    neighbour = None
                    break
                neighbour = step(neighbour)
            if (
                neighbour is not None
                and self.pieces[neighbour].role == "content"
                and not self._is_broken(*sorted((number, neighbour)))
            ):
                return True
        return False

    def _describes(self, number: int) -> bool:
        """Tell whether a field stands right before what is asked for: 科幻活动, robotics firms."""
        after = self._after(number)
        if after is None or not self._touches(number, after):
            return False
        follower = self.pieces[after]
        return follower.role == "kind" or follower.facet in (*_KIND_OF_FACET, "organisation_kind")

    def _is_broken(self, left: int, right: int) -> bool:
        """Tell whether punctuation stands between two pieces."""
        between = self.text[self.pieces[left].end : self.pieces[right].start]
        return any(character in ",;:.?!，；：。？！、" for character in between)

    def settle_kinds(self) -> None:
        """Decide what is asked for: the head of the question, else its turn of phrase, else its organisations."""
        strong: list[int] = []
        weak: list[int] = []
        for number, piece in enumerate(self.pieces):
            if piece.role == "kind" or (piece.role == "facet" and piece.facet in _KIND_OF_FACET):
                (weak if piece.weak else strong).append(number)
        said = self._heads(strong or weak)
        for number in {*strong, *weak} - set(said):
            self.pieces[number] = self.pieces[number].as_content()
        kinds = [kind for number in said for kind in self._kinds_of(number)]
        if not kinds:
            kinds = self._kinds_of_cues()
        else:
            self._drop_cues(set())
        self.kinds = tuple(dict.fromkeys(kinds))

    def _kinds_of(self, number: int) -> tuple[str, ...]:
        piece = self.pieces[number]
        return piece.values if piece.role == "kind" else (_KIND_OF_FACET[piece.facet],)

    def _heads(self, numbers: list[int]) -> list[int]:
        """Return those that are the head of the question: the last in Chinese, the first in English."""
        groups: list[list[int]] = []
        for number in numbers:
            if groups and self._is_joined(groups[-1][-1], number):
                groups[-1].append(number)
            else:
                groups.append([number])
        if not groups:
            return []
        head = groups[-1 if self.chinese else 0]
        kinds = {kind for number in head for kind in self._kinds_of(number)}
        return [
            number
            for group in groups
            for number in group
            if group is head or (self.pieces[number].role == "kind" and set(self._kinds_of(number)) <= kinds)
        ]

    def _is_joined(self, left: int, right: int) -> bool:
        """Tell whether nothing but 'and' or a list mark stands between two pieces."""
        between = [self._said(number).strip() for number in range(left + 1, right)]
        between = [said for said in between if said]
        return all(said in _JOINERS for said in between) and (bool(between) or self._touches(left, right))

    def _kinds_of_cues(self) -> list[str]:
        organisations = any(
            piece.facet == "organisation_kind" and not self._is_negated(number)
            for number, piece in enumerate(self.pieces)
            if piece.role == "facet"
        )
        cues = {piece.facet for piece in self.pieces if piece.role == "cue"}
        for cue in _SETS_KIND:
            if cue in cues:
                self._drop_cues({cue})
                return list(_KINDS_OF_CUE[cue])
        if "can" in cues and organisations:
            self._drop_cues({"can"})
            return ["offer", "organisation"]
        self._drop_cues(set())
        return ["organisation"] if organisations else []

    def _drop_cues(self, kept: set[str]) -> None:
        for number, piece in enumerate(self.pieces):
            if piece.role == "cue" and piece.facet not in kept:
                self.pieces[number] = renamed(piece, "function")

    def _is_negated(self, number: int) -> bool:
        before = self._before(number)
        while before is not None and self.pieces[before].role == "function":
            before = self._before(before)
        return before is not None and self.pieces[before].role == "negator"

    def settle_negations(self) -> None:
        """Turn the filters behind a negator round, with those joined to them; shut a word out if it is plain."""
        for number, piece in enumerate(self.pieces):
            if piece.role == "negator":
                self._settle_negation(number)
        for number, piece in enumerate(self.pieces):
            before = self._before(number)
            if piece.role == "function" and self._said(number) in _OUTSIDE and before is not None:
                aimed = self.pieces[before]
                if aimed.role == "facet" and aimed.facet in _CODED and before not in self.span_of:
                    self._negate(before, aimed.start)

    def _settle_negation(self, number: int) -> None:
        said = self._said(number)
        target = self._after(number)
        while target is not None and self.pieces[target].role == "function":
            target = self._after(target)
        negator = self.pieces[number]
        aimed = None if target is None else self.pieces[target]
        if aimed is None or target is None or (said == "非" and not self._touches(number, target)):
            self.pieces[number] = renamed(negator, "content" if said in _PART_OF_WORDS else "idle")
        elif aimed.role == "facet" and aimed.facet in _CODED:
            self._negate(target, negator.start)
            self.pieces[number] = renamed(negator, "function")
            follower = self._next_joined(target)
            while follower is not None:
                self._negate(follower, self.pieces[follower].start)
                follower = self._next_joined(follower)
        elif said.split()[0] in STRONG_NEGATORS and aimed.role in ("content", "kind"):
            end = target
            while end + 1 < len(self.pieces) and self.pieces[end + 1].role == "content":
                end += 1
            value = self.question[aimed.start : self.pieces[end].end]
            merged = Piece(negator.start, self.pieces[end].end, "facet", "words", (value,), "not in")
            self.pieces[number : end + 1] = [merged]
        else:
            self.pieces[number] = renamed(negator, "content" if said in _PART_OF_WORDS else "idle")

    def _next_joined(self, number: int) -> int | None:
        facet = self.pieces[number].facet
        for following in range(number + 1, len(self.pieces)):
            piece = self.pieces[following]
            if piece.role == "facet" and piece.facet == facet and self._is_joined(number, following):
                return following
            if piece.role not in ("mark", "function"):
                return None
        return None

    def _negate(self, number: int, start: int) -> None:
        piece = self.pieces[number]
        turned = "in" if piece.operator == "not in" else "not in"
        self.pieces[number] = Piece(piece.start, piece.end, "facet", piece.facet, piece.values, turned)
        self.span_of[number] = start

    def result(self) -> Question:
        kind_words: list[Filter] = []
        filters: list[Filter] = []
        words: list[Part] = []
        unused: list[Part] = []
        for number, piece in enumerate(self.pieces):
            start = self.span_of.get(number, piece.start)
            if piece.role in ("kind", "cue"):
                kinds = piece.values if piece.role == "kind" else _KINDS_OF_CUE.get(piece.facet, ("offer",))
                kind_words.append(self._filter("kind", "in", kinds, start, piece.end))
                if piece.facet == "book":
                    filters.append(self._filter("facility_type", "in", ("equipment",), start, piece.end))
                    kind_words.pop()
            elif piece.role == "facet":
                condition = self._condition(piece)
                if condition is None:
                    words.append(Part(self.question[start : piece.end], start, piece.end))
                else:
                    filters.append(self._filter(*condition, start, piece.end))
            elif piece.role == "content":
                self._append_word(words, piece)
            elif piece.role == "idle":
                unused.append(Part(self.question[piece.start : piece.end], piece.start, piece.end))
        if not (self.kinds or filters or words):
            words, unused = unused, words  # 'technology' alone: better than no search
        rest = self.question[_MOST_CHARACTERS:]
        if rest.strip():
            unused.append(Part(rest, _MOST_CHARACTERS, len(self.question)))
        return Question(
            self.question, self.kinds, tuple(kind_words), tuple(filters), tuple(words), tuple(unused)
        )

    def _append_word(self, words: list[Part], piece: Piece) -> None:
        """Add a word, to the run before it where only a blank or a sign of measure lies between."""
        start = piece.start
        if words and not re.search(r"[^\s°%/·.+-]", self.text[words[-1].end : start]):
            start = words.pop().start
        words.append(Part(self.question[start : piece.end], start, piece.end))

    def _condition(self, piece: Piece) -> tuple[str, str, tuple[str, ...]] | None:
        if piece.facet != "money":
            return piece.facet, piece.operator, piece.values
        need = "need" in self.kinds
        if piece.operator != "about":
            return ("budget" if need else "price"), piece.operator, piece.values
        # Who says 'budget 300,000' can pay up to that; a need's own budget is not limited by it either way.
        return None if need else ("price", "<=", piece.values)

    def _filter(self, facet: str, operator: str, values: tuple[str, ...], start: int, end: int) -> Filter:
        line = explained(facet, operator, values, self.vocabulary.names_of_codes)
        return Filter(facet, operator, values, self.question[start:end], start, end, line)
