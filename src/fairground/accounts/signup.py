"""What a new member fills in beside e-mail and password."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from fairground.accounts.consents import give_consents, texts_in_force
from fairground.accounts.models import ConsentText, User
from fairground.accounts.roles import join_hub
from fairground.language.local_text import LocalText
from fairground.web.reader import NAMES, readers_language

_NAME = LocalText("姓名", "Name")
_NAME_HELP = LocalText("显示在您写的记录的历史中。", "Printed in the history of the records you write.")
_LANGUAGE = LocalText("邮件语言", "Language of mail")
_AGREE = LocalText("我已阅读并同意《{}》", "I have read and agree to: {}")
_MAY_AGREE = LocalText("我同意《{}》（选填）", "I agree to: {} (optional)")
_MUST_AGREE = LocalText("没有这项同意无法开设账号。", "There is no account without this one.")


def consent_field(text: ConsentText, language: str) -> forms.BooleanField:
    """Return the box for one text, with a link to its words."""
    link = format_html(
        '<a href="{}">{}</a>',
        reverse("accounts:consent_text", args=[text.code, text.version]),
        text.title.in_language(language),
    )
    return forms.BooleanField(
        label=format_html((_AGREE if text.required else _MAY_AGREE).in_language(language), link),
        required=text.required,
        error_messages={"required": _MUST_AGREE.in_language(language)},
    )


class SignupForm(forms.Form):
    """The name as it shall be printed, the language of mail, and the texts one agrees to."""

    name = forms.CharField(max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    language = forms.ChoiceField(choices=tuple(NAMES.items()))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = readers_language()
        self.fields["name"].label = _NAME.in_language(language)
        self.fields["name"].help_text = _NAME_HELP.in_language(language)
        self.fields["language"].label = _LANGUAGE.in_language(language)
        self.fields["language"].initial = language
        self.texts = {f"consent_{text.code}": text for text in texts_in_force(now=timezone.now())}
        for name, text in self.texts.items():
            self.fields[name] = consent_field(text, language)
        self.field_order = ["email", "name", "language", "password1", "password2", *self.texts]

    def signup(self, request: HttpRequest, user: User) -> None:
        """Keep what was filled in and make the person a member of the hub."""
        now = timezone.now()
        user.name = " ".join(self.cleaned_data["name"].split())
        user.language = self.cleaned_data["language"]
        user.save(update_fields=["name", "language"])
        join_hub(user=user, hub_id=request.hub.pk, now=now)
        given = [text for name, text in self.texts.items() if self.cleaned_data.get(name)]
        give_consents(user=user, texts=given, now=now, hub_id=request.hub.pk)
