"""Plain questions, Chinese or English, read into kinds, filters and words."""

from fairground.publish.core.questions.question import Filter, Part, Question
from fairground.publish.core.questions.understanding import understand
from fairground.publish.core.questions.vocabulary import EditionNames, OrganisationNames, Vocabulary, Zone

__all__ = [
    "EditionNames",
    "Filter",
    "OrganisationNames",
    "Part",
    "Question",
    "Vocabulary",
    "Zone",
    "understand",
]
