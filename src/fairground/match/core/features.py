"""What the ranker reads of a pair: each measure alone, against the asker's best, against the text's other askers."""

import numpy as np

from fairground.match.core.candidates import MEASURED, Candidates
from fairground.match.core.signals import Floats

VIEWS = ("alone", "over_hub", "over_rival", "to_leader", "own_side")
RAW = ("cosine.title", "cosine.whole", "meaning.title", "meaning.whole", "meaning.titles")
FEATURES = (
    *(f"{measure}.{view}" for view in VIEWS for measure in MEASURED),
    *(f"raw.{name}" for name in RAW),
    "place",
    "asking_length",
    "searched_length",
)
# Views that need to know the whole asking list; without list statistics they are set to 0.
LIST_VIEWS = ("over_hub", "over_rival", "own_side")


def pair_features(
    found: Candidates, asking_lengths: Floats, searched_lengths: Floats, *, list_statistics: bool = True
) -> Floats:
    """Return float32[n_asker, depth, len(FEATURES)].

    Parameters
    ----------
    found : the candidates; places of text -1 get numbers too, which the caller ignores
    asking_lengths : float32[n_asker], tokens of the asker
    searched_lengths : float32[n_searched], tokens of the searched text
    list_statistics : False leaves out everything that depends on the other askers in the list
    """
    value, standing = found.measured, found.standing
    texts = np.maximum(found.texts, 0)

    def of_text(numbers: Floats) -> Floats:
        gathered: Floats = numbers[:, texts].transpose(1, 2, 0)
        return gathered

    hub, best, second = of_text(standing.hub), of_text(standing.best), of_text(standing.second)
    rival = np.where(value >= best - 1e-5, second, best)
    own_side = (value - of_text(standing.mean)) / of_text(standing.spread)
    views = [value, value - hub, value - rival, value - value.max(axis=1, keepdims=True), own_side]
    if not list_statistics:
        for number, name in enumerate(VIEWS):
            if name in LIST_VIEWS:
                views[number] = np.zeros_like(value)
    raw = [MEASURED.index(name) for name in RAW]
    unscaled = value[:, :, raw] * found.spread[:, None, raw] + found.middle[:, None, raw]
    together = value[:, :, -1] - (hub[:, :, -1] if list_statistics else 0)
    place = np.argsort(np.argsort(-together, axis=1, kind="stable"), axis=1, kind="stable")
    lengths = np.broadcast_to(np.log1p(asking_lengths)[:, None, None], (*texts.shape, 1))
    features: Floats = np.concatenate(
        [
            *views,
            unscaled,
            (1 / np.sqrt(1 + place))[:, :, None],
            lengths,
            np.log1p(searched_lengths)[texts][:, :, None],
        ],
        axis=2,
        dtype=np.float32,
    )
    return features
