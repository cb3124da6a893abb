"""Telling a side what happened to an introduction, as each person wishes to be told.

A notice names the record and says what to do; it carries no contact, no protected detail and no words of a thread. A
side that a block keeps it from is told nothing, and what it was told before is shown no more.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from django.urls import reverse

from fairground.accounts.actors import Actor
from fairground.accounts.models import OrganisationMembership, User
from fairground.accounts.notices.kinds import register_notice_kind
from fairground.accounts.notices.services import notify
from fairground.language.local_text import LocalText
from fairground.match.core import introductions as core
from fairground.match.introductions.naming import title_to_tell, with_what_is_read
from fairground.match.introductions.words import CAUSE_WORDS, kind_reason
from fairground.match.models import Introduction
from fairground.match.policies import is_held, organisation_of, speaker_of, taking_part

KIND, KIND_OF_MESSAGES = "introduction", "introduction_message"
MOST_TOLD = 5  # people of one organisation
_PAUSE = timedelta(minutes=30)  # a lively thread is one mail, not ten

ASKED, PROPOSED, OTHER_YES, AGREED = "asked", "proposed", "other_yes", "agreed"
DECLINED, TAKEN_BACK, EXPIRED, ENDED = "declined", "taken_back", "expired", "ended"
MESSAGE, PERSON_LEFT = "message", "person_left"

_SUBJECTS: Mapping[str, LocalText] = {
    ASKED: LocalText("有人希望与您谈谈：{title}", "Somebody would like to talk with you: {title}"),
    PROPOSED: LocalText("技术经理人为您推荐：{title}", "A broker proposes an introduction: {title}"),
    OTHER_YES: LocalText(
        "对方已同意，等您答复：{title}", "The other side said yes and waits for you: {title}"
    ),
    AGREED: LocalText("双方已同意：{title}", "Both sides said yes: {title}"),
    DECLINED: LocalText("这次不合适：{title}", "Not this time: {title}"),
    TAKEN_BACK: LocalText("对方已撤回：{title}", "The other side took it back: {title}"),
    EXPIRED: LocalText("引荐已到期：{title}", "An introduction expired: {title}"),
    ENDED: LocalText("引荐已结束：{title}", "An introduction ended: {title}"),
    MESSAGE: LocalText("有新消息：{title}", "A new message: {title}"),
    PERSON_LEFT: LocalText("对方换了联系人：{title}", "The other side has another contact now: {title}"),
}
# Of the others the reason is the text.
_TEXTS: Mapping[str, LocalText] = {
    ASKED: LocalText(
        "请看看对方是谁、想谈什么，再选择同意或婉拒。双方都同意之前，联系方式和保密内容不会显示。",
        "See who it is and what they would like to talk about, then say yes or decline. Contacts and protected detail "
        "stay closed until both sides said yes.",
    ),
    PROPOSED: LocalText(
        "经理人认为这两条记录可能合适，同样询问了对方。双方都同意之前，联系方式和保密内容不会显示。",
        "A broker thinks that two records may suit each other, and asks the other side too. Contacts and protected "
        "detail stay closed until both sides said yes.",
    ),
    OTHER_YES: LocalText(
        "您同意后，双方即可看到联系方式。", "Once you say yes, both sides see how to reach each other."
    ),
    AGREED: LocalText(
        "现在可以看到对方的联系方式，也可以在页面上留言。任何一方都可以随时撤回同意。",
        "You can see how to reach each other now, and write on the page. Either side can take its consent back at any "
        "time.",
    ),
    TAKEN_BACK: LocalText("您无需再做什么。", "There is nothing for you to do."),
    MESSAGE: LocalText("内容请在页面上阅读。", "Read it on the page."),
    PERSON_LEFT: LocalText(
        "原来的联系人已不在本站，对方单位的其他人可以继续。",
        "The person you talked with is no longer here. Others of their organisation can go on.",
    ),
}


def register() -> None:
    """Make these kinds of notices known."""
    register_notice_kind(
        KIND,
        LocalText("引荐", "Introductions"),
        LocalText(
            "有人希望与您谈谈，对方答复、撤回，或引荐到期、结束。",
            "Somebody would like to talk with you; the other side answers or takes it back; one expires or ends.",
        ),
        opens=open_introductions,
    )
    register_notice_kind(
        KIND_OF_MESSAGES,
        LocalText("引荐中的留言", "Messages in introductions"),
        LocalText(
            "对方留言时告诉您；内容只在页面上显示。",
            "That the other side wrote; what it says stays on the page.",
        ),
        pause=_PAUSE,
        opens=open_introductions,
    )


def open_introductions(actor: Actor, keys: Collection[str], now: datetime) -> dict[str, LocalText]:
    """Return the titles of the introductions among `keys` that the actor is a side of. One query."""
    found = Introduction.objects.filter(taking_part(actor), key__in=keys)
    return {one.key: title_to_tell(one) for one in with_what_is_read(found, actor)}


def tell(introduction: Introduction, side: str, event: str, *, now: datetime, but: int | None = None) -> int:
    """Tell the people who speak for a side; return how many were told. In the transaction of what happened.

    `but` is the number of who did it and needs no notice.
    """
    if is_held(introduction, side):
        return 0
    return notify(
        hub_id=introduction.hub_id,
        user_ids=[person.pk for person in people_of(introduction, side) if person.pk != but],
        kind=KIND_OF_MESSAGES if event == MESSAGE else KIND,
        subject=_SUBJECTS[event],
        text=_TEXTS.get(event) or _reason(introduction),
        path=reverse("match:introduction", args=[introduction.key]),
        about_key=introduction.key,
        now=now,
    )


def people_of(introduction: Introduction, side: str) -> list[User]:
    """Return who is told for a side: who spoke for it, else its organisation's managers, else its people.

    Only those who act for it still. One query.
    """
    organisation, speaker = organisation_of(introduction, side), speaker_of(introduction, side)
    if organisation is None:
        return (
            list(User.objects.filter(pk=speaker, is_active=True, erased_at__isnull=True)) if speaker else []
        )
    acting = list(
        OrganisationMembership.objects.filter(
            organisation_id=organisation, user__is_active=True, user__erased_at__isnull=True
        )
        .select_related("user")
        .order_by("pk")
    )
    spoke = [membership.user for membership in acting if membership.user_id == speaker]
    managers = [membership.user for membership in acting if membership.is_manager]
    return (spoke or managers or [membership.user for membership in acting])[:MOST_TOLD]


def _reason(introduction: Introduction) -> LocalText:
    if introduction.state == core.DECLINED:
        return kind_reason(introduction.reason_code, is_confidential=introduction.is_confidential)
    return CAUSE_WORDS.get(introduction.cause, LocalText())
