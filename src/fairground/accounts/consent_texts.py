"""The texts people agree to, in plain words. A text is never changed: a new version follows it, and is asked again.

A hub that needs other words adds rows of `ConsentText` with its own, higher versions.
"""

from dataclasses import dataclass
from datetime import date

from fairground.language.local_text import LocalText


@dataclass(frozen=True, slots=True)
class TextVersion:
    """One version of one text. `required`: without it there is no account."""

    code: str
    version: int
    title: LocalText
    text: LocalText
    effective_from: date
    required: bool


TEXTS = (
    TextVersion(
        "terms",
        1,
        LocalText("使用约定", "Terms of use"),
        LocalText(
            "我只发布我有权发布的内容，并对其真实性负责。\n\n"
            "公开栏目中不写保密内容。受保护的细节和联系方式，只有双方都同意后才会向对方显示。\n\n"
            "我发布的记录先由另一位编辑审核；修改会留下历史。我可以随时撤回自己的记录。\n\n"
            "我不批量抓取他人的联系方式，也不用本站发送广告。\n\n"
            "本站按现状提供；任何合作由双方自行商定，本站不是合同的一方。",
            "I publish only what I may publish, and I answer for it being true.\n\n"
            "Nothing confidential goes into public fields. Protected detail and contacts are shown to the other side "
            "only after both sides agreed.\n\n"
            "Another editor reads what I publish before it appears; changes leave a history. I can withdraw my own "
            "records at any time.\n\n"
            "I do not collect other people’s contacts in bulk, and send no advertising through this site.\n\n"
            "The site is offered as it is. Any co-operation is agreed between the parties; the site is no party to it.",
        ),
        date(2026, 1, 1),
        required=True,
    ),
    TextVersion(
        "privacy",
        1,
        LocalText("个人信息的处理", "How personal data is handled"),
        LocalText(
            "本站保存：邮箱、姓名、界面语言、密码的散列值、您选择的两步验证、您的角色和所属单位、您写的记录，以及"
            "这些内容何时由谁修改。\n\n"
            "用途：登录、显示记录由谁负责、与您联系您参与的事项、防止滥用。不用于广告，不出售，不分析您读了什么。\n\n"
            "谁能看到：您的姓名显示在您修改过的记录的历史中；邮箱只有您和本枢纽的管理员能看到；您邀请的同事和单位"
            "管理人能看到您的姓名。\n\n"
            "保存多久：直到您删除账号。发出的邮件正文在发送后即清除。\n\n"
            "您可以随时在“隐私”页查看、导出、更正或删除这些内容。单位的记录归单位所有，删除账号后仍保留，但不再带有您的姓名。",
            "Kept: your e-mail address, name, language, a hash of your password, your second factor if you set one, "
            "your roles and organisations, the records you wrote, and when who changed them.\n\n"
            "What for: signing in, showing who answers for a record, writing to you about what you take part in, and "
            "stopping misuse. Not for advertising; it is not sold; what you read is not analysed.\n\n"
            "Who sees it: your name stands in the history of records you changed; your address is seen by you and by "
            "this hub’s administrators; colleagues and managers of your organisation see your name.\n\n"
            "How long: until you erase your account. The text of mail is deleted when it has been sent.\n\n"
            "On the page ‘Privacy’ you can see, export, correct or erase all of it at any time. An organisation’s "
            "records belong to the organisation: they stay after an account is erased, without your name.",
        ),
        date(2026, 1, 1),
        required=True,
    ),
    TextVersion(
        "digest",
        1,
        LocalText("邮件简报", "Digest by mail"),
        LocalText(
            "我愿意按我保存的检索收到新记录的邮件简报。每封邮件里都有停止的链接，也可以在“隐私”页随时撤回。",
            "I would like mail about new records that fit my saved searches. Every mail has a link that stops it, and "
            "I can take this back on the page ‘Privacy’ at any time.",
        ),
        date(2026, 1, 1),
        required=False,
    ),
)
