"""Does a sentence claim something of the offer itself, plainly and now? Hedges, conditions and contrasts say no."""

import re

from fairground.match.core.lexicon import filler_keys
from fairground.match.core.prepared import PreparedOffer, PreparedRequirement, Sentence

_HEDGE = re.compile(
    r"\b(?:often|usually|mostly|generally|sometimes|occasionally|partly|partially|in\s(?:most|some|many)\scases|"
    r"as\sa\srule|tends?\sto|rarely|seldom|almost|nearly|largely|hardly|"
    r"difficult|difficulty|challeng\w+|problems?|costly|expensive|sought[\s-]after|hard\sto)\b"
    r"|大多|多数|通常|一般|往往|有时|偶尔|部分|基本(?![上原农])|几乎|难题|难点|痛点|挑战|困难|瓶颈|难以|"
    r"问题(?!解决)",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"^\s*(?:if|provided|assuming|given\sthat|unless|once|with\sthe\s(?:optional|extra|additional))\b|"
    r"\b(?:if|provided\sthat|assuming\sthat|unless)\b|"
    r"(?:^|[,，;；。])\s*(?:若|如果|如(?=[\u4e00-\u9fff]{2,10}(?:时|则|后)?[,，])|假如|只要|只有|倘若)|"
    r"\b(?:optional(?:ly)?|if\sneeded|on\srequest|where\snecessary|extra\scost)\b|可选|选配|按需|视情况|另购|加装|"
    r"(?:标准|标配|基础|普通|高配|低配|加强|增强|专业|旗舰|大容量)[\u4e00-\u9fff]{0,3}[版型款](?!号)",
    re.IGNORECASE,
)
# 'For updates', 'once a month', 'at first': a use beside the working, not the working itself.
_LIMITED = re.compile(
    r"\b(?:only|for\s(?:updates?|maintenance|setup|installation|service|calibration|cleaning|training|repairs?)|"
    r"once|occasional(?:ly)?|initial(?:ly)?|at\sfirst|first\stime|during\s(?:setup|installation|commissioning)|"
    r"when|traces?|optional(?:ly)?|can\sbe|if)\b|"
    r"仅|只(?=在|需|有)|首次|初次|更新时|升级时|维护时|安装时|调试时|时才|偶尔|可选|必要时|微量|痕量|也可|可(?=以?接|连)",
    re.IGNORECASE,
)
_USES = re.compile(
    r"\b(?:needs?|needed|requires?|required|us(?:es?|ed|ing)|contains?|add(?:s|ed)?|includ\w+|with|made\s(?:of|from)|"
    r"relies|rely|depends?|based\son|consum\w+|takes?|emits?|produc\w+|generat\w+|leaves?|must|means|opens?|"
    r"cuts?|is|are|connects?|sends?|through|by|via)\b|[含需用加须要会有经产排装打钻切靠投施喷涂掺注浸]|依赖|配|连",
    re.IGNORECASE,
)
_FAILS = re.compile(
    r"(?:不能|无法|不可|不得|难以|不支持|不适合|不适用于)(?:再|正常|继续|稳定|直接)?(?:使用|工作|运行|用(?![\u4e00-\u9fff])|作业|运转|开启)|"
    r"(?:使用|工作|运行|功能)(?:会|将|即)?(?:中断|受限|停止)|失效|"
    r"\b(?:can(?:not|'t)|could\snot|does\snot|do\snot|doesn't|will\snot|won't|unable\sto)\s(?:be\s)?"
    r"(?:used?|work|run|operate[d]?|function)\b|\bstops\s(?:working|running)\b|\b(?:unusable|unavailable)\b",
    re.IGNORECASE,
)
_TITLE_ASKED = re.compile(
    r"\b(?:certif\w+|approv\w+|accept(?:ed|ance)|registered|registration|licen[sc]ed|authori[sz]ed|accredited|"
    r"homologated|listed|cleared|ce\smark\w*|permit(?:ted)?)\b|"
    r"认证|注册|登记|批准|审批|备案|许可|准入|资质|批文|验收|鉴定|获批",
    re.IGNORECASE,
)
_TITLE_HELD = re.compile(
    r"\b(?:(?:is|are|was|were|been|being|it)\s(?:\w+ly\s)?(?:now\s|fully\s|already\s)?"
    r"(?:certified|approved|accepted|registered|licen[sc]ed|authori[sz]ed|accredited|homologated|listed|cleared|"
    r"granted|permitted)|(?:holds?|carr(?:y|ies)|bears?|has|have|with|received|obtained|got|passed|won|gained|"
    r"gave|granted|issued)\s(?:\w+\s){0,5}(?:certifi\w+|approval|accept\w+|registration|licen[sc]e|mark|clearance|"
    r"permit|authori[sz]ation)|(?:certified|approved|accepted|registered|licen[sc]ed|cleared|listed)\s"
    r"(?:to|by|under|for|as|in|since|with))\b|^\s*(?:certified|approved|registered)\b|"
    r"(?:已|获|取得|通过(?!.{0,12}(?:后|前))|获得|拿到|具有|具备|持有|拥有|列入|完成.{0,12}(?:认证|注册|登记|备案|验收)|"
    r"(?:认证|注册|登记|备案|许可)证?(?:号|书))",
    re.IGNORECASE,
)
_TITLE_PENDING = re.compile(
    r"\b(?:asking|asks?|asked|request\w*|appl(?:y|ied|ies|ication)|document\w*|dossier|papers?|prepar\w+|"
    r"hand(?:ed)?\sin|submit\w*|submission|filed|lodged|begun|started|start|await\w*|pending|expected|"
    r"in\sprogress|under\sway|underway|process|letter)\b|"
    r"启动|资料|材料正|申请|申报|提交|递交|送审|等待|整理|筹备|准备|受理|报送|正在|待|将于|进行中|办理",
    re.IGNORECASE,
)
_OURS = re.compile(
    r"(?:^|[,，;；:：。]|\b(?:and|but|while|whereas)|而|但)\s*(?:\b(?:while|whereas|but|and)\s)?"
    r"(?:ours?\b|we\b|(?:而|但)?(?:本(?=[\u4e00-\u9fff])(?!身|质|来|底|地|科|征)|我们|我方|我公司))",
    re.IGNORECASE,
)
_OWN_START = re.compile(
    r"\s*(?:ours?|we|it|its|this|these|they)\b|\s*(?:本|我|该|其(?!他|它|余))(?=[\u4e00-\u9fff])",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"\s*(?:(?:most|many|some|few|such)\s(?:other\s)?\w+|others?)\b|\s*(?:其他|其它|其余|别的|多数|不少|有些|某些)",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[,，;；:：](?!\d{3}(?!\d))|\b(?:while|whereas|but)\b", re.IGNORECASE)
_ARTICLE = re.compile(r"\s*(?:the|this)\s|\s*(?:而|但|该|此)", re.IGNORECASE)
_PREPOSITION = re.compile(
    r"\s*(?:in|at|on|with|after|under|by|for|from|to|during|over|across|per|using|within)\s|"
    r"\s*(?:在|经|对|从|由|按|当|以|采用|使用|通过|每)",
    re.IGNORECASE,
)


def is_plain_claim(sentence: Sentence) -> bool:
    """Tell whether nothing in the sentence hedges it or makes it depend on a condition."""
    return not (_HEDGE.search(sentence.folded) or _CONDITION.search(sentence.folded))


def asks_for_failure(requirement: str) -> bool:
    """Tell whether a requirement itself wants something not to work."""
    return bool(_FAILS.search(requirement))


def failure_in(sentence: Sentence) -> tuple[int, int] | None:
    """Return the clause in which the offer says that it does not work, None where there is none."""
    failure = _FAILS.search(sentence.folded)
    if failure is None:
        return None
    following = _CLAUSE.search(sentence.folded, failure.end())
    return (
        clause_start(sentence.folded, failure.start()),
        following.start() if following else len(sentence.folded),
    )


def is_conditional(sentence: Sentence) -> bool:
    """Tell whether the sentence holds only under a condition ('if', 若) or with an optional part."""
    return bool(_CONDITION.search(sentence.folded))


def names_a_use(sentence: Sentence) -> bool:
    """Tell whether the offer says that it needs, has or uses something, and not only 'for updates' or 首次."""
    if sentence.field == "title" or _LIMITED.search(sentence.folded):
        return False
    return bool(_USES.search(sentence.folded))


def leaves_title_open(requirement: str, sentence: Sentence) -> bool:
    """Tell whether an approval is asked for and the sentence does not say that it was given."""
    if not _TITLE_ASKED.search(requirement):
        return False
    return bool(_TITLE_PENDING.search(sentence.folded)) or not _TITLE_HELD.search(sentence.folded)


def is_of_another(
    prepared: PreparedRequirement, offer: PreparedOffer, place: int, start: int, *, words: bool = False
) -> bool:
    """Tell whether what stands at `start` in sentence `place` is said of something set against the offer.

    'Smelting recovers 98 %; ours 91 %': a clause that begins with a name neither the title nor the
    requirement has, followed by one that begins with ours, 本 or the offer's own name. With `words`
    any such contrast counts, since then the requirement's words are the clause's subject.
    """
    sentence = offer.sentences[place]
    text = sentence.folded
    marks = [0, *(mark.end() for mark in _CLAUSE.finditer(text))]
    first = clause_start(text, start)
    if _OWN_START.match(text, first) or _OWN_START.match(text):
        return False
    if _OTHERS.match(text, first):
        return True
    contrast = _OURS.search(text, max(first, start))
    if contrast and words:
        return True
    if not begins_strangely(prepared, offer, sentence, first):
        return False
    if contrast:
        return True
    if not words and any(begins_with_title(offer, sentence, mark) for mark in marks if mark > start):
        return True
    following = offer.sentences[place + 1] if place + 1 < len(offer.sentences) else None
    return following is not None and following.field == sentence.field and bool(_OURS.match(following.folded))


def clause_start(text: str, place: int) -> int:
    """Return where the clause that holds `place` begins in folded `text`."""
    return max((mark.end() for mark in _CLAUSE.finditer(text, 0, place)), default=0)


def is_of_the_offer(sentence: Sentence, start: int) -> bool:
    """Tell whether the clause at `start` begins with 'our', 'it', 本 or another word for the offer itself."""
    return bool(_OWN_START.match(sentence.folded, clause_start(sentence.folded, start)))


def begins_strangely(
    prepared: PreparedRequirement, offer: PreparedOffer, sentence: Sentence, first: int
) -> bool:
    """Tell whether the clause's first word names something that is neither asked about nor offered."""
    if _PREPOSITION.match(sentence.folded, first):
        return False
    leading = next((token for token in sentence.tokens if token.start >= first), None)
    if leading is None or leading.generic or leading.measured or leading.keys[-1] in filler_keys():
        return False
    return not any(key in prepared.keys or key in offer.title_signs for key in leading.keys)


def is_generic_start(sentence: Sentence) -> bool:
    """Tell whether an English sentence begins with one side of an opposition: 'Manual welding takes 30 min'."""
    if not sentence.foreign or sentence.field == "title" or not sentence.tokens:
        return False
    leading = sentence.tokens[0]
    return not sentence.folded[: leading.start].strip() and any(key.startswith("@a") for key in leading.keys)


def begins_with_title(offer: PreparedOffer, sentence: Sentence, first: int) -> bool:
    """Tell whether the clause at `first` begins with the offer's name: 'the' and a title word, or the title's head."""
    leading = next((token for token in sentence.tokens if token.start >= first), None)
    if leading is None:
        return False
    known = offer.title_signs if _ARTICLE.match(sentence.folded, first) else offer.title_heads
    return any(key in known and not key.startswith("@a") for key in leading.keys)
