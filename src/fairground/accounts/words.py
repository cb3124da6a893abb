"""What the log's actions on people are called."""

from fairground.language.local_text import LocalText

ROLE_ACTIONS = {
    "give": LocalText("授予", "given"),
    "change": LocalText("更改期限", "end changed"),
    "end": LocalText("结束", "ended"),
}

MEMBERSHIP_ACTIONS = {
    "join": LocalText("加入", "joined"),
    "leave": LocalText("离开", "left"),
    "invite": LocalText("发出邀请", "invited somebody"),
    "take_back_invitation": LocalText("收回邀请", "took an invitation back"),
    "appoint": LocalText("设为管理人", "made a manager"),
    "dismiss": LocalText("不再是管理人", "no longer a manager"),
    "remove": LocalText("移除", "removed"),
    "ask_to_join": LocalText("申请加入", "asked to join"),
    "accept": LocalText("同意加入", "accepted"),
    "decline": LocalText("未同意加入", "declined"),
}
