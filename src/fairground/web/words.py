"""The words pages use for states, steps of the chain and qualifiers, and the mark each state carries."""

from collections.abc import Mapping

from fairground.language.local_text import LocalText

# The order is the order of the chain: ribbon, funnel and wall screen share it.
CHAIN = {
    "collect": LocalText("征集", "Collect"),
    "review": LocalText("评审", "Review"),
    "publish": LocalText("发布", "Publish"),
    "match": LocalText("对接", "Match"),
    "meet": LocalText("洽谈", "Meet"),
    "sign": LocalText("签约", "Sign"),
    "measure": LocalText("成效", "Measure"),
}

POSITIONS = {
    "done": LocalText("已完成", "done"),
    "here": LocalText("当前", "now"),
    "stopped": LocalText("已停止", "stopped"),
    "ahead": LocalText("未开始", "not yet"),
}

STATES = {
    "draft": LocalText("草稿", "Draft"),
    "in_review": LocalText("待审核", "In review"),
    "published": LocalText("已发布", "Published"),
    "expired": LocalText("已过期", "Expired"),
    "withdrawn": LocalText("已撤回", "Withdrawn"),
}

# Beside the word, never instead of it.
STATE_MARKS = {"draft": "○", "in_review": "◐", "published": "●", "expired": "◌", "withdrawn": "×"}

VERDICTS = {
    "met": LocalText("满足", "Met"),
    "missing": LocalText("未见说明", "Not found"),
    "contradicted": LocalText("不符", "Contradicted"),
}
VERDICT_MARKS = {"met": "✓", "missing": "–", "contradicted": "✗"}

QUALIFIERS = {
    "about": LocalText("约", "about"),
    "nearly": LocalText("近", "nearly"),
    "more than": LocalText("超", "over"),
    "over": LocalText("超", "over"),
    "less than": LocalText("不到", "under"),
}

WORDS: dict[str, Mapping[str, LocalText | str]] = {
    "chain": CHAIN,
    "position": POSITIONS,
    "state": STATES,
    "state_mark": STATE_MARKS,
    "verdict": VERDICTS,
    "verdict_mark": VERDICT_MARKS,
    "qualifier": QUALIFIERS,
}
