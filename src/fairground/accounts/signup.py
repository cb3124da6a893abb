"""What a new member fills in beside e-mail and password."""

from django import forms
from django.http import HttpRequest
from django.utils import timezone

from fairground.accounts.models import RoleAssignment, User


class SignupForm(forms.Form):
    """The name as it shall be printed."""

    name = forms.CharField(max_length=200, label="姓名 / Name")

    def signup(self, request: HttpRequest, user: User) -> None:
        """Keep the name and make the person a member of the hub."""
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])
        RoleAssignment.objects.create(
            user=user,
            hub=request.hub,
            role="member",
            since=timezone.now(),
        )
