"""Who acts for an organisation: its managers invite, appoint and remove; a person may ask to join.

Every change is one row of the log under kind 'membership' and the organisation's key. Rows name people by their
number, not their name, so that nothing there has to be erased.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.core import signing
from django.db import transaction

from fairground.accounts.actors import Actor
from fairground.accounts.core import states
from fairground.accounts.core.roles import MANAGE_PEOPLE
from fairground.accounts.errors import LastManagerError, LinkError, NotAllowedError, NotFoundError
from fairground.accounts.models import Invitation, JoinRequest, Organisation, OrganisationMembership, User
from fairground.accounts.notices.kinds import register_notice_kind
from fairground.accounts.notices.services import notify
from fairground.accounts.policies import readable
from fairground.audit.services import record_change
from fairground.language.local_text import LocalText
from fairground.mail.rendering import render_mail
from fairground.mail.services import queue_mail

INVITATION_VALID = timedelta(days=14)
JOINING = "membership_decided"  # the kind of notice
_SALT = "accounts.invitation"


def register() -> None:
    """Make the answers to requests known as a kind of notice; nobody misses for whom they act."""
    register_notice_kind(
        JOINING,
        LocalText("加入单位的答复", "An answer to your request to join"),
        LocalText(
            "单位管理人同意或没有同意您代表该单位。",
            "An organisation's managers said yes or no to your acting for it.",
        ),
        mandatory=True,
    )


def may_manage(actor: Actor, organisation: Organisation, *, has_managers: bool) -> bool:
    """Tell whether the actor decides who acts for an organisation: its managers; administrators where it has none."""
    if actor.hub_id != organisation.hub_id:
        return False
    return (
        organisation.pk in actor.managed or actor.is_system or (not has_managers and actor.may(MANAGE_PEOPLE))
    )


@transaction.atomic
def invite(
    *,
    actor: Actor,
    organisation_id: int,
    email: str,
    as_manager: bool,
    address_of: Callable[[str, str], str],
    now: datetime,
    language: str,
) -> Invitation:
    """Ask somebody by mail to act for an organisation. A second call to the same address sends the mail again.

    Parameters
    ----------
    address_of : takes a language and a token, returns the address of the page that accepts
    language : 'zh' | 'en', for a person who has no account yet

    Says nothing about whether the address has an account. Raises NotFoundError, NotAllowedError,
    WrongMailAddressError.
    """
    organisation = _locked(organisation_id, actor.hub_id)
    _check_manages(actor, organisation)
    email = email.strip().lower()
    invitation, is_new = Invitation.objects.get_or_create(
        organisation=organisation,
        email=email,
        closed_at=None,
        defaults={"is_manager": as_manager, "invited_by_id": actor.user_id, "created_at": now},
    )
    if not is_new:
        invitation.is_manager, invitation.created_at, invitation.invited_by_id = (
            as_manager,
            now,
            actor.user_id,
        )
        invitation.save()
    known = User.objects.filter(email=email).first()
    language = known.language if known else language
    subject, text = render_mail(
        "accounts/mail/invitation.txt",
        language,
        {
            "organisation": organisation.title.in_language(language),
            "invited_by": actor.name,
            "hub": organisation.hub,
            "address": address_of(language, invitation_token(invitation)),
            "days": INVITATION_VALID.days,
        },
    )
    queue_mail(to=email, language=language, subject=subject, text=text, now=now)
    _log(actor, organisation, "invite", now, after={"manager": as_manager}, personal={"email": email})
    return invitation


def invitation_token(invitation: Invitation) -> str:
    """Return the signed token of an invitation: it names the row and the time it was last sent."""
    sent = invitation.created_at.timestamp()
    return signing.dumps({"invitation": invitation.pk, "sent": sent}, salt=_SALT)


def invitation_for(token: str, *, now: datetime) -> Invitation:
    """Return the open invitation a link stands for. Raises LinkError, alike for every way of not being valid."""
    try:
        content = signing.loads(token, salt=_SALT)
        invitation = Invitation.objects.select_related("organisation").get(pk=content["invitation"])
    except (signing.BadSignature, Invitation.DoesNotExist, KeyError, TypeError, ValueError):
        invitation = None
    if (
        invitation is None
        or invitation.closed_at is not None
        or invitation.created_at.timestamp() != content["sent"]
        or invitation.created_at + INVITATION_VALID < now
    ):
        raise LinkError(
            "这个邀请链接已失效。请让邀请您的人重新发送。",
            "This invitation no longer works. Ask whoever invited you to send it again.",
        )
    return invitation


@transaction.atomic
def accept_invitation(*, user: User, token: str, now: datetime) -> OrganisationMembership:
    """Make the person a member of the organisation that invited them. The link works once, for its address alone.

    Raises LinkError.
    """
    invitation = invitation_for(token, now=now)
    organisation = _locked(invitation.organisation_id, invitation.organisation.hub_id)
    invitation = invitation_for(token, now=now)
    if user.email.lower() != invitation.email:
        raise LinkError(
            "邀请寄给了另一个邮箱。请用收到邀请的邮箱登录。",
            "The invitation went to another address. Sign in with the address that received it.",
        )
    membership = _add(organisation, user.pk, invitation.is_manager, invitation.invited_by_id, now)
    invitation.closed_at, invitation.accepted_by = now, user
    invitation.save()
    _log_as(user, organisation, "join", now, after={"member": user.pk, "manager": membership.is_manager})
    return membership


@transaction.atomic
def take_back_invitation(*, actor: Actor, invitation_id: int, now: datetime) -> None:
    """Close an invitation that nobody accepted. A second call changes nothing.

    Raises NotFoundError, NotAllowedError.
    """
    invitation = Invitation.objects.filter(pk=invitation_id, organisation__hub_id=actor.hub_id).first()
    if invitation is None:
        raise NotFoundError
    organisation = _locked(invitation.organisation_id, actor.hub_id)
    _check_manages(actor, organisation)
    if Invitation.objects.filter(pk=invitation_id, closed_at=None).update(closed_at=now):
        _log(actor, organisation, "take_back_invitation", now, personal={"email": invitation.email})


@transaction.atomic
def set_manager(*, actor: Actor, organisation_id: int, user_id: int, is_manager: bool, now: datetime) -> None:
    """Make a member a manager, or no longer one. The last manager stays. A second call changes nothing.

    Raises NotFoundError, NotAllowedError, LastManagerError.
    """
    organisation = _locked(organisation_id, actor.hub_id)
    _check_manages(actor, organisation)
    membership = _membership(organisation, user_id)
    if membership.is_manager == is_manager:
        return
    if not is_manager:
        _check_not_last(organisation, user_id)
    membership.is_manager = is_manager
    membership.save(update_fields=["is_manager"])
    _log(
        actor, organisation, "appoint" if is_manager else "dismiss", now,
        before={"member": user_id, "manager": not is_manager},
        after={"member": user_id, "manager": is_manager},
    )  # fmt: skip


@transaction.atomic
def remove_member(
    *, actor: Actor, organisation_id: int, user_id: int, now: datetime, reason: str = ""
) -> None:
    """End a membership: a manager anybody's, everybody their own. The last manager stays while others act too.

    Records stay with the organisation. Raises NotFoundError, NotAllowedError, LastManagerError.
    """
    organisation = _locked(organisation_id, actor.hub_id)
    if actor.user_id != user_id:
        _check_manages(actor, organisation)
    membership = _membership(organisation, user_id)
    if membership.is_manager:
        _check_not_last(organisation, user_id)
    membership.delete()
    _log(
        actor, organisation, "leave" if actor.user_id == user_id else "remove", now,
        before={"member": user_id, "manager": membership.is_manager}, reason=reason,
    )  # fmt: skip


@transaction.atomic
def ask_to_join(*, actor: Actor, organisation_key: str, note: str, now: datetime) -> JoinRequest:
    """Ask to act for an organisation. One open request for each; a second call changes nothing.

    Raises NotFoundError, NotAllowedError.
    """
    organisation = Organisation.objects.filter(
        readable(actor), key=organisation_key, merged_into__isnull=True
    ).first()
    if organisation is None or actor.user_id is None:
        raise NotFoundError
    if organisation.pk in actor.organisations:
        raise NotAllowedError("您已是该单位的成员。", "You act for this organisation already.")
    request, is_new = JoinRequest.objects.get_or_create(
        organisation=organisation,
        user_id=actor.user_id,
        decided_at=None,
        defaults={"note": note[:1000], "created_at": now},
    )
    if is_new:
        _log(actor, organisation, "ask_to_join", now, after={"member": actor.user_id})
    return request


@transaction.atomic
def decide_request(*, actor: Actor, request_id: int, accept: bool, now: datetime, reason: str = "") -> None:
    """Accept or decline a request: the organisation's managers, or an administrator where there are none.

    The first member becomes its manager. The person is told. Raises NotFoundError, NotAllowedError.
    """
    request = (
        JoinRequest.objects.select_related("user")
        .filter(pk=request_id, organisation__hub_id=actor.hub_id)
        .first()
    )
    if request is None:
        raise NotFoundError
    organisation = _locked(request.organisation_id, actor.hub_id)
    had_managers = _check_manages(actor, organisation)
    if request.user_id == actor.user_id:
        raise NotAllowedError("不能审批自己的申请。", "Nobody decides about their own request.")
    decided = JoinRequest.objects.filter(pk=request_id, decided_at=None).update(
        decided_at=now, decided_by_id=actor.user_id, is_accepted=accept
    )
    if not decided:
        return
    if accept:
        _add(organisation, request.user_id, not had_managers, actor.user_id, now)
    notify(
        hub_id=actor.hub_id,
        user_ids=[request.user_id],
        kind=JOINING,
        subject=LocalText("您已成为单位成员：{title}", "You now act for {title}")
        if accept
        else LocalText("加入申请未获同意：{title}", "Your request was declined: {title}"),
        text=LocalText(
            "您现在可以代表该单位发布和管理记录。", "You can now post and keep records for this organisation."
        )
        if accept
        else LocalText(reason and f"对方说明：{reason}", reason and f"They say: {reason}"),
        path=f"/organisation/{organisation.key}/",
        about_key=organisation.key,
        now=now,
    )
    _log(
        actor, organisation, "accept" if accept else "decline", now,
        after={"member": request.user_id, "manager": accept and not had_managers}, reason=reason,
    )  # fmt: skip


def sole_managed(user_id: int) -> list[Organisation]:
    """Return the organisations with other members in which the person is the only manager."""
    managed = OrganisationMembership.objects.filter(user_id=user_id, is_manager=True).values(
        "organisation_id"
    )
    found = []
    for organisation in Organisation.objects.filter(pk__in=managed).prefetch_related("memberships"):
        others = [
            membership for membership in organisation.memberships.all() if membership.user_id != user_id
        ]
        if others and not any(membership.is_manager for membership in others):
            found.append(organisation)
    return found


def _locked(organisation_id: int, hub_id: int) -> Organisation:
    organisation: Organisation | None = (
        Organisation.objects.select_for_update(of=("self",))
        .filter(pk=organisation_id, hub_id=hub_id, merged_into__isnull=True)
        .exclude(state=states.WITHDRAWN)
        .first()
    )
    if organisation is None:
        raise NotFoundError
    return organisation


def _check_manages(actor: Actor, organisation: Organisation) -> bool:
    """Raise NotAllowedError unless the actor decides here; return whether the organisation has managers."""
    managers = organisation.memberships.filter(is_manager=True).exists()
    if not may_manage(actor, organisation, has_managers=managers):
        raise NotAllowedError(
            "只有该单位的管理人可以这样做；尚无管理人时，请联系枢纽管理员。",
            "Only the organisation's managers do this; where it has none, an administrator of the hub.",
        )
    return managers


def _membership(organisation: Organisation, user_id: int) -> OrganisationMembership:
    membership: OrganisationMembership | None = organisation.memberships.filter(user_id=user_id).first()
    if membership is None:
        raise NotFoundError
    return membership


def _check_not_last(organisation: Organisation, user_id: int) -> None:
    others = organisation.memberships.exclude(user_id=user_id)
    if others.exists() and not others.filter(is_manager=True).exists():
        raise LastManagerError([organisation.title])


def _add(
    organisation: Organisation, user_id: int, is_manager: bool, invited_by: int | None, now: datetime
) -> OrganisationMembership:
    membership: OrganisationMembership
    membership, is_new = OrganisationMembership.objects.get_or_create(
        organisation=organisation,
        user_id=user_id,
        defaults={"is_manager": is_manager, "since": now, "invited_by_id": invited_by},
    )
    if not is_new and is_manager and not membership.is_manager:
        membership.is_manager = True
        membership.save(update_fields=["is_manager"])
    return membership


def _log(
    actor: Actor,
    organisation: Organisation,
    action: str,
    now: datetime,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    personal: dict[str, Any] | None = None,
    reason: str = "",
) -> None:
    record_change(
        hub_id=organisation.hub_id,
        at=now,
        actor_id=actor.user_id,
        actor_name=actor.name,
        kind="membership",
        key=organisation.key,
        version=organisation.version,
        action=action,
        before=before,
        after=after,
        personal=personal,
        reason=reason,
    )


def _log_as(
    user: User, organisation: Organisation, action: str, now: datetime, *, after: dict[str, Any]
) -> None:
    _log(Actor(organisation.hub_id, user.pk, user.printed_name), organisation, action, now, after=after)
