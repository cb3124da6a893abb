"""The bridge between the languages: the English stems a Chinese text stands for, as extra words of that text."""

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from fairground.language.dictionary import english_stems, gloss
from fairground.language.tokens import Vocabulary

_LEAST_WEIGHT = 0.15  # in characters of the text; what is weaker than that is noise of the dictionary
_CHARACTERS_A_WORD = 2.0  # a Chinese word of two characters counts as one word


def has_han(text: str) -> bool:
    """Say whether a text holds a Chinese character of the common block."""
    return any("\u4e00" <= character <= "\u9fff" for character in text)


def bridge_counts(texts: Sequence[str], vocabulary: Vocabulary) -> sparse.csr_array:
    """Return what each text's Chinese says in English stems, as fractional word counts.

    Parameters
    ----------
    texts : n texts; those without Chinese get an empty row
    vocabulary : grows by the stems found

    Returns
    -------
    float32[n, len(vocabulary)], a stem of a two-character word known without doubt counts 1
    """
    start, ids, weights = [0], list[int](), list[float]()
    for text in texts:
        if has_han(text):
            printed = set(english_stems(text))
            for stem, weight in gloss(text, _LEAST_WEIGHT):
                if stem not in printed:
                    ids.append(vocabulary.add(stem))
                    weights.append(weight / _CHARACTERS_A_WORD)
        start.append(len(ids))
    return sparse.csr_array(
        (np.array(weights, np.float32), np.array(ids, np.int32), np.array(start)),
        shape=(len(texts), len(vocabulary)),
    )
