"""The forms of people and organisations. Labels in the reader's language; what is wrong says what to change."""

from datetime import datetime, time
from typing import Any, ClassVar

from django import forms
from django.utils import timezone

from fairground.accounts.core.roles import ROLES
from fairground.language.local_text import LocalText
from fairground.taxonomy import code_list
from fairground.web.reader import NAMES, readers_language


class LabelledForm(forms.Form):
    """A form whose labels and help stand in both languages: {field: (label, help)}."""

    words: ClassVar[dict[str, tuple[LocalText, LocalText]]]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = readers_language()
        for name, (label, help_text) in self.words.items():
            self.fields[name].label = label.in_language(language)
            self.fields[name].help_text = help_text.in_language(language)


_NO_HELP = LocalText("", "")


class MeForm(LabelledForm):
    """A person's own name and language."""

    words: ClassVar = {
        "name": (
            LocalText("姓名", "Name"),
            LocalText("显示在您写的记录的历史中。", "Printed in the history of the records you write."),
        ),
        "language": (LocalText("邮件语言", "Language of mail"), _NO_HELP),
    }
    name = forms.CharField(max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    language = forms.ChoiceField(choices=tuple(NAMES.items()))


class RoleForm(LabelledForm):
    """A role an administrator gives."""

    words: ClassVar = {
        "role": (LocalText("角色", "Role"), _NO_HELP),
        "until": (
            LocalText("有效至", "Until"),
            LocalText("留空表示长期有效。", "Empty: until somebody ends it."),
        ),
        "reason": (LocalText("理由", "Reason"), LocalText("记入日志。", "Kept in the log.")),
    }
    role = forms.ChoiceField()
    until = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(max_length=500, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = readers_language()
        self.fields["role"].choices = [
            (role.code, role.name.in_language(language)) for role in ROLES.values() if role.code != "visitor"
        ]

    def clean_until(self) -> datetime | None:
        """Return the end of the day in the hub's time zone."""
        day = self.cleaned_data["until"]
        return None if day is None else timezone.make_aware(datetime.combine(day, time(23, 59, 59)))


class InviteForm(LabelledForm):
    """Whom to invite to an organisation."""

    words: ClassVar = {
        "email": (LocalText("邮箱", "E-mail address"), _NO_HELP),
        "as_manager": (
            LocalText("同时设为管理人", "Make them a manager"),
            LocalText("管理人决定谁代表本单位。", "A manager decides who acts for the organisation."),
        ),
    }
    email = forms.EmailField(max_length=254)
    as_manager = forms.BooleanField(required=False)


class JoinForm(LabelledForm):
    """A request to act for an organisation."""

    words: ClassVar = {
        "note": (
            LocalText("说明", "Note"),
            LocalText(
                "写给决定的人：您在该单位做什么。", "To those who decide: what you do in this organisation."
            ),
        )
    }
    note = forms.CharField(max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 4}))


class OrganisationForm(LabelledForm):
    """A new organisation, as a draft."""

    words: ClassVar = {
        "title_zh": (
            LocalText("中文名称", "Name in Chinese"),
            LocalText(
                "中文或英文至少一种，按登记的全称。", "One language at least; the full registered name."
            ),
        ),
        "title_en": (LocalText("英文名称", "Name in English"), _NO_HELP),
        "organisation_kind": (LocalText("类型", "Kind"), _NO_HELP),
        "uscc": (
            LocalText("统一社会信用代码", "Unified social credit code"),
            LocalText("18 位，见营业执照。", "18 characters, as on the business licence."),
        ),
        "ror": (
            LocalText("ROR 标识", "ROR id"),
            LocalText("大学和研究机构，见 ror.org。", "Universities and institutes: see ror.org."),
        ),
        "website": (LocalText("网站", "Website"), _NO_HELP),
    }
    title_zh = forms.CharField(max_length=300, required=False)
    title_en = forms.CharField(max_length=300, required=False)
    organisation_kind = forms.ChoiceField(required=False)
    uscc = forms.CharField(max_length=30, required=False)
    ror = forms.CharField(max_length=60, required=False)
    website = forms.CharField(max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = readers_language()
        terms = code_list("organisation_kind")
        self.fields["organisation_kind"].choices = [
            ("", "—"),
            *((term.code, LocalText(term.zh, term.en).in_language(language)) for term in terms),
        ]

    def values(self) -> dict[str, Any]:
        """Return what was filled in as plain values of the record."""
        data = self.cleaned_data
        plain = {name: data[name] for name in ("organisation_kind", "uscc", "ror", "website") if data[name]}
        return {"title": {"zh": data["title_zh"], "en": data["title_en"]}, **plain}

    def take_faults(self, faults: dict[str, LocalText]) -> None:
        """Show the record's faults beside the fields they concern."""
        for name, message in faults.items():
            own = "title_zh" if name == "title" else name
            self.add_error(own if own in self.fields else None, message.in_language(readers_language()))


class MergeForm(LabelledForm):
    """Which organisation is kept, which one goes into it."""

    words: ClassVar = {
        "kept": (
            LocalText("保留的单位", "The one to keep"),
            LocalText("单位网址中的12位编号。", "The 12 characters in its address."),
        ),
        "merged": (LocalText("并入的单位", "The one that goes into it"), _NO_HELP),
        "reason": (
            LocalText("理由", "Reason"),
            LocalText("记入两者的历史。", "Kept in the history of both."),
        ),
    }
    kept = forms.CharField(max_length=12)
    merged = forms.CharField(max_length=12)
    reason = forms.CharField(max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class EraseForm(LabelledForm):
    """The two things that only the person can type."""

    words: ClassVar = {
        "password": (LocalText("密码", "Password"), _NO_HELP),
        "confirmation": (
            LocalText("请输入“删除”", "Type ‘erase’"),
            LocalText("删除后无法恢复。", "It cannot be undone."),
        ),
    }
    password = forms.CharField(
        max_length=500, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
    confirmation = forms.CharField(max_length=20, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user

    def clean_password(self) -> str:
        """Refuse a password that is not theirs."""
        password = str(self.cleaned_data["password"])
        if not self._user.check_password(password):
            raise forms.ValidationError(
                LocalText("密码不对。", "This is not your password.").in_language(readers_language())
            )
        return password

    def clean_confirmation(self) -> str:
        """Refuse anything but the word, in either language."""
        word = str(self.cleaned_data["confirmation"]).strip().lower()
        if word not in ("删除", "erase"):
            raise forms.ValidationError(
                LocalText("请输入“删除”两个字。", "Type the word ‘erase’.").in_language(readers_language())
            )
        return word
