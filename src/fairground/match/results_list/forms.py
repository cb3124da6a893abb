"""What the page that makes a list takes in."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import Count

from fairground.accounts.actors import visitor
from fairground.accounts.core import states
from fairground.accounts.models import Record
from fairground.accounts.policies import readable
from fairground.kernel.tables.cells import strip_invalid
from fairground.language.local_text import LocalText
from fairground.match.results_list.booklet import EDITIONS
from fairground.match.results_list.choosing import Choice
from fairground.match.results_list.contents import region_name
from fairground.places.core.regions import region_of
from fairground.taxonomy import code_list
from fairground.web.reader import readers_language

SIDES = {"offer": LocalText("成果", "Results"), "need": LocalText("需求", "Needs")}
_TITLE_CHARS = 120


def _said(text: LocalText) -> str:
    return text.in_language(readers_language())


class ListForm(forms.Form):
    """Regions, fields, sides, title and booklets of a list. Regions are those that have public records."""

    supply = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple)
    demand = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple)
    fields_wanted = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple, required=False)
    sides = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple)
    title_zh = forms.CharField(max_length=_TITLE_CHARS, required=False)
    title_en = forms.CharField(max_length=_TITLE_CHARS, required=False)
    editions = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple, required=False)

    def __init__(self, *args: Any, hub_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label, help_text in _WORDS:
            self.fields[name].label = _said(label)
            self.fields[name].help_text = _said(help_text)
        self.fields["supply"].choices = region_choices(hub_id, "offer")
        self.fields["demand"].choices = region_choices(hub_id, "need")
        self.fields["fields_wanted"].choices = [
            (term.code, term.label(readers_language())) for term in code_list("fields") if not term.parent
        ]
        self.fields["sides"].choices = [(code, _said(label)) for code, label in SIDES.items()]
        self.fields["editions"].choices = edition_choices()
        for field in self.fields.values():
            field.error_messages.update(
                required=_said(_CHOOSE), invalid_choice=_said(_UNKNOWN), max_length=_said(_LONG)
            )

    def choice(self) -> Choice:
        """Return what was chosen. Of a valid form."""
        chosen = self.cleaned_data
        return Choice(
            tuple(chosen["supply"]),
            tuple(chosen["demand"]),
            tuple(chosen["fields_wanted"]),
            tuple(chosen["sides"]),
        )

    def title(self) -> LocalText:
        """Return the title as it was typed; where a side is empty, one made of the regions."""
        choice = self.choice()
        zh, en = (strip_invalid(self.cleaned_data[name]).strip() for name in ("title_zh", "title_en"))
        made = made_title(choice)
        return LocalText(zh or made.zh, en or made.en)


_CHOOSE = LocalText("请至少选一项。", "Choose at least one.")
_UNKNOWN = LocalText(
    "此项现在不能选，请从下面选取。", "This one cannot be chosen now; choose from those below."
)
_LONG = LocalText("名称太长，请缩短到 120 字以内。", "The title is too long: 120 characters at most.")
_WORDS = (
    (
        "supply",
        LocalText("成果来自哪些地区", "Results from"),
        LocalText("括号内为公开成果数", "In brackets: public results"),
    ),
    (
        "demand",
        LocalText("需求来自哪些地区", "Needs from"),
        LocalText("括号内为公开需求数", "In brackets: public needs"),
    ),
    (
        "fields_wanted",
        LocalText("领域", "Fields"),
        LocalText(
            "不选即全部领域；选上级领域即包括其下级",
            "None chosen: all fields. A field holds the fields below it",
        ),
    ),
    ("sides", LocalText("收录", "List"), LocalText("", "")),
    (
        "title_zh",
        LocalText("中文名称", "Title in Chinese"),
        LocalText("不填则按地区命名", "Left empty, it is named after the regions"),
    ),
    (
        "title_en",
        LocalText("英文名称", "Title in English"),
        LocalText("不填则按地区命名", "Left empty, it is named after the regions"),
    ),
    (
        "editions",
        LocalText("手册（PDF）", "Booklets (PDF)"),
        LocalText(
            "工作簿（xlsx）总会生成，含中英文", "The workbook (xlsx) is always made, in both languages"
        ),
    ),
)


def edition_choices() -> list[tuple[str, str]]:
    """Return the editions of the booklet with their names."""
    return [(code, _said(label)) for code, label in EDITIONS.items()]


def chosen_editions(values: Sequence[str]) -> tuple[str, ...]:
    """Return the known ones of the editions that were sent, in their order."""
    return tuple(code for code in EDITIONS if code in values)


def made_title(choice: Choice) -> LocalText:
    """Return a title made of the regions."""
    supply, demand = ([region_name(code) for code in codes] for codes in (choice.supply, choice.demand))
    return LocalText(
        f"{'、'.join(_short(name.zh or '') for name in supply)}—{'、'.join(_short(name.zh or '') for name in demand)}"
        "科技成果及需求清单",
        f"Results and needs: {', '.join(name.en or '' for name in supply)} – "
        f"{', '.join(name.en or '' for name in demand)}",
    )


def _short(name: str) -> str:
    """Return a province's name without the word for province or city, as titles have it."""
    return name[:-1] if len(name) > 2 and name[-1] in "省市" else name


def region_choices(hub_id: int, side: str) -> list[tuple[str, str]]:
    """Return the regions that have public records of a side, with how many, in the order of their codes. One query."""
    counts: Counter[str] = Counter()
    rows = (
        Record.objects.filter(readable(visitor(hub_id)), kind=side)
        .values_list(
            "region",
            "country",
            "organisation__region",
            "organisation__country",
            "organisation__state",
            "organisation__visibility",
        )
        .annotate(number=Count("pk"))
        .order_by()
    )
    for region, country, its_region, its_country, state, visibility, number in rows:
        if not region and not country:
            if state != states.PUBLISHED or visibility != Record.Visibility.PUBLIC:
                continue
            region, country = its_region, its_country
        code = f"{region[:2]}0000" if region else country
        if code and region_of(code):
            counts[code] += number
    return [(code, f"{_said(region_name(code))} ({counts[code]})") for code in sorted(counts)]
