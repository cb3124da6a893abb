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

# What the parts of `held` call their values. A name that is not here stands as it is: a later stage may bring its own.
HELD_NAMES = {
    "number": LocalText("编号", "Number"),
    "email": LocalText("邮箱", "E-mail address"),
    "email_address": LocalText("登录邮箱", "Address to sign in with"),
    "name": LocalText("名称", "Name"),
    "language": LocalText("语言", "Language"),
    "created_at": LocalText("建立于", "Made"),
    "last_login": LocalText("最近登录", "Last signed in"),
    "verified": LocalText("已确认", "Confirmed"),
    "primary": LocalText("主要", "Main one"),
    "second_factor": LocalText("两步验证", "Second factor"),
    "last_used_at": LocalText("最近使用", "Last used"),
    "hub": LocalText("枢纽", "Hub"),
    "role": LocalText("角色", "Role"),
    "since": LocalText("自", "Since"),
    "until": LocalText("至", "Until"),
    "reason": LocalText("理由", "Reason"),
    "acts_for": LocalText("代表的单位", "Acts for"),
    "manager": LocalText("管理人", "Manager"),
    "asked_to_join": LocalText("申请加入", "Asked to join"),
    "invited_by": LocalText("邀请您的单位", "Invited by"),
    "note": LocalText("说明", "Note"),
    "accepted": LocalText("已同意", "Accepted"),
    "at": LocalText("时间", "When"),
    "text": LocalText("文本", "Text"),
    "version": LocalText("版本", "Version"),
    "given_at": LocalText("同意于", "Given"),
    "withdrawn_at": LocalText("撤回于", "Taken back"),
    "revoked_at": LocalText("收回于", "Closed"),
    "key": LocalText("记录编号", "Key of the record"),
    "kind": LocalText("类别", "Kind"),
    "title": LocalText("标题", "Title"),
    "state": LocalText("状态", "State"),
    "organisation": LocalText("单位", "Organisation"),
    "contact": LocalText("联系方式", "Contact"),
    "revision_of": LocalText("修订的记录", "Revision of"),
    "values": LocalText("内容", "Values"),
    "record": LocalText("记录", "Record"),
    "scope": LocalText("范围", "Scope"),
    "to": LocalText("收件人", "To"),
    "subject": LocalText("主题", "Subject"),
    "sent_at": LocalText("发送于", "Sent"),
    "action": LocalText("操作", "Action"),
    "edition": LocalText("届次", "Edition"),
    "query": LocalText("检索", "Question"),
    "mail": LocalText("邮件", "Mail"),
    "telephone": LocalText("电话", "Telephone"),
    "zh": LocalText("中文", "Chinese"),
    "en": LocalText("英文", "English"),
    "introduction": LocalText("引荐", "Introduction"),
    "message": LocalText("您的话", "What you wrote"),
    "confidential": LocalText("理由保密", "Reason kept confidential"),
    "remark": LocalText("内部备注", "Private remark"),
    "message_in": LocalText("留言于引荐", "Message in introduction"),
    "files": LocalText("附件", "Files"),
    "you_block": LocalText("您屏蔽的", "You block"),
    "note_on": LocalText("笔记所属引荐", "Note on introduction"),
}

# What the log has rows about beside records.
HELD_KINDS = {
    "account": LocalText("账号", "Account"),
    "role": LocalText("角色", "Role"),
    "membership": LocalText("单位成员", "People of an organisation"),
    "consent": LocalText("同意的文本", "Text agreed to"),
    "grant": LocalText("授权", "Grant"),
}

# Codes that stand in the parts of `held` beside those of lists, roles and steps.
HELD_CODES = {
    "read": LocalText("查看", "to read"),
    "protected": LocalText("保密内容", "protected detail"),
    "contact": LocalText("联系方式", "contact"),
    "open": LocalText("待处理", "open"),
    "accepted": LocalText("已采用", "accepted"),
    "returned": LocalText("已退回", "returned"),
    "recalled": LocalText("已撤回", "recalled"),
    "day": LocalText("每天", "daily"),
    "week": LocalText("每周", "weekly"),
    "never": LocalText("不发邮件", "no mail"),
    "totp": LocalText("验证器应用", "authenticator app"),
    "recovery_codes": LocalText("备用代码", "recovery codes"),
    "withdraw": LocalText("撤回", "taken back"),
    "erase": LocalText("删除", "erased"),
    "revoke": LocalText("收回", "taken back"),
}

YES_AND_NO = {True: LocalText("是", "yes"), False: LocalText("否", "no")}
