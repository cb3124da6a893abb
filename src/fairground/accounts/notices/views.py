"""The inbox, the wishes, and the page that a stop address leads to."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Case, Value, When
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fairground.accounts.core.rhythms import AT_ONCE, DAILY, NEVER, WEEKLY
from fairground.accounts.errors import LinkError
from fairground.accounts.models import Notice
from fairground.accounts.notices.kinds import notice_kinds
from fairground.accounts.notices.reading import shown_notices
from fairground.accounts.notices.services import READ_KEPT, mark_all_read, mark_read
from fairground.accounts.notices.wishes import rhythms_of, set_wishes, stop_mail, stop_of, undo_stop
from fairground.accounts.views.answers import say
from fairground.language.local_text import LocalText
from fairground.web.rate_limits import limit

_ON_A_PAGE = 30
_SHOWN_NAMED = 5
RHYTHM_NAMES = {
    AT_ONCE: LocalText("立即", "At once"),
    DAILY: LocalText("每天", "Daily"),
    WEEKLY: LocalText("每周", "Weekly"),
    NEVER: LocalText("不发邮件", "No mail"),
}


@require_safe
@login_required
@never_cache
def inbox(request: HttpRequest) -> HttpResponse:
    """A person's notices, the unread first, then the newest."""
    mine = Notice.objects.filter(user_id=request.user.pk, hub_id=request.hub.pk).order_by(
        Case(When(read_at__isnull=True, then=Value(0)), default=Value(1)), "-changed_at", "-pk"
    )
    page = Paginator(mine, _ON_A_PAGE).get_page(request.GET.get("page"))
    rows = list(page)
    now = timezone.now()
    return render(
        request,
        "accounts/notices/inbox.html",
        {
            "lines": [
                {"notice": line, "named": line.named[:_SHOWN_NAMED], "more": len(line.named[_SHOWN_NAMED:])}
                for line in shown_notices(request.actor, rows, now=now)
            ],
            "count": page.paginator.count,
            "until": now.isoformat(),
            "kept_days": READ_KEPT.days,
            "pages": [
                {"number": number, "url": "" if number == page.number else f"?page={number}"}
                if isinstance(number, int)
                else {"number": None, "url": ""}
                for number in page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
            ],
            "previous_url": f"?page={page.previous_page_number()}" if page.has_previous() else "",
            "next_url": f"?page={page.next_page_number()}" if page.has_next() else "",
        },
    )


@require_safe
@login_required
@never_cache
def open_notice(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Mark one line as read and lead to what it is about; to the inbox where that is closed, or nowhere."""
    now = timezone.now()
    row = mark_read(hub_id=request.hub.pk, user_id=request.user.pk, notice_id=notice_id, now=now)
    if row is None:
        raise Http404
    (line,) = shown_notices(request.actor, [row], now=now)
    if not line.path:
        return HttpResponseRedirect(reverse("accounts:notices"))
    return HttpResponseRedirect(f"/{request.LANGUAGE_CODE}{line.path}")


@require_POST
@login_required
@limit("write")
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark everything as read that stood in the inbox when its page was made."""
    now = timezone.now()
    try:
        until = parse_datetime(request.POST.get("until", "")) or now
    except ValueError:
        until = now
    if timezone.is_naive(until):
        until = now
    mark_all_read(hub_id=request.hub.pk, user_id=request.user.pk, until=until, now=now)
    return HttpResponseRedirect(reverse("accounts:notices"))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@limit("write")
@never_cache
def notice_settings(request: HttpRequest) -> HttpResponse:
    """How often a person wants mail about each kind, and in which language."""
    user = request.user
    if request.method == "POST":
        chosen = {kind.code: request.POST.get(f"rhythm-{kind.code}", "") for kind in notice_kinds()}
        set_wishes(user_id=user.pk, rhythms=chosen, now=timezone.now())
        if request.POST.get("language") in dict(user._meta.get_field("language").choices):
            user.language = request.POST["language"]
            user.save(update_fields=["language"])
        say(request, "已保存。", "Saved.")
        return HttpResponseRedirect(reverse("accounts:notice_settings"))
    rhythms = rhythms_of(user.pk)
    return render(
        request,
        "accounts/notices/settings.html",
        {
            "rhythms": list(RHYTHM_NAMES.values()),
            "rows": [
                {
                    "kind": kind,
                    "cells": [
                        {"rhythm": rhythm, "label": label, "chosen": rhythms[kind.code] == rhythm}
                        for rhythm, label in RHYTHM_NAMES.items()
                    ],
                    "stopped": rhythms[kind.code] == NEVER,
                    "paced_url": f"/{request.LANGUAGE_CODE}{kind.paced_at}" if kind.paced_at else "",
                }
                for kind in notice_kinds()
            ],
            "languages": user._meta.get_field("language").choices,
        },
    )


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@limit("stop")
@never_cache
def stop_notices(request: HttpRequest, token: str) -> HttpResponse:
    """Say what a mail's stop address ends, and end it when asked by POST; without signing in.

    A mail program posts here by itself (RFC 8058) and has no cookie, hence no protection against forged posts: the
    signed token in the address is what nobody else has. A GET changes nothing, since scanners open every link.
    """
    now, undone, undo = timezone.now(), False, ""
    try:
        stop = stop_of(token)
        if request.method == "POST":
            if "undo" in request.POST:
                undo_stop(stop=stop, token=request.POST["undo"], now=now)
                undone = True
            else:
                undo = stop_mail(stop=stop, now=now)
    except LinkError as error:
        return render(request, "accounts/notices/stop.html", {"fault": error.message}, status=404)
    return render(request, "accounts/notices/stop.html", {"stop": stop, "undo": undo, "undone": undone})
