"""Overlapping characters of Chinese runs as tokens: what `tokens` makes in its `han_…` channels, without strings.

A run of characters is keyed by its code points, packed into one number: no string is made of any.
"""

from collections.abc import Sequence

import numba
import numpy as np
from numpy.typing import NDArray

from fairground.language.token_pairs import PairVocabulary
from fairground.language.tokens import TokenStream, fold_for_tokens

_LONGEST = 3  # characters of 21 bits in 63
_BITS = 21


def han_grams(
    texts: Sequence[str], vocabulary: PairVocabulary, lengths: Sequence[int] = (1, 2, 3)
) -> list[TokenStream]:
    """Turn the Chinese runs of texts into runs of one, two and three characters.

    Parameters
    ----------
    texts : the texts; what is not Chinese has no tokens
    vocabulary : the runs known so far; new ones get an id, those of the first length first
    lengths : 1 to 3 each; a run of the text that is shorter is one token

    Returns
    -------
    A TokenStream of the texts for each length

    Cost: O(characters).
    """
    if not all(1 <= length <= _LONGEST for length in lengths):
        raise ValueError(f"lengths are from 1 to {_LONGEST}, not {lengths}")
    folded = ["" if text.isascii() else fold_for_tokens(text) for text in texts]
    codes = np.frombuffer("".join(folded).encode("utf-32-le", "surrogatepass"), np.uint32)
    ends = np.cumsum(np.fromiter(map(len, folded), np.int64, len(folded)))
    return [_stream(codes, ends, vocabulary, length) for length in lengths]


def _stream(
    codes: NDArray[np.uint32], ends: NDArray[np.int64], vocabulary: PairVocabulary, length: int
) -> TokenStream:
    keys = np.empty(len(codes), np.int64)
    offsets = np.zeros(len(ends) + 1, np.int64)
    n_keys = _keys(codes, ends, length, keys, offsets)
    return TokenStream(vocabulary.ids_of(keys[:n_keys]), offsets)


@numba.njit(cache=True, nogil=True)
def _is_han(code: np.uint32) -> bool:
    if code == 0x3005 or code == 0x3007:
        return True
    return bool(0x3400 <= code <= 0x4DBF or 0x4E00 <= code <= 0x9FFF or 0x20000 <= code <= 0x3134F)


@numba.njit(cache=True, nogil=True)
def _keys(
    codes: NDArray[np.uint32],
    ends: NDArray[np.int64],
    length: int,
    keys: NDArray[np.int64],
    offsets: NDArray[np.int64],
) -> int:
    """Write the key of each run of so many characters, text by text; return how many."""
    written = place = 0
    for text in range(len(ends)):
        while place < ends[text]:
            if not _is_han(codes[place]):
                place += 1
                continue
            end = place
            while end < ends[text] and _is_han(codes[end]):
                end += 1
            for begin in range(place, max(place + 1, end - length + 1)):
                key = np.int64(0)
                for step in range(_LONGEST):
                    key <<= _BITS
                    if step < length and begin + step < end:
                        key |= np.int64(codes[begin + step])
                keys[written] = key
                written += 1
            place = end
        offsets[text + 1] = written
    return written
