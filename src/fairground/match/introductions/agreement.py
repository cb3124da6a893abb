"""The confidentiality agreement a side accepts before it reads the other's protected detail.

A version is never changed, only followed by the next: each introduction keeps which one a side accepted.
"""

from collections.abc import Mapping

from fairground.language.local_text import LocalText

AGREEMENTS: Mapping[int, LocalText] = {
    1: LocalText(
        "对方的保密内容只供评估这次合作使用。\n\n"
        "我方只让需要了解的同事阅读，并让他们知悉本约定；不公开，不转交第三方，不据此申请权利。\n\n"
        "已公开的、我方早已知道的、从他人处合法获得的，不受此限。\n\n"
        "任何一方都可以随时撤回同意；撤回后不再显示，保密义务仍然有效。\n\n"
        "这不是技术合同，也不授予任何权利。需要更严的约定时，请双方另行签署。",
        "The other side’s protected detail is for judging this co-operation and for nothing else.\n\n"
        "On our side only those read it who need to, and they know of this agreement. It is not published, not passed "
        "on, and no right is applied for on its strength.\n\n"
        "What is public, what we knew before, and what we lawfully have from others is not bound by this.\n\n"
        "Either side can take its consent back at any time. The detail is then shown no more; the duty to keep it "
        "secret stays.\n\n"
        "This is no technology contract and grants no right. Sign an agreement of your own where you need a stricter "
        "one.",
    ),
}
IN_FORCE = max(AGREEMENTS)
