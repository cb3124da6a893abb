"""Does a sentence of English prose ask something of the solution, or does it describe the world as it is?

'The camera shall detect ...' asks; 'These circuits require 0.7 V' describes; 'The contractor shall
deliver a report' asks something of the bidder. Modals alone do not part the three: the subject does.
"""

import re

from fairground.match.core.lexicon import stem

_MODAL = re.compile(
    r"\b(?:shall|must|should|(?:is|are)\s(?:required|expected|desired|to\sbe)|needs?\sto|"
    r"ha(?:s|ve)\sto|(?:is|are)\s(?:highly\s)?(?:required|desired|preferred|preferable|desirable))\b",
    re.IGNORECASE,
)
_WANTED = re.compile(
    r"\b(?:(?:we|navy|army|air\sforce|agency|company|government|department|client|user|customer|"
    r"programme?|topic)\s(?:\w+\s)?(?:seeks?|wants?|needs?|requires?|desires?|wish(?:es)?|is\sseeking|"
    r"is\slooking\sfor|are\slooking\sfor)|looking\sfor|wanted\s?:|(?:is|are)\s(?:sought|wanted)|"
    r"(?:goals?|objectives?|targets?|requirements?|thresholds?|specifications?)\s(?:\w+\s){0,4}"
    r"(?:is|are|include|of)\b|desired\s\w+)",
    re.IGNORECASE,
)
_TASK = re.compile(
    r"^(?:objective\s?:\s?)?(?:to\s)?(?:develop|design|build|create|provide|devise|produce|fabricate|"
    r"demonstrate)\b",
    re.IGNORECASE,
)
_SOLUTION = re.compile(
    r"\b(?:systems?|devices?|tools?|products?|solutions?|designs?|technolog(?:y|ies)|materials?|"
    r"methods?|process(?:es)?|software|sensors?|units?|it|they|approach(?:es)?|platforms?|equipment|"
    r"modules?|components?|algorithms?|instruments?|machines?|coatings?|concepts?|prototypes?|"
    r"packages?|architectures?|interfaces?|models?|vehicles?|assembl(?:y|ies))\b",
    re.IGNORECASE,
)
_BIDDER = re.compile(
    r"\b(?:contractors?|offerors?|proposers?|bidders?|firms?|small\sbusiness(?:es)?|awardees?|performers?|"
    r"proposals?|deliverables?|reports?|care|test(?:s|ing)|stud(?:y|ies)|analys[ei]s|phase|work|efforts?|"
    r"research(?:ers)?|teams?|plans?|attention|emphasis|consideration|hurdles|challenges?|issues?|"
    r"partners?hips?|transition|demonstrations?|evaluations?|synchroni[sz]ation|documentation)\b",
    re.IGNORECASE,
)
_AS_IT_IS = re.compile(
    r"\b(?:currently|current|today(?:'s)?|existing|conventional|traditional|legacy|commercially\savailable|"
    r"recent|state[\s-]of[\s-]the[\s-]art|in\sthe\spast|historically|often|typically|increasingly|"
    r"(?:has|have)\s(?:not\s)?been|however|although|while|because|in\sorder\s(?:to|for))\b",
    re.IGNORECASE,
)
_FINITE = re.compile(
    r"\b(?:is|are|was|were|has|have|had|can|could|will|would|may|might|does|do|did|cannot)\b", re.IGNORECASE
)
_BOUND = re.compile(
    r"[<>≤≥=±]|\b(?:at\sleast|minimum|maximum|less\sthan|greater\sthan|more\sthan|up\sto|no\smore|"
    r"no\sless|not\sexceed|threshold)\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[,;:]\s|\b(?:and|but|that|which|where|so)\s")
_WORD = re.compile(r"[A-Za-z]{3,}")
_SUBJECT_WORDS = 14


def title_stems(title: str) -> frozenset[str]:
    """Return the stems of the English words of a need's title: they name the solution asked for."""
    return frozenset(stem(word) for word in _WORD.findall(title))


def asks(sentence: str, title: frozenset[str]) -> bool:
    """Tell whether an English sentence asks something of the solution; doubt means no.

    Parameters
    ----------
    sentence : one sentence of prose as printed
    title : frozenset of str, stems of the need's title (`title_stems`)

    Returns
    -------
    bool; True for a duty of the solution ('The filter shall ...'), a wish of the one who asks ('We
    seek ...'), a task with a bound ('Develop a pump of at least 3 kW') and a bare line with a bound
    ('Minimum capacity = 80 mAh')
    """
    modal = _MODAL.search(sentence)
    if modal:
        return _asks_of_solution(sentence, modal, title)
    wanted = _WANTED.search(sentence)
    if wanted:
        return not _AS_IT_IS.search(sentence, 0, wanted.start())
    if not _BOUND.search(sentence) or _AS_IT_IS.search(sentence):
        return False
    return bool(_TASK.match(sentence)) or not _FINITE.search(sentence)


def _asks_of_solution(sentence: str, modal: re.Match[str], title: frozenset[str]) -> bool:
    before = sentence[: modal.start()]
    if len(before.split()) > 2 * _SUBJECT_WORDS:
        return False
    subject = _CLAUSE.split(before)[-1] or before
    if len(subject.split()) > _SUBJECT_WORDS or _BIDDER.search(subject) or _AS_IT_IS.search(before):
        return False
    if _SOLUTION.search(subject):
        return True
    return any(stem(word) in title for word in _WORD.findall(subject))
