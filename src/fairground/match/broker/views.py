"""The pages of the broker's desk: thin, each calls one selector or one service."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from fairground.accounts.errors import AccountsError, NotFoundError
from fairground.collect.views import answers
from fairground.language.local_text import LocalText
from fairground.match.broker.desk import PAGE_ROWS, SORTS, DeskQuery, desk_page, filters_of
from fairground.match.broker.history import one_introduction
from fairground.match.broker.numbers import PARTS, PERIODS, funnel_csv, hub_funnel
from fairground.match.broker.pairs import pairs_to_propose
from fairground.match.broker.services import add_note, colleagues, delete_note, hand_over, send_reminder
from fairground.match.core.next_step import ASK_IF_OVER, CONFIRM, MEET, PROPOSE, REMIND, REST
from fairground.match.introductions.asking import propose_introduction
from fairground.match.introductions.pages import limits
from fairground.publish.catalogue import pager
from fairground.web.rate_limits import limit
from fairground.web.reader import readers_language

VERBS = {
    REMIND: LocalText("提醒", "Remind"),
    CONFIRM: LocalText("请其确认", "Ask to confirm"),
    MEET: LocalText("建议约见", "Suggest a meeting"),
    ASK_IF_OVER: LocalText("询问是否结束", "Ask if it is over"),
    PROPOSE: LocalText("另荐", "Propose another"),
    REST: LocalText("等待", "Wait"),
}
_DAYS_OF_DESK = 90


@require_safe
@answers
def desk(request: HttpRequest) -> HttpResponse:
    """All open introductions that this broker sees, the funnel beside them."""
    now = timezone.now()
    query = DeskQuery.from_parameters(request.GET)
    page = desk_page(request.actor, query, now=now)
    return render(
        request,
        "match/broker/desk.html",
        {
            "page": page,
            "query": query,
            "filters": filters_of(query, page),
            "sorts": SORTS,
            "is_filtered": query.address(page=1, sort=query.sort) != DeskQuery(sort=query.sort).address(),
            "pager": pager(query.page, page.total, lambda number: query.address(page=number), size=PAGE_ROWS),
            "back": query.address(page=query.page),
            "verbs": VERBS,
            "funnel": hub_funnel(request.actor, days=_DAYS_OF_DESK, now=now)[0],
            "funnel_days": _DAYS_OF_DESK,
            "period": PERIODS[_DAYS_OF_DESK],
        },
    )


@require_safe
@answers
def introduction(request: HttpRequest, key: str) -> HttpResponse:
    """One introduction: how it stands, what happened, notes, and what the broker can do."""
    now = timezone.now()
    found = one_introduction(request.actor, key, now=now)
    return render(
        request,
        "match/broker/introduction.html",
        {
            "one": found,
            "row": found.row,
            "verbs": VERBS,
            "others": [(code, VERBS[code]) for code in (REMIND, CONFIRM, MEET, ASK_IF_OVER)],
            "colleagues": [
                (person.pk, person.printed_name)
                for person in colleagues(request.actor.hub_id, now=now)
                if person.pk != request.actor.user_id
            ],
            "me": request.actor.user_id,
        },
    )


@require_safe
@answers
def funnel(request: HttpRequest) -> HttpResponse:
    """The funnel by period, month and field."""
    days, by = _period(request), _part(request)
    return render(
        request,
        "match/broker/funnel.html",
        {
            "parts": hub_funnel(request.actor, days=days, by=by, now=timezone.now()),
            "days": days,
            "by": by,
            "periods": PERIODS,
            "part_names": PARTS,
        },
    )


@require_safe
@answers
def funnel_table(request: HttpRequest) -> HttpResponse:
    """The same numbers as csv."""
    days, by = _period(request), _part(request)
    table = funnel_csv(hub_funnel(request.actor, days=days, by=by, now=timezone.now()), days=days)
    name = "-".join(["funnel", f"{days}-days" if days else "all", *([by] if by else [])])
    return HttpResponse(
        table,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


@require_safe
@answers
def pairs(request: HttpRequest) -> HttpResponse:
    """Judged pairs that nobody was introduced by yet."""
    number = max(_number(request.GET.get("page", "")), 1)
    key = request.GET.get("record", "")[:20]
    rows, total = pairs_to_propose(request.actor, record_key=key, page=number)
    return render(
        request,
        "match/broker/pairs.html",
        {
            "rows": rows,
            "total": total,
            "record": key,
            "pager": pager(
                number,
                total,
                lambda page: "?" + urlencode({**({"record": key} if key else {}), "page": page}),
                size=PAGE_ROWS,
            ),
        },
    )


@require_POST
@limit("write")
@answers
def propose(request: HttpRequest) -> HttpResponse:
    """Lay a pair before both sides."""
    language = readers_language()
    try:
        begun = propose_introduction(
            actor=request.actor,
            target_key=request.POST.get("target", "")[:20],
            own_key=request.POST.get("own", "")[:20],
            limits=limits(),
            now=timezone.now(),
        )
    except NotFoundError:
        raise
    except AccountsError as error:
        messages.error(request, error.message.in_language(language))
        return HttpResponseRedirect(reverse("match:broker_pairs"))
    said = (
        LocalText("已向双方推荐。", "Proposed to both sides.")
        if begun.is_new
        else LocalText("双方已有一个进行中的引荐。", "The two have an open introduction already.")
    )
    messages.success(request, said.in_language(language))
    return HttpResponseRedirect(reverse("match:broker_introduction", args=[begun.introduction.key]))


def _write(request: HttpRequest, key: str, said: LocalText, service: Callable[[], object]) -> HttpResponse:
    """Do one thing, say how it went, and go back to where it was asked for."""
    language = readers_language()
    try:
        service()
    except NotFoundError:
        raise
    except AccountsError as error:
        messages.error(request, error.message.in_language(language))
    else:
        messages.success(request, said.in_language(language))
    back = request.POST.get("back", "")
    if back.startswith("?") and len(back) < 300:
        return HttpResponseRedirect(reverse("match:broker") + back)
    return HttpResponseRedirect(reverse("match:broker_introduction", args=[key]))


@require_POST
@limit("write")
@answers
def remind(request: HttpRequest, key: str) -> HttpResponse:
    """Write to whoever is waited for."""
    return _write(
        request,
        key,
        LocalText("已提醒。", "Reminded."),
        lambda: send_reminder(
            actor=request.actor, key=key, about=request.POST.get("about", ""), now=timezone.now()
        ),
    )


@require_POST
@limit("write")
@answers
def hand(request: HttpRequest, key: str) -> HttpResponse:
    """Hand over to a colleague, or take on."""
    return _write(
        request,
        key,
        LocalText("已移交，双方都已知悉。", "Handed over; you are both told."),
        lambda: hand_over(
            actor=request.actor,
            key=key,
            to_user_id=_number(request.POST.get("to", "")),
            reason=request.POST.get("reason", ""),
            now=timezone.now(),
        ),
    )


@require_POST
@limit("write")
@answers
def note(request: HttpRequest, key: str) -> HttpResponse:
    """Write a note."""
    return _write(
        request,
        key,
        LocalText("已记下。", "Noted."),
        lambda: add_note(actor=request.actor, key=key, text=request.POST.get("text", ""), now=timezone.now()),
    )


@require_POST
@limit("write")
@answers
def note_delete(request: HttpRequest, key: str, note_id: int) -> HttpResponse:
    """Delete a note of one's own."""
    return _write(
        request,
        key,
        LocalText("已删去。", "Deleted."),
        lambda: delete_note(actor=request.actor, key=key, note_id=note_id, now=timezone.now()),
    )


def _period(request: HttpRequest) -> int:
    text = request.GET.get("days", "")
    days = _number(text) if text else _DAYS_OF_DESK
    return days if days in PERIODS else _DAYS_OF_DESK


def _part(request: HttpRequest) -> str:
    by = request.GET.get("by", "")
    return by if by in PARTS else ""


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
