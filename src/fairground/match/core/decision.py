"""What a rule of the judge says of one requirement and one offer."""

from dataclasses import dataclass

from fairground.match.core.prepared import (
    Sentence,
)
from fairground.match.core.results import Verdict

SILENT = (
    "供给文字中没有找到依据",
    "nothing found in the offer's words",
)  # the reason where nothing else is known


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict with the sentence it rests on and the rule that gave it; measured rule by rule."""

    verdict: Verdict
    sentence: Sentence | None
    reason_zh: str
    reason_en: str
    rule: str


def missing(why: tuple[str, str], rule: str = "silent") -> Decision:
    """Return the verdict of doubt, with the reason in Chinese and English."""
    return Decision(Verdict.MISSING, None, *why, rule)
