"""What pages and mail say about an introduction: its states, its steps, and a no in kind words."""

from collections.abc import Mapping

from fairground.language.local_text import LocalText
from fairground.match.core import introductions as core
from fairground.taxonomy import code_list

STATE_WORDS: Mapping[str, LocalText] = {
    core.PROPOSED: LocalText("已推荐", "Proposed"),
    core.ASKED: LocalText("待答复", "Waiting for an answer"),
    core.AGREED: LocalText("双方已同意", "Both said yes"),
    core.DECLINED: LocalText("已婉拒", "Declined"),
    core.EXPIRED: LocalText("已到期", "Expired"),
    core.WITHDRAWN: LocalText("已撤回", "Taken back"),
    core.ENDED: LocalText("已结束", "Ended"),
}
# Beside the word, never instead of it.
STATE_MARKS: Mapping[str, str] = {
    core.PROPOSED: "○",
    core.ASKED: "◐",
    core.AGREED: "●",
    core.DECLINED: "×",
    core.EXPIRED: "◌",
    core.WITHDRAWN: "×",
    core.ENDED: "◌",
}

EVENT_WORDS: Mapping[str, LocalText] = {
    core.PROPOSE: LocalText("经理人向双方推荐", "A broker proposed it to both sides"),
    core.ASK: LocalText("发起", "Asked"),
    core.AGREE: LocalText("同意", "Said yes"),
    core.DECLINE: LocalText("婉拒", "Declined"),
    core.TAKE_BACK: LocalText("撤回", "Took it back"),
    core.ACCEPT_AGREEMENT: LocalText("接受保密约定", "Accepted the confidentiality agreement"),
    core.EXPIRE: LocalText("到期未答复", "Expired without an answer"),
    core.CLOSE: LocalText("系统结束", "Closed by the portal"),
}

CAUSE_WORDS: Mapping[str, LocalText] = {
    core.UNANSWERED: LocalText(
        "对方在期限内没有答复。双方都不再受约束，可以另寻合作。",
        "There was no answer in time. Both sides are free to look elsewhere.",
    ),
    core.RECORD_EXPIRED: LocalText(
        "所依据的记录已过有效期。续期后可以重新发起。",
        "A record it rested on is no longer valid. Ask again once it was renewed.",
    ),
    core.RECORD_WITHDRAWN: LocalText(
        "所依据的记录已撤下或转由他人负责。",
        "A record it rested on was withdrawn, or passed to somebody else.",
    ),
    core.MERGED: LocalText("双方现在是同一个单位。", "Both sides are one organisation now."),
    core.PERSON_GONE: LocalText("对方的联系人已不在本站。", "The person is no longer here."),
    core.CONSENT: LocalText(
        "一方撤回了同意。联系方式和保密内容已不再显示。",
        "One side took its consent back. Contacts and protected detail are closed again.",
    ),
}

# List E as the other side reads it: it says what was missing, never what was wrong with somebody.
KIND_REASONS: Mapping[str, LocalText] = {
    "too-early": LocalText(
        "对方觉得现在还早一些；有新的进展时，欢迎再联系。",
        "It is a little early for them. They would be glad to hear from you when there is progress.",
    ),
    "benefit-unclear": LocalText(
        "对方还没看清与现有办法相比好在哪里；写明一两个数值会有帮助。",
        "They could not yet see what it gains over what they use now. A figure or two would help.",
    ),
    "route-unclear": LocalText(
        "对方还没看清怎样用起来、卖出去；写明应用路径会有帮助。",
        "They could not yet see the way to use and market. A few lines on that would help.",
    ),
    "description-unclear": LocalText(
        "对方没有完全读懂介绍；把问题和做法写得更具体一些会有帮助。",
        "They did not quite follow the description. More concrete words on problem and method would help.",
    ),
    "scientific-doubt": LocalText(
        "对方希望先看到更多依据；附上试验或检测结果会有帮助。",
        "They would like to see more evidence first. A test result or report would help.",
    ),
    "outside-field": LocalText(
        "这不在对方目前的领域内；目录里也许有更合适的。",
        "It lies outside what they work on at present. The catalogue may hold a better fit.",
    ),
    "conflict": LocalText(
        "对方已有类似的安排，暂不能再谈一个。",
        "They already have something of the kind and cannot take up another.",
    ),
    "terms": LocalText(
        "条件目前谈不到一起；有新的设想时，欢迎再联系。",
        "The terms do not meet at present. They would be glad to hear of another idea.",
    ),
    "rights-problem": LocalText(
        "知识产权的安排还需理清；写明权属和可以给出的权利会有帮助。",
        "Questions about rights are open. Saying who owns what, and what can be granted, would help.",
    ),
    "region-limit": LocalText(
        "受地域或出口规定所限，对方目前不能参与。",
        "Rules on regions or exports keep them from taking part at present.",
    ),
    "timing-budget": LocalText(
        "时间或预算目前不合适；过一段时间可以再问。",
        "Time or budget does not allow it now. Asking again later is welcome.",
    ),
    core.NO_ANSWER: LocalText(
        "对方没有答复；双方都不再受约束。", "There was no answer; both sides are free."
    ),
}
NOT_NOW = LocalText("对方表示暂时不合适。感谢您的询问。", "Not now, they say, with thanks for asking.")
REASON_CODES = tuple(code for code in KIND_REASONS if code != core.NO_ANSWER)


def kind_reason(code: str, *, is_confidential: bool) -> LocalText:
    """Return a no as the other side reads it; of a confidential reason nothing but 'not now'."""
    return NOT_NOW if is_confidential else KIND_REASONS.get(code, NOT_NOW)


def reason_label(code: str) -> LocalText:
    """Return the plain name of a code of list E, for who declines and for the broker."""
    term = code_list("decline_reason").terms[code]
    return LocalText(term.zh, term.en)
