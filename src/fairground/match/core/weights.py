"""The learned parts of the engine in one small file, and the record of how they were made."""

import functools
import json
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairground.match.core.ranker import Ranker
from fairground.match.core.sureness import Sureness

FILE, RECORD = "weights.npz", "weights.record.json"
RANKERS = (
    "needs",
    "needs_alone",
    "needs_neural",
    "offers",
    "offers_alone",
    "offers_neural",
    "untaught",
    "crossing",
)


@dataclass(frozen=True)
class Weights:
    """Rankers by name and sureness by asking side.

    `needs`, `offers` : for the side that asks; `…_alone` : the same without list statistics. Fixed weights:
    `untaught` for askers in a language the rankers were not taught in, `crossing` for pairs of two languages;
    `…_neural` : where a neural encoder is plugged in.
    """

    version: str
    rankers: dict[str, Ranker]
    sureness: dict[str, Sureness]

    def write(self, folder: Path, record: dict[str, object]) -> None:
        """Write the file and its record."""
        arrays: dict[str, NDArray[Any]] = {}
        for name, ranker in self.rankers.items():
            arrays |= ranker.as_arrays(f"{name}.")
        for side, one in self.sureness.items():
            scalars = np.array([one.bias, one.fall])
            arrays[f"sureness.{side}"] = np.concatenate([one.middle, one.spread, one.weights, scalars])
        with (folder / FILE).open("wb") as stream:
            np.savez_compressed(stream, allow_pickle=False, **arrays)
        text = json.dumps({"version": self.version, **record}, indent=2, ensure_ascii=False) + "\n"
        (folder / RECORD).write_text(text, encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> "Weights":
        """Read what `write` wrote.

        Raises
        ------
        OSError, KeyError, ValueError: a file is missing or not what `write` wrote.
        """
        version = json.loads((folder / RECORD).read_text(encoding="utf-8"))["version"]
        with np.load(folder / FILE, allow_pickle=False) as stored:
            rankers = {name: Ranker.from_arrays(stored, f"{name}.") for name in RANKERS}
            sureness = {}
            for side in ("needs", "offers"):
                numbers = stored[f"sureness.{side}"]
                middle, spread, weights = np.split(numbers[:-2].astype(np.float32), 3)
                sureness[side] = Sureness(middle, spread, weights, float(numbers[-2]), float(numbers[-1]))
        return cls(version, rankers, sureness)


@functools.cache
def shipped_weights() -> Weights:
    """Return the weights that come with the package."""
    return Weights.read(Path(str(files("fairground.match.core") / "data")))
