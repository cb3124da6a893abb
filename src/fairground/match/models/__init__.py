"""What the matching stage keeps: pairs, and what came of them."""

from fairground.match.models.introductions import Block, BrokerNote, Introduction, IntroductionStep, Message
from fairground.match.models.pairs import Match, MatchedText, MatchProgress
from fairground.match.models.results_list import ListEntry, ListIssue, ResultsList
from fairground.match.models.weights import LearnedWeights

__all__ = [
    "Block",
    "BrokerNote",
    "Introduction",
    "IntroductionStep",
    "LearnedWeights",
    "ListEntry",
    "ListIssue",
    "Match",
    "MatchProgress",
    "MatchedText",
    "Message",
    "ResultsList",
]
