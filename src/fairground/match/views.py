"""Pages of a comparison of two lists. Everything here is its holder's alone: unknown and foreign answer alike."""

import base64
import hashlib
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fairground.collect.core.columns import AS_PRINTED, CONTACT_FIELD, LEFT_OUT, PROTECTED_FIELD, choices_of
from fairground.collect.core.field_words import FIELD_WORDS
from fairground.collect.core.records import NEED_TEXT_FIELDS, OFFER_TEXT_FIELDS
from fairground.jobs.errors import JobFailedError
from fairground.jobs.folders import folder_of
from fairground.jobs.holders import Holder, holder_of
from fairground.jobs.models import Job
from fairground.jobs.selectors import find_job, kept_jobs
from fairground.jobs.services import forget_work
from fairground.language.local_text import LocalText
from fairground.match.forms import TwoListsForm, new_once, read_columns, read_once
from fairground.match.services import (
    keep_comparison,
    match_brought_lists,
    read_brought_lists,
    read_lists_again,
)
from fairground.match.tasks import READ_LISTS, TWO_LISTS
from fairground.match.two_lists import (
    COLUMNS,
    MOST_BYTES,
    MOST_ROWS,
    PAIRS,
    REPORT,
    SIDES,
    TABLES,
    BroughtList,
    read_json,
    sample_lists,
)
from fairground.web.rate_limits import limit
from fairground.web.reader import readers_language

_MOST_BODY_BYTES = 2 * MOST_BYTES + 2**20
_MOST_DRAINED_BYTES = 256 * 2**20
_JOINED = {*NEED_TEXT_FIELDS, *OFFER_TEXT_FIELDS, "id", "requirements", "wishes", "excluded", "regions"}
_LANGUAGE_SIDES = {"zh": ("中文一侧", "Chinese side"), "en": ("英文一侧", "English side")}
_UNREAD = (CONTACT_FIELD, PROTECTED_FIELD, LEFT_OUT)


def _said(zh: str, en: str) -> str:
    return zh if readers_language() == "zh" else en


@csrf_exempt  # the inner view checks; here only the size is looked at, before the body is read
@require_http_methods(["GET", "HEAD", "POST"])
def two_lists(request: HttpRequest) -> HttpResponse:
    """Take in one or two lists, or the sample lists."""
    if request.method == "POST" and int(request.META.get("CONTENT_LENGTH") or 0) > _MOST_BODY_BYTES:
        _drain(request)
        error = _said(
            "文件太大，没有上传：每份清单最多 20 MB。请拆分，或去掉图片和无关的列。",
            "The files are too large and were not taken in: 20 MB at most each. Split them, or take out pictures and "
            "columns that do not matter.",
        )
        return _bring(request, TwoListsForm(), errors=[error], status=413)
    return _two_lists(request)


def _drain(request: HttpRequest) -> None:
    """Read what comes and drop it: a browser shows no answer while it is still sending."""
    drained = 0
    while drained < _MOST_DRAINED_BYTES and (chunk := request.read(1 << 20)):
        drained += len(chunk)


@csrf_protect
@limit("match")
def _two_lists(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _bring(request, TwoListsForm())
    if "sample" in request.POST:
        return _read(request, TwoListsForm(), sample_lists())
    form = TwoListsForm(request.POST, request.FILES)
    if not form.is_valid():
        return _bring(request, form, status=400)
    return _read(request, form, tuple(form.lists))


def _read(request: HttpRequest, form: TwoListsForm, lists: tuple[BroughtList, ...]) -> HttpResponse:
    try:
        job = read_brought_lists(
            holder=holder_of(request, marked=True),
            lists=lists,
            once=read_once(request.POST),
            language=readers_language(),
            now=timezone.now(),
        )
    except JobFailedError as error:
        return _bring(request, form, errors=[error.message.in_language(readers_language())], status=429)
    return HttpResponseRedirect(reverse("jobs:status", args=[job.key]))


def _bring(
    request: HttpRequest, form: TwoListsForm, *, errors: list[str] | None = None, status: int = 200
) -> HttpResponse:
    of_form = form.errors if form.is_bound else {}
    context = {
        "nav": "two_lists",
        "errors": [*(errors or []), *of_form.get("__all__", [])],
        "zones": [
            {
                "side": side,
                "title": _TITLES[side],
                "examples": _EXAMPLES[side],
                "errors": of_form.get(side, []),
            }
            for side in SIDES
        ],
        "once": new_once(),
        "most_rows": MOST_ROWS,
        "to_kept": reverse("match:two_lists_kept") if request.actor.user_id is not None else "",
    }
    return render(request, "match/two_lists.html", context, status=status)


_TITLES = {
    "needs": LocalText("需求清单", "List of needs"),
    "offers": LocalText("成果清单", "List of offers"),
}
_EXAMPLES = {
    "needs": LocalText(
        "常见的列：标题、问题、期望结果、要求、预算",
        "Often: title, problem, wanted outcome, requirements, budget",
    ),
    "offers": LocalText(
        "常见的列：标题、技术说明、优势、成熟度、单位",
        "Often: title, description, advantage, TRL, organisation",
    ),
}


@never_cache
@limit("match")
@require_http_methods(["GET", "HEAD", "POST"])
def columns(request: HttpRequest, key: str) -> HttpResponse:
    """Show how the columns were understood; take back what was mended, and read again or match."""
    holder = holder_of(request)
    job = _find(holder, key, READ_LISTS)
    if job.part_of:
        raise Http404
    try:
        told = read_json(folder_of(job.key) / COLUMNS)
    except FileNotFoundError:
        if job.state == Job.State.DONE:
            raise Http404 from None
        return HttpResponseRedirect(reverse("jobs:status", args=[job.key]))
    if request.method != "POST":
        return _columns_page(request, job, told, {})
    chosen, faults = read_columns(told, request.POST)
    action = request.POST.get("action", "match")
    placed = {side: values["path"] for side, values in told["sides"].items()}
    common: dict[str, Any] = {
        "holder": holder,
        "first": job,
        "once": read_once(request.POST),
        "now": timezone.now(),
    }
    try:
        if action == "swap":
            turned = {SIDES[1 - SIDES.index(side)]: path for side, path in placed.items()}
            going_on = read_lists_again(columns={}, placed=turned, **common)
        elif faults:
            return _columns_page(request, job, _with_choices(told, chosen), faults, status=400)
        elif action == "again":
            going_on = read_lists_again(columns=chosen, placed=placed, **common)
        else:
            going_on = match_brought_lists(columns=chosen, language=readers_language(), **common)
    except JobFailedError as error:
        return _columns_page(request, job, _with_choices(told, chosen), {"": error.message}, status=429)
    return HttpResponseRedirect(reverse("jobs:status", args=[going_on.key]))


def _with_choices(told: Mapping[str, Any], chosen: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """Return what was told with the fields as they were just chosen: nothing that was picked is lost on an error."""
    sides = {
        side: {
            **values,
            "columns": [{**column, "field": chosen[side][column["name"]]} for column in values["columns"]],
        }
        for side, values in told["sides"].items()
    }
    return {**told, "sides": sides}


def _columns_page(
    request: HttpRequest,
    job: Job,
    told: Mapping[str, Any],
    faults: Mapping[str, LocalText],
    *,
    status: int = 200,
) -> HttpResponse:
    sides = [_side(side, told["sides"][side], faults.get(side)) for side in SIDES if side in told["sides"]]
    context = {
        "nav": "two_lists",
        "job": job,
        "notices": [_said(*notice) for notice in told["notices"]],
        "fault": faults.get(""),
        "sides": sides,
        "against_catalogue": len(sides) == 1,
        "doubtful": sum(column["is_doubtful"] for side in sides for column in side["columns"]),
        "can_match": all(side["records"] for side in sides),
        "once": new_once(),
    }
    return render(request, "match/two_lists_columns.html", context, status=status)


def _side(side: str, values: Mapping[str, Any], fault: LocalText | None) -> dict[str, Any]:
    fields = Counter(column["field"] for column in values["columns"])
    options = [(code, FIELD_WORDS[code].in_language(readers_language())) for code in choices_of(side)]
    error = _said(*values["error"]) if values["error"] else ""
    return {
        **values,
        "side": side,
        "title": _TITLES[side],
        "error": fault.in_language(readers_language()) if fault else error,
        "warnings": [{**warning, "text": _said(*warning["text"])} for warning in values["warnings"]],
        "warnings_left": values["warning_count"] - len(values["warnings"]),
        "columns": [
            {
                **column,
                "input": f"{side}-{number}",
                "options": [(code, label, code == column["field"]) for code, label in options],
                "remark": _remark(column, fields[column["field"]], by_hand=values["by_hand"]),
                "is_doubtful": not values["by_hand"] and column["confidence"] < 1,
            }
            for number, column in enumerate(values["columns"])
        ],
    }


def _remark(column: Mapping[str, Any], times: int, *, by_hand: bool) -> str:
    field = column["field"]
    if field == AS_PRINTED:
        return (
            ""
            if by_hand or column["confidence"]
            else _said("没有看懂，不参与匹配", "not understood, not matched")
        )
    if field in _UNREAD:
        return ""
    if times > 1 and field not in _JOINED:
        return _said("有多列：取每行第一个有值的", "several columns: the first with a value in a row counts")
    if column["confidence"] < 1 and not by_hand:
        return _said("按近似列名理解，请核对", "taken by a similar name, please check")
    if column["language"]:
        return _said(*_LANGUAGE_SIDES[column["language"]])
    if times > 1:
        return _said("多列合并", "joined with another column")
    return ""


@never_cache
@require_GET
def result(request: HttpRequest, key: str) -> HttpResponse:
    """Show what came of it: the first pairs with their reasons, the report, the tables."""
    holder = holder_of(request)
    job = _find(holder, key, TWO_LISTS)
    if job.state != Job.State.DONE:
        return HttpResponseRedirect(reverse("jobs:status", args=[job.key]))
    told = _pairs(job)
    context = {
        "nav": "two_lists",
        "job": job,
        "told": told,
        "shown": [{**subject, "best": _best(subject["best"])} for subject in told["shown"]],
        "counts": _counts(job, told),
        "other_side": "offer" if told["primary"] == "needs" else "need",
        "own_side": told["primary"][:-1],
        "can_keep": holder.user_id is not None and not job.is_kept,
        "tables": TABLES,
        "report_url": reverse("match:two_lists_report", args=[job.key]),
    }
    return render(request, "match/two_lists_result.html", context)


def _pairs(job: Job) -> dict[str, Any]:
    try:
        return read_json(folder_of(job.key) / PAIRS)
    except FileNotFoundError:
        raise Http404 from None


def _best(best: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if best is None:
        return None
    return {
        **best,
        "word": _said(*best["word"]),
        "flags": [_said(*flag) for flag in best["flags"]],
        "met": sum(reason["verdict"] == "met" for reason in best["reasons"]),
    }


def _counts(job: Job, told: Mapping[str, Any]) -> list[dict[str, Any]]:
    own = LocalText("条需求", "needs") if told["primary"] == "needs" else LocalText("项成果", "offers")
    return [
        {"number": job.result["needs"], "label": LocalText("条需求", "needs")},
        {"number": job.result["offers"], "label": LocalText("项成果", "offers")},
        {
            "number": told["grades"]["enough"],
            "label": LocalText(f"{own.zh}依据充分", f"{own.en} with enough evidence"),
        },
        {
            "number": told["grades"]["none"],
            "label": LocalText(f"{own.zh}暂无合适对象", f"{own.en} with nothing suitable"),
        },
    ]


@never_cache
@require_GET
def report(request: HttpRequest, key: str) -> HttpResponse:
    """Show the report as a document of its own, under a policy that lets its own style sheet apply and nothing else."""
    job = _find(holder_of(request), key, TWO_LISTS)
    page = _file(job, REPORT).read_text(encoding="utf-8")
    response = HttpResponse(page)
    response.headers["Content-Security-Policy"] = policy_of_report(page)
    return response


def policy_of_report(page: str) -> str:
    """Return the policy for a report: the digest is of its one style sheet, which stands before any text of a list."""
    style = page.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'; sandbox allow-popups"
    )


@never_cache
@require_GET
def download(request: HttpRequest, key: str, ending: str) -> FileResponse:
    """Hand out the table of all pairs, or the report, as a file."""
    job = _find(holder_of(request), key, TWO_LISTS)
    name = "report.html" if ending == "html" else f"matches.{ending}"
    if ending not in (*TABLES, "html"):
        raise Http404
    return FileResponse(_file(job, name).open("rb"), as_attachment=True, filename=name)


def _file(job: Job, name: str) -> Path:
    path = folder_of(job.key) / name
    if job.state != Job.State.DONE or not path.is_file():
        raise Http404
    return path


@require_POST
def forget(request: HttpRequest, key: str) -> HttpResponse:
    """Delete a comparison at once: both lists and all that was made of them."""
    with suppress(Job.DoesNotExist):  # whoever asks twice, or asks for another's, gets the same answer
        forget_work(holder=holder_of(request), key=key)
    messages.success(
        request,
        _said("已删除：两份清单与全部结果都不再保存。", "Deleted: neither the lists nor any result is kept."),
    )
    return HttpResponseRedirect(reverse("match:two_lists"))


@require_POST
def keep(request: HttpRequest, key: str) -> HttpResponse:
    """Keep a comparison for thirty days; for whoever is signed in."""
    try:
        keep_comparison(holder=holder_of(request), key=key, now=timezone.now())
    except Job.DoesNotExist:
        raise Http404 from None
    return HttpResponseRedirect(reverse("match:two_lists_result", args=[key]))


@never_cache
@require_GET
def kept(request: HttpRequest) -> HttpResponse:
    """List the comparisons that the reader keeps."""
    holder = holder_of(request)
    if holder.user_id is None:
        return HttpResponseRedirect(f"{reverse('account_login')}?next={reverse('match:two_lists_kept')}")
    jobs = list(kept_jobs(holder, TWO_LISTS, now=timezone.now())[:200])
    return render(request, "match/two_lists_kept.html", {"nav": "two_lists", "jobs": jobs})


def _find(holder: Holder, key: str, kind: str) -> Job:
    job = find_job(holder, key, now=timezone.now())
    if job is None or job.kind != kind:
        raise Http404
    return job
