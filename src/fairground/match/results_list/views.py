"""The pages of results-and-needs lists."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fairground.accounts.errors import AccountsError, NotAllowedError, NotFoundError
from fairground.accounts.policies import is_owner
from fairground.collect.attachments import address_of
from fairground.files.models import Attachment
from fairground.jobs.errors import JobFailedError
from fairground.jobs.holders import holder_of
from fairground.language.local_text import LocalText
from fairground.match.forms import new_once, read_once
from fairground.match.models import ListIssue, ResultsList
from fairground.match.results_list.choosing import nameable
from fairground.match.results_list.contents import (
    field_name,
    organisation_of,
    place_of,
    region_name,
    text_of,
)
from fairground.match.results_list.errors import ListRefusedError
from fairground.match.results_list.forms import ListForm, chosen_editions, edition_choices
from fairground.match.results_list.selectors import (
    files_of,
    issues_open_to,
    left_out_numbers,
    listed_entry,
    lists_open_to,
    may_make_lists,
    open_entries,
)
from fairground.match.results_list.services import (
    check_choice,
    choice_of,
    count_entries,
    list_named,
    set_up_list,
)
from fairground.match.results_list.tasks import start_issue
from fairground.match.results_list.words import GONE_WORDS, field_labels
from fairground.web.panels import Panel
from fairground.web.rate_limits import limit
from fairground.web.reader import readers_language

_ENTRIES_A_PAGE = 50
_MOST_CHANGES = 100  # of one sort on the page; the booklet and the workbook have them all
_START = {"editions": ["zh", "en"], "sides": ["offer", "need"]}


def _said(text: LocalText) -> str:
    return text.in_language(readers_language())


@require_safe
def show_lists(request: HttpRequest) -> HttpResponse:
    """All lists with their newest version."""
    lists = lists_open_to(request.actor)
    return render(
        request,
        "match/results_list/lists.html",
        {"lists": [_told(each) for each in lists], "may_make": may_make_lists(request.actor)},
    )


def _told(results_list: ResultsList) -> dict[str, Any]:
    issues = getattr(results_list, "open_issues", [])
    return {
        "key": results_list.key,
        "title": results_list.title,
        "supply": [region_name(code) for code in results_list.supply],
        "demand": [region_name(code) for code in results_list.demand],
        "fields": [field_name(code) for code in results_list.fields],
        "newest": issues[0] if issues else None,
        "issues": issues,
    }


@never_cache
@limit("write")
@require_http_methods(["GET", "HEAD", "POST"])
def new_list(request: HttpRequest) -> HttpResponse:
    """Choose what a list is of, count it, and make its first version."""
    if request.actor.user_id is None:
        return redirect_to_login(request.get_full_path())
    if not may_make_lists(request.actor):
        return render(request, "match/results_list/refused.html", {"error": _NOT_YOURS}, status=403)
    hub_id = request.actor.hub_id
    if request.method != "POST":
        return _form_page(request, ListForm(hub_id=hub_id, initial=_START))
    form = ListForm(request.POST, hub_id=hub_id)
    if not form.is_valid():
        return _form_page(request, form, status=422)
    if request.POST.get("do") != "make":
        return _form_page(request, form, counts=count_entries(hub_id, form.choice()))
    now = timezone.now()
    try:
        check_choice(hub_id, form.choice())
        results_list = set_up_list(actor=request.actor, title=form.title(), choice=form.choice(), now=now)
        job = start_issue(
            holder=holder_of(request),
            actor=request.actor,
            key=results_list.key,
            editions=chosen_editions(form.cleaned_data["editions"]),
            once=read_once(request.POST),
            now=now,
        )
    except (ListRefusedError, JobFailedError) as error:
        form.add_error(None, _said(error.message))
        return _form_page(request, form, status=409)
    return HttpResponseRedirect(reverse("jobs:status", args=[job.key]))


_NOT_YOURS = LocalText(
    "您的角色不能编制清单。组织者、技术经理人和登记员可以；请联系管理员。",
    "Your role makes no lists. Organisers, brokers and registrars do: ask an administrator of the hub.",
)


def _form_page(
    request: HttpRequest, form: ListForm, *, counts: Mapping[str, int] | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "counts": counts,
        "title_made": form.title() if counts is not None else None,
        "nothing_yet": not form.fields["supply"].choices and not form.fields["demand"].choices,
        "once": read_once(request.POST) or new_once(),
    }
    return render(request, "match/results_list/new.html", context, status=status)


@never_cache
@require_safe
def show_list(request: HttpRequest, key: str) -> HttpResponse:
    """One list: what it is of, its versions with their files, and a way to make the next."""
    results_list = _find_list(request, key)
    issues = list(issues_open_to(request.actor).filter(results_list=results_list))
    may_make = may_make_lists(request.actor)
    if not issues and not may_make:
        raise Http404
    files = files_of(issues)
    return render(
        request,
        "match/results_list/list.html",
        {
            "list": _told(results_list),
            "issues": [
                {
                    "issue": issue,
                    "state": issue.publication.state,
                    "url": reverse("match:list_issue", args=[key, issue.number]),
                    "files": _file_rows(files.get(issue.publication.key, ())),
                }
                for issue in issues
            ],
            "may_make": may_make,
            "counts": count_entries(results_list.hub_id, choice_of(results_list)) if may_make else None,
            "waiting": bool(issues) and issues[0].publication.published_at is None,
            "editions": _edition_boxes(issues),
            "once": new_once(),
        },
    )


def _edition_boxes(issues: Iterable[ListIssue]) -> list[tuple[str, str, bool]]:
    chosen = next((issue.editions for issue in issues), ("zh", "en"))
    return [(code, label, code in chosen) for code, label in edition_choices()]


def _find_list(request: HttpRequest, key: str) -> ResultsList:
    try:
        return list_named(request.actor, key)
    except NotFoundError:
        raise Http404 from None


@limit("write")
@require_POST
def make_issue(request: HttpRequest, key: str) -> HttpResponse:
    """Start making the next version."""
    if request.actor.user_id is None:
        return redirect_to_login(reverse("match:list", args=[key]))
    try:
        job = start_issue(
            holder=holder_of(request),
            actor=request.actor,
            key=key,
            editions=chosen_editions(request.POST.getlist("editions")),
            once=read_once(request.POST),
            now=timezone.now(),
        )
    except NotFoundError:
        raise Http404 from None
    except NotAllowedError as error:
        return render(request, "match/results_list/refused.html", {"error": error.message}, status=403)
    except (AccountsError, JobFailedError) as error:
        messages.error(request, _said(error.message))
        return HttpResponseRedirect(reverse("match:list", args=[key]))
    return HttpResponseRedirect(reverse("jobs:status", args=[job.key]))


@never_cache
@require_safe
def show_issue(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """One version: its files, what changed, and what it lists that may still be seen."""
    issue = issues_open_to(request.actor).filter(results_list__key=key, number=number).first()
    if issue is None:
        raise Http404
    hub_id = request.actor.hub_id
    rows = list(open_entries(issue))
    named = nameable(
        hub_id, {row.facts["organisation_key"] for row in rows if "organisation_key" in row.facts}
    )
    entries = [listed_entry(row, named) for row in rows]
    pages = Paginator(entries, _ENTRIES_A_PAGE)
    page = pages.get_page(request.GET.get("page"))
    titles = {entry.printed_number: text_of(entry.facts.get("title")) for entry in entries}
    publication = issue.publication
    return render(
        request,
        "match/results_list/issue.html",
        {
            "list": _told(issue.results_list),
            "issue": issue,
            "state": publication.state,
            "publication_url": reverse("publish:record", args=["publication", publication.key]),
            "edit_url": reverse("collect:edit", args=["publication", publication.key])
            if is_owner(request.actor, publication) and publication.published_at is None
            else "",
            "files": _file_rows(files_of([issue]).get(publication.key, ())),
            "counts": {
                "offers": sum(entry.side == "offer" for entry in entries),
                "needs": sum(entry.side == "need" for entry in entries),
                "hints": sum(
                    {hint.need, hint.offer} <= {entry.key for entry in entries} for hint in issue.hints
                ),
            },
            "changes": _changes(issue, titles),
            "left_out": left_out_numbers(issue, rows),
            "entries": [
                {
                    "number": entry.printed_number,
                    "title": text_of(entry.facts.get("title")),
                    "url": reverse("publish:record", args=[entry.side, entry.key]),
                    "organisation": organisation_of(entry),
                    "place": place_of(entry),
                    "demonstration": entry.facts.get("demonstration", False),
                }
                for entry in page.object_list
            ],
            "pages": [
                {
                    "number": each if isinstance(each, int) else None,
                    "url": "" if each == page.number else f"?page={each}",
                }
                for each in pages.get_elided_page_range(page.number)
            ],
            "previous_url": f"?page={page.number - 1}" if page.has_previous() else "",
            "next_url": f"?page={page.number + 1}" if page.has_next() else "",
        },
    )


def _file_rows(files: Iterable[Attachment]) -> list[dict[str, Any]]:
    return [
        {
            "name": each.description.in_language(readers_language()) or each.name,
            "url": address_of(each),
            "size": each.size,
            "kind": each.ending.upper(),
        }
        for each in files
    ]


def _changes(issue: ListIssue, titles: Mapping[str, LocalText]) -> dict[str, Any] | None:
    if issue.previous is None:
        return None
    changes = issue.changes
    new = [number for number in changes.new if number in titles]
    changed = [each for each in changes.changed if each.number in titles]
    return {
        "since": issue.previous,
        "new": [{"number": number, "title": titles[number]} for number in new[:_MOST_CHANGES]],
        "new_more": max(0, len(new) - _MOST_CHANGES),
        "new_count": len(new),
        "changed": [
            {"number": each.number, "title": titles[each.number], "what": field_labels(each.fields)}
            for each in changed[:_MOST_CHANGES]
        ],
        "changed_more": max(0, len(changed) - _MOST_CHANGES),
        "changed_count": len(changed),
        "gone": [{"number": each.number, "why": GONE_WORDS[each.reason]} for each in changes.gone],
    }


def list_panel(request: HttpRequest, record: Any) -> Panel | None:
    """On the page of a publication that is a version of a list: the way to the version and its list."""
    if record.kind != "publication" or record.publication_type != "results-list":
        return None
    issue = (
        ListIssue.objects.filter(publication_id=record.pk).select_related("results_list", "previous").first()
    )
    if issue is None:
        return None
    return Panel(
        LocalText("清单与各版", "The list and its versions"),
        "match/results_list/panel.html",
        {
            "issue": issue,
            "list": _told(issue.results_list),
            "url": reverse("match:list_issue", args=[issue.results_list.key, issue.number]),
        },
    )
