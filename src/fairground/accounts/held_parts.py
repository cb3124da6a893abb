"""The parts of `held` that this app answers for: account, roles, organisations, texts agreed to, records, the log."""

from collections.abc import Sequence
from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.db.models import Q, QuerySet

from fairground.accounts.core import states
from fairground.accounts.core.structures import Contact
from fairground.accounts.held import Row, register_held
from fairground.accounts.kinds import kind_of
from fairground.accounts.models import (
    Consent,
    Grant,
    Invitation,
    JoinRequest,
    OrganisationMembership,
    Person,
    Record,
    Revision,
    RoleAssignment,
    User,
)
from fairground.accounts.values import snapshot
from fairground.audit.models import Change
from fairground.audit.services import ERASED, erase_from_log, record_change
from fairground.language.local_text import LocalText
from fairground.mail.models import Outbox
from fairground.mail.services import erase_mail


def register() -> None:
    """Make the parts of this app known, in the order they are shown and erased."""
    register_held(
        "account",
        _account,
        _erase_account,
        label=LocalText("账号", "Account"),
        models=(
            "accounts.User",
            "account.EmailAddress",
            "account.EmailConfirmation",
            "mfa.Authenticator",
            "sessions.Session",
        ),
        stays=LocalText(
            "一个没有姓名和邮箱的编号，供历史记录引用。",
            "A number without name or address, which the history refers to.",
        ),
    )
    register_held(
        "roles",
        _roles,
        _erase_roles,
        label=LocalText("角色", "Roles"),
        models=("accounts.RoleAssignment",),
    )
    register_held(
        "organisations",
        _organisations,
        _erase_organisations,
        label=LocalText("所属单位、邀请与申请", "Organisations, invitations and requests"),
        models=("accounts.OrganisationMembership", "accounts.Invitation", "accounts.JoinRequest"),
    )
    register_held(
        "consents",
        _consents,
        _erase_consents,
        label=LocalText("同意的文本", "Texts you agreed to"),
        models=("accounts.Consent",),
    )
    register_held(
        "person",
        _person,
        _erase_person,
        label=LocalText("您的人物页", "Your page as a person"),
        models=("accounts.Person",),
        stays=LocalText(
            "如果您的人物页只载有公开报道所述（如论坛演讲人），页面保留，但不再与账号相连；如需更正或撤下，请联系枢纽。",
            "A page that only repeats a public source (a speaker of a forum, say) stays, no longer tied to an account; "
            "ask the hub to correct it or take it down.",
        ),
    )
    register_held(
        "records",
        _records,
        _erase_records,
        label=LocalText("您写的记录和提出的修订", "Records you wrote and revisions you proposed"),
        models=("accounts.Record", "accounts.Revision", "accounts.Organisation"),
        stays=LocalText(
            "记录保留，因为单位和对接双方仍在使用；其中您的联系方式会清除。不想保留的，请先撤回。",
            "Records stay, since organisations and partners work with them; your contact in them is taken out. "
            "Withdraw first what should not stay.",
        ),
    )
    register_held(
        "grants",
        _grants,
        _erase_grants,
        label=LocalText("向您开放的内容", "What was opened to you"),
        models=("accounts.Grant",),
    )
    register_held(
        "mail",
        _mail,
        _erase_mail,
        label=LocalText("发给您的邮件", "Mail to you"),
        models=("mail.Outbox",),
    )
    register_held(
        "log", _log, _erase_log,
        label=LocalText("您做过的修改", "What you changed"),
        models=("audit.Change",),
        stays=LocalText(
            "何时改了什么会保留，这是记录的历史；您的姓名和您写的说明会清除。您作为编辑对他人记录写的理由保留，写有您姓名的除外。",
            "That something was changed and when stays, as the records’ history; your name and your notes are taken "
            "out. Reasons you gave as an editor to others stay, unless they name you.",
        ),
    )  # fmt: skip


# What one does to the work or the wishes of others.
_DECIDED = ("return", "return_revision", "publish", "revise", "withdraw", "give", "end", "remove", "decline")


def _when(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _addresses(user: User) -> set[str]:
    return {user.email.lower(), *(row.email.lower() for row in EmailAddress.objects.filter(user=user))}


def _account(user: User) -> Sequence[Row]:
    return [
        {
            "number": user.pk,
            "email": user.email,
            "name": user.name,
            "language": user.language,
            "created_at": _when(user.created_at),
            "last_login": _when(user.last_login),
        },
        *(
            {"email_address": row.email, "verified": row.verified, "primary": row.primary}
            for row in EmailAddress.objects.filter(user=user).order_by("pk")
        ),
        *(
            {
                "second_factor": row.type,
                "created_at": _when(row.created_at),
                "last_used_at": _when(row.last_used_at),
            }
            for row in Authenticator.objects.filter(user=user).order_by("pk")
        ),
    ]


def _erase_account(user: User, now: datetime) -> None:
    # Other parts still need the addresses: the account itself is blanked last, in `erasure`.
    Authenticator.objects.filter(user=user).delete()
    for session in Session.objects.filter(expire_date__gt=now).iterator():
        if session.get_decoded().get("_auth_user_id") == str(user.pk):
            session.delete()


def _roles(user: User) -> Sequence[Row]:
    return [
        {
            "hub": row.hub.code,
            "role": row.role,
            "since": _when(row.since),
            "until": _when(row.until),
            "reason": row.reason,
        }
        for row in RoleAssignment.objects.filter(user=user).select_related("hub").order_by("since", "pk")
    ]


def _erase_roles(user: User, now: datetime) -> None:
    RoleAssignment.objects.filter(user=user).delete()


def _organisations(user: User) -> Sequence[Row]:
    memberships = OrganisationMembership.objects.filter(user=user).select_related("organisation")
    requests = JoinRequest.objects.filter(user=user).select_related("organisation")
    invitations = Invitation.objects.filter(_invited(user)).select_related("organisation")
    return [
        *(
            {
                "acts_for": row.organisation.key,
                "name": row.organisation.title.in_language(user.language),
                "manager": row.is_manager,
                "since": _when(row.since),
            }
            for row in memberships.order_by("since", "pk")
        ),
        *(
            {
                "asked_to_join": row.organisation.key,
                "name": row.organisation.title.in_language(user.language),
                "note": row.note,
                "at": _when(row.created_at),
                "accepted": row.is_accepted,
            }
            for row in requests.order_by("created_at", "pk")
        ),
        *(
            {
                "invited_by": row.organisation.key,
                "name": row.organisation.title.in_language(user.language),
                "at": _when(row.created_at),
            }
            for row in invitations.order_by("created_at", "pk")
        ),
    ]


def _invited(user: User) -> Q:
    whose = Q(accepted_by=user)
    for address in _addresses(user):
        whose |= Q(email__iexact=address)
    return whose


def _erase_organisations(user: User, now: datetime) -> None:
    for row in OrganisationMembership.objects.filter(user=user).select_related("organisation"):
        _note(
            user,
            "membership",
            row.organisation.key,
            row.organisation.hub_id,
            "leave",
            now,
            row.organisation.version,
        )
        row.delete()
    JoinRequest.objects.filter(user=user).delete()
    Invitation.objects.filter(_invited(user)).delete()


def _consents(user: User) -> Sequence[Row]:
    return [
        {
            "text": row.text.code,
            "version": row.text.version,
            "given_at": _when(row.given_at),
            "withdrawn_at": _when(row.withdrawn_at),
        }
        for row in Consent.objects.filter(user=user).select_related("text").order_by("given_at", "pk")
    ]


def _erase_consents(user: User, now: datetime) -> None:
    Consent.objects.filter(user=user).delete()


def _person(user: User) -> Sequence[Row]:
    return [
        {"key": person.key, "state": person.state, **snapshot(person)}
        for person in Person.objects.filter(user=user)
    ]


def _erase_person(user: User, now: datetime) -> None:
    for person in Person.objects.filter(user=user):
        if person.state == states.PUBLISHED and person.provenance.address:
            # What the source says stays; how to reach them was never the source's.
            person.user, person.contact = None, Contact()
            person.version += 1
            person.save(update_fields=["user", "contact", "version"])
            person.revisions.all().delete()
            erase_from_log(keys=(("person", person.key),))
            _note(user, "person", person.key, person.hub_id, "erase", now, person.version)
            continue
        kind = kind_of("person")
        for spec in kind.layout:
            if spec.shape == "record":
                setattr(person, spec.name, None)
            elif spec.name not in ("visibility", "valid_until", "zone"):
                setattr(person, spec.name, person._meta.get_field(spec.name).get_default())
        person.title = LocalText("已删除", "erased")
        person.reference = ""
        person.state, person.user = states.WITHDRAWN, None
        person.version += 1
        person.save()
        person.revisions.all().delete()
        erase_from_log(keys=(("person", person.key),))
        _note(user, "person", person.key, person.hub_id, "erase", now, person.version)


def _written(user: User) -> QuerySet[Record]:
    whose = Q(created_by=user) | Q(changed_by=user) | Q(submitted_by=user) | Q(revisions__author=user)
    for address in _addresses(user):
        whose |= Q(contact__email__iexact=address)
    return Record.objects.filter(whose).exclude(kind="person").distinct().order_by("pk")


def _records(user: User) -> Sequence[Row]:
    revisions = Revision.objects.filter(author=user).select_related("record").order_by("pk")
    return [
        *(
            {
                "kind": record.kind,
                "key": record.key,
                "title": record.title.in_language(user.language),
                "state": record.state,
                "organisation": record.organisation.key if record.organisation else None,
                "created_at": _when(record.created_at) if record.created_by_id == user.pk else None,
                "contact": _contact_json(record.contact),
            }
            for record in _written(user).select_related("organisation")
        ),
        *(
            {
                "revision_of": revision.record.key,
                "at": _when(revision.created_at),
                "state": revision.state,
                "note": revision.note,
                "values": revision.values,
            }
            for revision in revisions
        ),
    ]


def _contact_json(contact: Contact) -> dict[str, str]:
    return {"name": contact.name, "email": contact.email, "telephone": contact.telephone}


def _is_theirs(contact: Contact, record: Record, user: User, addresses: set[str]) -> bool:
    """Tell whether a contact is the person's own: by address, by name, or since nobody else answers for the record."""
    if contact == Contact():
        return False
    if contact.email.lower() in addresses or (user.name and contact.name == user.name):
        return True
    return record.created_by_id == user.pk and record.organisation_id is None


def _erase_records(user: User, now: datetime) -> None:
    addresses = _addresses(user)
    written = list(_written(user))
    _erase_revisions(user, addresses, written)
    for record in written:
        if not _is_theirs(record.contact, record, user, addresses):
            continue
        record.contact = Contact()
        record.version += 1
        record.changed_at = now
        record.save(update_fields=["contact", "version", "changed_at"])
        _note(user, record.kind, record.key, record.hub_id, "erase", now, record.version)
    keys = tuple(
        (kind, key) for kind, key in _written(user).filter(created_by=user).values_list("kind", "key")
    )
    erase_from_log(keys=keys)


def _erase_revisions(user: User, addresses: set[str], written: Sequence[Record]) -> None:
    """Take the person's contact out of every proposed revision: accepting an open one would bring it back."""
    theirs = Q(author=user) | Q(record__in=written)
    for address in addresses:
        theirs |= Q(values__contact__email__iexact=address)
    telephones = {
        record.contact.telephone for record in written if _is_theirs(record.contact, record, user, addresses)
    } - {""}
    for revision in Revision.objects.filter(theirs):
        contact = revision.values.get("contact") or {}
        is_author = revision.author_id == user.pk
        names_them = (
            str(contact.get("email") or "").lower() in addresses
            or (user.name and contact.get("name") == user.name)
            or contact.get("telephone") in telephones
        )
        if is_author:
            revision.note = ""
        if is_author or names_them:
            revision.values.pop("contact", None)
        if is_author or _names(revision.reason, user, addresses):
            revision.reason = ""
        revision.save(update_fields=["note", "reason", "values"])


def _names(text: str, user: User, addresses: set[str]) -> bool:
    return bool(user.name and user.name in text) or any(address in text.lower() for address in addresses)


def _grants(user: User) -> Sequence[Row]:
    return [
        {
            "record": row.record.key,
            "scope": row.scope,
            "reason": row.reason,
            "given_at": _when(row.given_at),
            "until": _when(row.until),
            "revoked_at": _when(row.revoked_at),
        }
        for row in Grant.objects.filter(user=user).select_related("record").order_by("given_at", "pk")
    ]


def _erase_grants(user: User, now: datetime) -> None:
    for row in Grant.objects.filter(user=user).select_related("record"):
        record = row.record
        row.delete()
        _note(user, record.kind, record.key, record.hub_id, "revoke", now, record.version)


def _mail(user: User) -> Sequence[Row]:
    whose = Q()
    for address in _addresses(user):
        whose |= Q(to__iexact=address)
    return [
        {
            "to": row.to,
            "subject": row.subject,
            "created_at": _when(row.created_at),
            "sent_at": _when(row.sent_at),
        }
        for row in Outbox.objects.filter(whose).order_by("pk")
    ]


def _erase_mail(user: User, now: datetime) -> None:
    erase_mail(_addresses(user))


def _log(user: User) -> Sequence[Row]:
    return [
        {"at": _when(row.at), "kind": row.kind, "key": row.key, "action": row.action, "reason": row.reason}
        for row in Change.objects.filter(actor_id=user.pk).order_by("pk")
    ]


def _erase_log(user: User, now: datetime) -> None:
    for address in _addresses(user):
        Change.objects.filter(personal__icontains=address).update(personal=None)
        Change.objects.filter(reason__icontains=address).update(reason="")
    _erase_reasons(user)
    erase_from_log(
        actor_id=user.pk,
        keys=tuple((kind, f"user-{user.pk}") for kind in ("account", "role", "consent")),
    )


def _erase_reasons(user: User) -> None:
    """Blank the free text of the log that the person wrote of their own work, or that others wrote of them.

    What they decided about the work of others stays said, since those people still read why, unless it names them.
    """
    own = Q(key__in=Record.objects.filter(Q(created_by=user) | Q(submitted_by=user)).values("key"))
    of_them = Q(key=f"user-{user.pk}") | Q(kind="membership") & (
        Q(before__member=user.pk) | Q(after__member=user.pk)
    )
    written = Q(actor_id=user.pk) & (own | ~Q(action__in=_DECIDED))
    named = Q()
    if user.name:
        named = Q(reason__contains=user.name) & (own | Q(actor_id=user.pk))
    Change.objects.exclude(reason="").filter(of_them | written | named).update(reason="")


def _note(user: User, kind: str, key: str, hub_id: int, action: str, now: datetime, version: int) -> None:
    record_change(
        hub_id=hub_id,
        at=now,
        actor_id=user.pk,
        actor_name=ERASED,
        kind=kind,
        key=key,
        version=version,
        action=action,
    )
