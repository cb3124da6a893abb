"""The words of service requests: states, steps, reasons of a no."""

from collections.abc import Mapping

from fairground.language.local_text import LocalText
from fairground.meet.core import service_requests as core

STATE_WORDS: Mapping[str, LocalText] = {
    core.ASKED: LocalText("待答复", "Waiting for an answer"),
    core.ACCEPTED: LocalText("已受理", "Accepted"),
    core.DONE: LocalText("已办结", "Done"),
    core.DECLINED: LocalText("未能受理", "Declined"),
    core.FORWARDED: LocalText("已转交", "Forwarded"),
    core.WITHDRAWN: LocalText("已撤回", "Taken back"),
    core.EXPIRED: LocalText("到期未答复", "Unanswered"),
}
EVENT_WORDS: Mapping[str, LocalText] = {
    core.ASK: LocalText("提出申请", "asked"),
    core.ACCEPT: LocalText("受理", "accepted"),
    core.FINISH: LocalText("办结", "marked it done"),
    core.DECLINE: LocalText("未能受理", "declined"),
    core.FORWARD: LocalText("转交其他平台", "forwarded it"),
    core.TAKE_BACK: LocalText("撤回", "took it back"),
    core.EXPIRE: LocalText("到期未答复", "expired unanswered"),
    core.REMIND: LocalText("提醒答复", "was reminded"),
    "message": LocalText("留言", "wrote"),
}
STEP_VERBS: Mapping[str, LocalText] = {
    core.ACCEPT: LocalText("受理", "Accept"),
    core.FINISH: LocalText("办结", "Mark as done"),
    core.DECLINE: LocalText("不予受理", "Decline"),
    core.FORWARD: LocalText("转交", "Forward"),
}
REASONS: Mapping[str, LocalText] = {
    "not_offered": LocalText("不提供这项服务", "We do not offer this service"),
    "no_capacity": LocalText("近期没有余量", "No capacity in the near future"),
    "unclear": LocalText("需求不够清楚", "It is not clear what is needed"),
    "conditions": LocalText("不符合受理条件", "The conditions are not met"),
    "other": LocalText("其他（请说明）", "Something else (say what)"),
}
