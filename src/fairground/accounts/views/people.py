"""People of the hub, for administrators."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from fairground.accounts.core.roles import MANAGE_PEOPLE, ROLES
from fairground.accounts.forms import RoleForm
from fairground.accounts.models import JoinRequest
from fairground.accounts.people import last_changes, people_of, role_changes
from fairground.accounts.roles import end_role, give_role
from fairground.accounts.views.answers import carried_out, say
from fairground.accounts.words import ROLE_ACTIONS
from fairground.audit.models import Change
from fairground.web.rate_limits import limit

_ON_A_PAGE = 50


def _role_of(row: Change) -> str:
    return str((row.after or row.before or {}).get("role", ""))


def _check(request: HttpRequest) -> None:
    if not request.actor.may(MANAGE_PEOPLE):
        raise PermissionDenied


@login_required
@limit("search")
def people(request: HttpRequest) -> HttpResponse:
    """List the hub's people: search by name or address, by role."""
    _check(request)
    words = request.GET.get("words", "").strip()[:100]
    role = request.GET.get("role", "")
    found = people_of(request.hub.pk, now=timezone.now(), words=words, role=role if role in ROLES else "")
    page = Paginator(found, _ON_A_PAGE).get_page(request.GET.get("page"))
    rows = list(page)
    changes = last_changes(request.hub.pk, [user.pk for user in rows])

    def address(number: int) -> str:
        return f"?{urlencode({'words': words, 'role': role, 'page': number})}"

    return render(
        request,
        "accounts/people.html",
        {
            "words": words,
            "role": role,
            "roles": ROLES.values(),
            "rows": [
                {
                    "user": user,
                    "roles": [ROLES[row.role].name for row in user.roles_now if row.role in ROLES],
                    "organisations": [row.organisation.title for row in user.memberships_here],
                    "change": changes.get(user.pk),
                }
                for user in rows
            ],
            "count": page.paginator.count,
            "pages": [
                {"number": number, "url": "" if number == page.number else address(number)}
                if isinstance(number, int)
                else {"number": None, "url": ""}
                for number in page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
            ],
            "previous_url": address(page.previous_page_number()) if page.has_previous() else "",
            "next_url": address(page.next_page_number()) if page.has_next() else "",
            "requests": JoinRequest.objects.filter(decided_at=None, organisation__hub_id=request.hub.pk)
            .exclude(organisation__memberships__is_manager=True)
            .select_related("organisation", "user")
            .order_by("created_at")[:50],
        },
    )


@login_required
@limit("write")
def person(request: HttpRequest, user_id: int) -> HttpResponse:
    """Show one person's roles; give and end them."""
    _check(request)
    now = timezone.now()
    found = people_of(request.hub.pk, now=now).filter(pk=user_id).first()
    if found is None:
        raise Http404
    here = reverse("accounts:person", args=[user_id])
    form = RoleForm()
    if request.method == "POST" and request.POST.get("end"):
        ended = carried_out(
            request,
            lambda: end_role(
                actor=request.actor, user_id=user_id, role=request.POST["end"], now=now,
                reason=request.POST.get("reason", "")[:500],
            ),
        )  # fmt: skip
        if ended:
            say(request, "角色已结束。", "The role was ended.")
        return HttpResponseRedirect(here)
    if request.method == "POST":
        form = RoleForm(request.POST)
        if form.is_valid() and carried_out(
            request,
            lambda: give_role(actor=request.actor, user_id=user_id, now=now, **form.cleaned_data),
        ):
            say(request, "角色已授予。", "The role was given.")
            return HttpResponseRedirect(here)
    return render(
        request,
        "accounts/person.html",
        {
            "found": found,
            "roles": [{"role": ROLES[row.role], "row": row} for row in found.roles_now if row.role in ROLES],
            "memberships": found.memberships_here,
            "form": form,
            "history": [
                {
                    "when": row.at,
                    "actor": row.actor_name,
                    "action": ROLE_ACTIONS[row.action],
                    "role": ROLES[code].name if (code := _role_of(row)) in ROLES else code,
                    "reason": row.reason,
                }
                for row in role_changes(request.hub.pk, user_id)
            ],
        },
    )
