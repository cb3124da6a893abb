"""A person's own page: name, language, sign-in, roles, organisations."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from fairground.accounts.core.roles import MANAGE_PEOPLE, MERGE_ORGANISATIONS, ROLES
from fairground.accounts.forms import MeForm
from fairground.accounts.models import JoinRequest
from fairground.accounts.people import people_of
from fairground.accounts.roles import end_role, give_role
from fairground.accounts.views.answers import carried_out, say
from fairground.web.rate_limits import limit


@login_required
@limit("write")
def me(request: HttpRequest) -> HttpResponse:
    """Show and change what a person is here."""
    user, actor = request.user, request.actor
    form = MeForm(request.POST or None, initial={"name": user.name, "language": user.language})
    if request.method == "POST" and form.is_valid():
        user.name = " ".join(form.cleaned_data["name"].split())
        user.language = form.cleaned_data["language"]
        user.save(update_fields=["name", "language"])
        say(request, "已保存。", "Saved.")
        return HttpResponseRedirect(reverse("accounts:me"))
    found = people_of(request.hub.pk, now=timezone.now()).filter(pk=user.pk).first()
    return render(
        request,
        "accounts/me.html",
        {
            "form": form,
            "roles": [ROLES[row.role] for row in found.roles_now if row.role in ROLES] if found else [],
            "choices": [
                {"role": role, "is_held": role.code in actor.roles}
                for role in ROLES.values()
                if role.own_choice
            ],
            "memberships": found.memberships_here if found else [],
            "requests": JoinRequest.objects.filter(
                user=user, decided_at=None, organisation__hub_id=request.hub.pk
            ).select_related("organisation"),
            "may_manage_people": actor.may(MANAGE_PEOPLE),
            "may_merge": actor.may(MERGE_ORGANISATIONS),
        },
    )


@login_required
@limit("write")
def choose_role(request: HttpRequest, role: str) -> HttpResponse:
    """Take or leave a role of one's own choice."""
    if request.method == "POST":
        act = end_role if request.POST.get("leave") else give_role
        carried_out(
            request,
            lambda: act(actor=request.actor, user_id=request.user.pk, role=role, now=timezone.now()),
        )
    return HttpResponseRedirect(reverse("accounts:me"))
