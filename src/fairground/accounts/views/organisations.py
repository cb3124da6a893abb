"""An organisation's people, invitations, requests to join; new organisations; merging."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation

from fairground.accounts import memberships
from fairground.accounts.core.roles import MERGE_ORGANISATIONS
from fairground.accounts.errors import InvalidRecordError, LinkError
from fairground.accounts.forms import InviteForm, JoinForm, MergeForm, OrganisationForm
from fairground.accounts.models import Organisation, User
from fairground.accounts.organisations import create_organisation, merge_organisations
from fairground.accounts.policies import readable
from fairground.accounts.views.answers import carried_out, say
from fairground.accounts.words import MEMBERSHIP_ACTIONS
from fairground.audit.models import Change
from fairground.audit.selectors import changes_of
from fairground.web.rate_limits import limit, refusal
from fairground.web.reader import readers_language

_HISTORY = 50


def in_language(language: str, name: str, *args: object) -> str:
    """Return the address of a page for a reader of `language`, whoever asks."""
    with translation.override({"zh": "zh-hans"}.get(language, language)):
        return str(reverse(name, args=args))


def _organisation(request: HttpRequest, key: str) -> Organisation:
    found: Organisation | None = Organisation.objects.filter(readable(request.actor), key=key).first()
    if found is None:
        raise Http404
    return found


@login_required
@limit("write")
def members(request: HttpRequest, key: str) -> HttpResponse:
    """Show who acts for an organisation; its managers invite, appoint, remove and decide."""
    organisation = _organisation(request, key)
    rows = list(organisation.memberships.select_related("user").order_by("-is_manager", "user__name", "pk"))
    manages = memberships.may_manage(
        request.actor, organisation, has_managers=any(row.is_manager for row in rows)
    )
    if not manages and organisation.pk not in request.actor.organisations:
        raise PermissionDenied
    is_invitation = request.POST.get("do") == "invite"
    # A mail to anybody's address: nobody sends many of them.
    if is_invitation and (refused := refusal(request, "invite")):
        return refused
    form = InviteForm(request.POST if is_invitation else None)
    if request.method == "POST" and _act(request, organisation, form):
        return HttpResponseRedirect(_after(request, organisation))
    history = list(changes_of("membership", organisation.key)[:_HISTORY])
    names = _names([row.user for row in rows], history)
    return render(
        request,
        "accounts/members.html",
        {
            "organisation": organisation,
            "rows": rows,
            "manages": manages,
            "form": form,
            "invitations": organisation.invitations.filter(closed_at=None).order_by("created_at"),
            "requests": organisation.join_requests.filter(decided_at=None)
            .select_related("user")
            .order_by("created_at"),
            "history": [
                {
                    "when": row.at,
                    "actor": row.actor_name,
                    "action": MEMBERSHIP_ACTIONS.get(row.action, row.action),
                    "about": names.get(_member(row), ""),
                    "reason": row.reason,
                }
                for row in history
            ],
        },
    )


def _member(row: Change) -> int:
    return int((row.after or row.before or {}).get("member", 0))


def _names(users: list[User], history: list[Change]) -> dict[int, str]:
    known = {user.pk: user.printed_name for user in users}
    wanted = {_member(row) for row in history} - known.keys() - {0}
    if wanted:
        known |= {user.pk: user.printed_name for user in User.objects.filter(pk__in=wanted)}
    return known


def _after(request: HttpRequest, organisation: Organisation) -> str:
    """Return where to go: who has left does not see the page any more."""
    if request.POST.get("do") == "remove" and request.POST.get("user") == str(request.user.pk):
        return reverse("accounts:me")
    return reverse("accounts:members", args=[organisation.key])


def _act(request: HttpRequest, organisation: Organisation, form: InviteForm) -> bool:
    """Carry out the button that was pressed; tell whether the page is to be loaded anew."""
    now, actor, what = timezone.now(), request.actor, request.POST.get("do", "")
    number = request.POST.get("id") or request.POST.get("user") or ""
    if what == "invite":
        if not form.is_valid():
            return False
        done = carried_out(
            request,
            lambda: memberships.invite(
                actor=actor,
                organisation_id=organisation.pk,
                address_of=lambda language, token: request.build_absolute_uri(
                    in_language(language, "accounts:invitation", token)
                ),
                now=now,
                language=readers_language(),
                **form.cleaned_data,
            ),
        )
        if done:
            say(request, "邀请已发出。", "The invitation is on its way.")
        return done
    if not number.isdecimal() or len(number) > 18:
        raise Http404
    reason = request.POST.get("reason", "")[:500]
    acts = {
        "take_back": lambda: memberships.take_back_invitation(
            actor=actor, invitation_id=int(number), now=now
        ),
        "appoint": lambda: memberships.set_manager(
            actor=actor, organisation_id=organisation.pk, user_id=int(number), is_manager=True, now=now
        ),
        "dismiss": lambda: memberships.set_manager(
            actor=actor, organisation_id=organisation.pk, user_id=int(number), is_manager=False, now=now
        ),
        "remove": lambda: memberships.remove_member(
            actor=actor, organisation_id=organisation.pk, user_id=int(number), now=now, reason=reason
        ),
        "accept": lambda: memberships.decide_request(
            actor=actor, request_id=int(number), accept=True, now=now, reason=reason
        ),
        "decline": lambda: memberships.decide_request(
            actor=actor, request_id=int(number), accept=False, now=now, reason=reason
        ),
    }
    if what not in acts:
        raise Http404
    if carried_out(request, acts[what]):
        say(request, "已完成。", "Done.")
    return True


@login_required
@limit("write")
def decide(request: HttpRequest, request_id: int) -> HttpResponse:
    """Decide a request to join an organisation that has no managers, from the list of people."""
    if request.method == "POST":
        carried_out(
            request,
            lambda: memberships.decide_request(
                actor=request.actor,
                request_id=request_id,
                accept=request.POST.get("do") == "accept",
                now=timezone.now(),
                reason=request.POST.get("reason", "")[:500],
            ),
        )
    return HttpResponseRedirect(reverse("accounts:people"))


@login_required
@limit("write")
def join(request: HttpRequest, key: str) -> HttpResponse:
    """Ask to act for an organisation."""
    organisation = _organisation(request, key)
    form = JoinForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done = carried_out(
            request,
            lambda: memberships.ask_to_join(
                actor=request.actor, organisation_key=key, note=form.cleaned_data["note"], now=timezone.now()
            ),
        )
        if done:
            say(
                request,
                "申请已提交，结果会寄到您的邮箱。",
                "Your request was handed in; you will be told by mail.",
            )
        return HttpResponseRedirect(reverse("accounts:me"))
    return render(request, "accounts/join.html", {"organisation": organisation, "form": form})


@login_required
@limit("write")
def new_organisation(request: HttpRequest) -> HttpResponse:
    """Add one's own organisation, as a draft."""
    form = OrganisationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made: list[str] = []
            done = carried_out(
                request,
                lambda: made.append(
                    create_organisation(actor=request.actor, values=form.values(), now=timezone.now()).key
                ),
            )
        except InvalidRecordError as error:
            form.take_faults(error.faults)
        else:
            if done:
                say(
                    request,
                    "已建立草稿，您是它的管理人。请完善后提交审核。",
                    "The draft was made and you manage it. Complete it, then submit it for review.",
                )
                return HttpResponseRedirect(reverse("accounts:members", args=made))
    return render(request, "accounts/new_organisation.html", {"form": form})


@limit("write")
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show an invitation; accept it once signed in with its address."""
    now = timezone.now()
    try:
        found = memberships.invitation_for(token, now=now)
    except LinkError as error:
        return render(request, "accounts/invitation.html", {"fault": error.message}, status=410)
    if request.method == "POST" and request.user.is_authenticated:
        organisation = found.organisation
        if carried_out(
            request, lambda: memberships.accept_invitation(user=request.user, token=token, now=now)
        ):
            say(request, "您现在可以代表该单位。", "You now act for this organisation.")
            return HttpResponseRedirect(reverse("accounts:members", args=[organisation.key]))
    return render(request, "accounts/invitation.html", {"invitation": found, "path": request.path})


@login_required
@limit("write")
def merge(request: HttpRequest) -> HttpResponse:
    """Merge two organisations: first look at both, then confirm."""
    if not request.actor.may(MERGE_ORGANISATIONS):
        raise PermissionDenied
    form = MergeForm(request.POST or None, initial=request.GET.dict())
    pair: dict[str, Organisation] = {}
    if request.method == "POST" and form.is_valid():
        keys = (form.cleaned_data["kept"], form.cleaned_data["merged"])
        found = {row.key: row for row in Organisation.objects.filter(hub_id=request.hub.pk, key__in=keys)}
        for name, key in zip(("kept", "merged"), keys, strict=True):
            if key in found:
                pair[name] = found[key]
            else:
                form.add_error(
                    name,
                    "没有这个单位。请检查编号。"
                    if readers_language() == "zh"
                    else "There is no such organisation.",
                )
        versions = [request.POST.get(f"{name}_version", "") for name in ("kept", "merged")]
        if len(pair) == 2 and all(version.isdecimal() for version in versions):
            done = carried_out(
                request,
                lambda: merge_organisations(
                    actor=request.actor,
                    kept_key=keys[0],
                    merged_key=keys[1],
                    kept_version=int(versions[0]),
                    merged_version=int(versions[1]),
                    now=timezone.now(),
                    reason=form.cleaned_data["reason"],
                ),
            )
            if done:
                say(
                    request,
                    "已合并，旧地址会指向保留的单位。",
                    "Merged; the old address leads to the one kept.",
                )
                return HttpResponseRedirect(reverse("accounts:merge"))
    rows = [pair[name] for name in ("kept", "merged")] if len(pair) == 2 else []
    return render(request, "accounts/merge.html", {"form": form, "pair": rows})
