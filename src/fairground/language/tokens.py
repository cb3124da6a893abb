"""Chinese and English text as streams of integer token ids.

Three kinds of channel are made, because they fail differently. `word` holds stemmed English words and
segmented Chinese words in the order of the text; `han_unigram`, `han_bigram` and `han_trigram` hold
overlapping characters of Chinese runs only, which still meet where the segmenter cut two lists
differently. `printed` holds every word as it stands, stop words and numbers too, and every Chinese character
by itself: what comparing two texts for sameness needs. Each channel wants its own `Vocabulary`.
"""

import functools
import itertools
import re
import unicodedata
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import opencc
import rjieba
import Stemmer
from numpy.typing import NDArray

from fairground.language.ascii_words import DROPPED, AsciiWords

Channel = Literal["word", "printed", "han_unigram", "han_bigram", "han_trigram"]

_TEXTS_AT_ONCE = 1000

_GRAM_LENGTH: dict[Channel, int] = {"han_unigram": 1, "han_bigram": 2, "han_trigram": 3}

_ENGLISH_STOP_WORDS = """
    about above across after again against all also although am among an and another any are as at be because
    been before being below between both but by can cannot could did do does doing done down during each
    either else etc ever every few for from further had has have having he hence her here hers him his how
    however if in including into is it its itself just may me might more most much must my neither no nor not
    of off on once only onto or other others otherwise our ours out over own per rather same shall she should
    since so some such than that the their theirs them themselves then there thereby therefore therein these
    they this those through thus to together too toward towards under until up upon us very via was we well
    were what when where whereas whereby wherein whether which while who whom whose why will with within
    without would you your yours
"""
ENGLISH_STOP_WORDS = frozenset(_ENGLISH_STOP_WORDS.split())

_CHINESE_STOP_WORDS = """
    的 了 和 与 及 或 等 在 是 为 对 于 以 以及 并 并且 而 而且 其 该 此 这 那 这些 那些 这种 一种 一个 之
    所 被 把 将 由 从 向 到 中 上 下 内 也 都 就 还 又 有 无 可 可以 能 能够 通过 进行 根据 按照 由于 因此
    因为 所以 但 但是 如 如果 例如 我 我们 你 您 他 她 它 们 他们 它们 目前 其中 以上 以下 地 得 着 过 要
    会 不仅 同时
"""
CHINESE_STOP_WORDS = frozenset(_CHINESE_STOP_WORDS.split())

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003134f々〇"
_HAN_RUN = re.compile(f"[{_HAN}]+")
_RUN = re.compile(f"[{_HAN}]+|[^\\W_{_HAN}]+")  # a Chinese run or a run of other letters and digits
_PRINTED = re.compile(f"[{_HAN}]|[^\\W_{_HAN}]+")  # a Chinese character or a run of other letters and digits
_NOT_WORD = re.compile(r"[^\w\x00-\x7f]+")
_COMBINING = re.compile("[\u0300-\u036f]+")


@dataclass(frozen=True, slots=True)
class TokenStream:
    """The tokens of many texts, one after another.

    `ids` : int32[n_token], token ids ≥ 0 in the order of the text.
    `offsets` : int64[n_text + 1], rising; text i owns `ids[offsets[i]:offsets[i + 1]]`.
    """

    ids: NDArray[np.int32]
    offsets: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def text_ids(self, text: int) -> NDArray[np.int32]:
        """Return the token ids of one text, a view on `ids`."""
        return self.ids[self.offsets[text] : self.offsets[text + 1]]


class Vocabulary:
    """Token ↔ id. Ids count up from 0 in the order tokens are first met.

    Not safe to use from two threads at once.
    """

    def __init__(self, tokens: Iterable[str] = ()) -> None:
        self._tokens: list[str] = []
        self._ids: dict[str, int] = {}
        self._ascii_words: dict[Channel, AsciiWords] = {}
        for token in tokens:
            self.add(token)

    def __len__(self) -> int:
        return len(self._tokens)

    def __contains__(self, token: str) -> bool:
        return token in self._ids

    @property
    def tokens(self) -> Sequence[str]:
        """The tokens by id."""
        return self._tokens

    def add(self, token: str) -> int:
        """Return the id of `token`, giving it the next id if it is new."""
        token_id = self._ids.get(token)
        if token_id is None:
            token_id = self._ids[token] = len(self._tokens)
            self._tokens.append(token)
        return token_id

    def id_of(self, token: str) -> int:
        """Return the id of `token`, or -1 where it is unknown."""
        return self._ids.get(token, DROPPED)

    def _words_of(self, channel: Channel) -> AsciiWords:
        if channel not in self._ascii_words:
            self._ascii_words[channel] = AsciiWords(str if channel == "printed" else _token_of_word)
        return self._ascii_words[channel]


def tokenise(
    texts: Sequence[str], vocabulary: Vocabulary, *, grow: bool, channel: Channel = "word"
) -> TokenStream:
    """Turn texts into token ids.

    Parameters
    ----------
    texts : the texts; an empty text has no tokens
    vocabulary : the channel's own vocabulary
    grow : True gives new tokens an id; False drops them and leaves the vocabulary as it is
    channel : 'word' for words of both languages, 'han_unigram' | 'han_bigram' | 'han_trigram' for
        overlapping characters of Chinese runs (a run shorter than that is one token), 'printed' for every
        word unstemmed and every Chinese character

    Returns
    -------
    TokenStream with one entry a text, stop words taken out

    Cost: O(characters); each distinct English word is stemmed once per vocabulary.
    """
    id_of = vocabulary.add if grow else vocabulary.id_of
    if channel == "word" or channel == "printed":
        split = _tokens_of_folded if channel == "word" else _printed_words
        parts = list(_word_ids(texts, vocabulary._words_of(channel), id_of, split))
    else:
        length = _GRAM_LENGTH[channel]
        grams = (
            [] if text.isascii() else map(id_of, _grams(fold_for_tokens(text), length)) for text in texts
        )
        parts = [_ids_and_ends(grams)]
    starts = np.cumsum([0, *(len(ids) for ids, _ in parts)])
    ids = np.concatenate([np.zeros(0, np.int32), *(ids for ids, _ in parts)])
    ends = [ends + start for (_, ends), start in zip(parts, starts[:-1], strict=True)]
    return _without_dropped(ids, np.concatenate([np.zeros(1, np.int64), *ends]))


_Part = tuple[NDArray[np.int32], NDArray[np.int64]]  # ids, and where each text ends among them


def _word_ids(
    texts: Sequence[str],
    words: AsciiWords,
    id_of: Callable[[str], int],
    split: Callable[[str], Iterable[str]],
) -> Iterator[_Part]:
    """Yield the ids of the texts in order: runs of plain ASCII the fast way, others by `split`."""
    folded = map(fold_for_tokens, texts)
    for plain, run in itertools.groupby(folded, str.isascii):
        if plain:
            while batch := list(itertools.islice(run, _TEXTS_AT_ONCE)):
                yield words.ids_of(batch, id_of)
        else:
            yield _ids_and_ends(map(id_of, split(text)) for text in run)


def _ids_and_ends(texts: Iterable[Iterable[int]]) -> _Part:
    ids = array("i")
    ends = array("q")
    for tokens in texts:
        ids.extend(tokens)
        ends.append(len(ids))
    return np.array(ids, np.int32), np.array(ends, np.int64)


def _without_dropped(ids: NDArray[np.int32], ends: NDArray[np.int64]) -> TokenStream:
    kept = ids != DROPPED
    kept_before = np.zeros(len(ids) + 1, np.int64)
    np.cumsum(kept, out=kept_before[1:])
    return TokenStream(ids[kept], kept_before[ends])


def surface_forms(text: str) -> list[tuple[str, str]]:
    """Return the `word` channel's tokens of one text, each with the word as it is printed there.

    Both an explanation and a highlight need the printed form: a reader does not know the stem 'batteri'.
    """
    forms: list[tuple[str, str]] = []
    for run in _RUN.finditer(unicodedata.normalize("NFC", text)):
        printed = run.group()
        folded = fold_for_tokens(printed).strip()
        if _HAN_RUN.fullmatch(folded) and len(folded) == len(printed):
            start = 0
            for word in rjieba.cut(folded):
                if word not in CHINESE_STOP_WORDS:
                    forms.append((word, printed[start : start + len(word)]))
                start += len(word)
        else:
            forms.extend((token, printed) for token in _tokens_of_folded(folded))
    return forms


def fold_for_tokens(text: str) -> str:
    """Fold full-width, compatibility and accented forms and traditional characters."""
    if text.isascii():
        return text
    # Signs go first: compatibility folding would spell them out and turn 'Coach™' into the word 'coachtm'.
    text = _NOT_WORD.sub(" ", unicodedata.normalize("NFC", text))
    text = unicodedata.normalize("NFKC", text)
    # Most texts hold no traditional character; translating them would cost ten times this look.
    if not _traditional_characters().isdisjoint(text):
        text = text.translate(_simplified_characters())
    if text.isascii():
        return text
    return _COMBINING.sub("", unicodedata.normalize("NFKD", text.lower()))


@functools.cache
def _simplified_characters() -> dict[int, str]:
    """Map each traditional character to its simplified one, for `str.translate`.

    Character by character, not by phrase: both lists go through the same table, and the length of the text
    stays as it is, which `surface_forms` relies on.
    """
    characters = [
        chr(code) for first, last in ((0x3400, 0x4DBF), (0x4E00, 0x9FFF)) for code in range(first, last + 1)
    ]
    simplified = opencc.OpenCC("t2s").convert("\n".join(characters)).split("\n")
    return {
        ord(before): after
        for before, after in zip(characters, simplified, strict=True)
        if before != after and len(after) == 1
    }


@functools.cache
def _traditional_characters() -> frozenset[str]:
    return frozenset(map(chr, _simplified_characters()))


def folded_runs(text: str) -> list[str]:
    """Return the runs of Chinese characters and the runs of other letters and digits, folded, in order."""
    return _RUN.findall(fold_for_tokens(text).lower())


def tokens_of_run(run: str) -> list[str]:
    """Return the `word` channel's tokens of one run of `folded_runs`."""
    if _HAN_RUN.match(run):
        return [word for word in rjieba.cut(run) if word not in CHINESE_STOP_WORDS]
    token = _token_of_word(run)
    return [token] if token else []


def _tokens_of_folded(text: str) -> Iterator[str]:
    for run in _RUN.findall(text.lower()):
        yield from tokens_of_run(run)


def _printed_words(text: str) -> list[str]:
    return _PRINTED.findall(text.lower())


@functools.cache
def _stemmer() -> Callable[[str], str]:
    stem: Callable[[str], str] = Stemmer.Stemmer("english").stemWord
    return stem


@functools.lru_cache(maxsize=1 << 16)
def _token_of_word(word: str) -> str:
    """Return the stem of a lower-case word; '' for stop words and for single ASCII characters."""
    if word in ENGLISH_STOP_WORDS or (len(word) == 1 and word.isascii()):
        return ""
    # 'co2' or '6g' is a name, not an inflected word.
    return _stemmer()(word) if word.isalpha() else word


def _grams(text: str, length: int) -> Iterator[str]:
    for run in _HAN_RUN.findall(text):
        if len(run) <= length:
            yield run
        else:
            yield from (run[start : start + length] for start in range(len(run) - length + 1))
