"""Pages of introductions. Who is no side of one gets the same answer as for one that is not there."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.db.models import Case, Q, QuerySet, When
from django.db.models.fields.json import KT
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fairground.accounts.errors import AccountsError, NotAllowedError, NotFoundError
from fairground.accounts.kinds import kind_of
from fairground.accounts.models import Organisation, Record
from fairground.accounts.policies import is_owner, readable
from fairground.collect.attachments import as_download
from fairground.collect.views import answers
from fairground.files.core.errors import FileError
from fairground.files.core.types import ALLOWED, MOST_BYTES
from fairground.match.catalogue.panels import shown_pair
from fairground.match.core import introductions as core
from fairground.match.core.results import Evidence
from fairground.match.introductions import reading, thread
from fairground.match.introductions.agreement import AGREEMENTS, IN_FORCE
from fairground.match.introductions.answering import (
    accept_agreement,
    agree_to_introduction,
    decline_introduction,
    take_back_introduction,
)
from fairground.match.introductions.asking import (
    FACING,
    LONGEST_MESSAGE,
    ask_for_introduction,
    find_target,
    own_records,
    propose_introduction,
    sent_by,
)
from fairground.match.introductions.blocks import (
    block_organisation,
    block_other_side,
    blocks_of,
    lift_block,
)
from fairground.match.introductions.borders import confirmation_needed
from fairground.match.introductions.naming import title_of
from fairground.match.introductions.standing import IntroductionRefusedError, Limits
from fairground.match.introductions.words import (
    NOT_NOW,
    REASON_CODES,
    STATE_MARKS,
    STATE_WORDS,
    kind_reason,
    reason_label,
)
from fairground.match.models import Match
from fairground.match.policies import is_broker
from fairground.publish.records import named_organisation
from fairground.web.rate_limits import limit
from fairground.web.reader import readers_language
from fairground.web.words import CHAIN

View = Callable[..., HttpResponse]
_MOST_OWN = 100
_MOST_FOUND = 20
_MOST_PROPOSED = 12


def limits() -> Limits:
    """Return the limits as the operator set them."""
    environment = settings.ENVIRONMENT
    return Limits(environment.introduction_days, environment.introductions_per_week)


def _said(zh: str, en: str) -> str:
    return zh if readers_language() == "zh" else en


def _titled(records: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Narrow records to those whose title holds a text, in either language."""
    both = records.annotate(zh=KT("title__zh"), en=KT("title__en"))
    return both.filter(Q(zh__icontains=text) | Q(en__icontains=text))


def _text(request: HttpRequest, name: str, most: int) -> str:
    return str(request.POST.get(name, "")).replace("\x00", "").strip()[:most]


def _acts(view: View) -> View:
    """Let a step that is refused say why on the page of its introduction, where everything else still stands."""

    @wraps(view)
    def act(request: HttpRequest, key: str, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, key, *args, **kwargs)
        except (IntroductionRefusedError, FileError) as error:
            messages.error(request, error.message.in_language(readers_language()))
            return HttpResponseRedirect(reverse("match:introduction", args=[key]))

    return answers(act)


@require_safe
@answers
def show_introductions(request: HttpRequest) -> HttpResponse:
    """The reader's introductions: what waits for them first."""
    now = timezone.now()
    lists = reading.introductions_of(request.actor, now=now)
    context = {
        "lists": lists,
        "is_empty": not (lists.waiting or lists.open or lists.over),
    }
    return render(request, "match/introductions/list.html", context)


@require_safe
@answers
def introduce(request: HttpRequest, own_key: str, key: str) -> HttpResponse:
    """Lead from a pair to the page that fits the reader: their own side asks the other, a broker proposes to both."""
    pair = {
        record.key: record
        for record in Record.objects.filter(readable(request.actor), key__in=(own_key, key), kind__in=FACING)
    }
    if len(pair) != 2:
        raise NotFoundError
    own, partner = pair[own_key], pair[key]
    if is_owner(request.actor, partner):
        own, partner = partner, own
    name = "ask"
    if is_broker(request.actor) and not is_owner(request.actor, own):
        name = "propose"
    address = reverse(f"match:{name}", args=[partner.kind, partner.key])
    return HttpResponseRedirect(f"{address}?{urlencode({'with': own.key})}")


@limit("match")
@require_http_methods(["GET", "HEAD", "POST"])
@answers
def ask(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Ask the side of a record for an introduction."""
    target = _target(request, kind, key)
    if not request.actor.is_member:
        raise NotAllowedError(
            "成为会员后才能申请引荐。", "Become a member of the hub to ask for an introduction."
        )
    if request.method != "POST":
        return _ask_page(request, target)
    organisation = request.POST.get("for", "")
    try:
        begun = ask_for_introduction(
            actor=request.actor,
            target_key=key,
            limits=limits(),
            now=timezone.now(),
            own_key=_text(request, "own", 20),
            organisation_id=int(organisation) if organisation.isascii() and organisation.isdigit() else None,
            message=_text(request, "message", LONGEST_MESSAGE),
            confirmed="confirmed" in request.POST,
            accepts_agreement="agreement" in request.POST,
        )
    except IntroductionRefusedError as error:
        return _ask_page(request, target, error)
    if begun.is_new:
        said = _said(
            "已发出。对方同意后，双方即可看到联系方式。",
            "Sent. Once they say yes, both sides see how to reach each other.",
        )
        messages.success(request, said)
    else:
        messages.info(
            request,
            _said(
                "双方已有一个进行中的引荐，就在这里。",
                "There is an open introduction between you: here it is.",
            ),
        )
    return HttpResponseRedirect(reverse("match:introduction", args=[begun.introduction.key]))


def _target(request: HttpRequest, kind: str, key: str, *, own_too: bool = False) -> Record:
    target = find_target(request.actor, key, own_too=own_too)
    if target.kind != kind:
        raise NotFoundError
    return target


def _ask_page(
    request: HttpRequest, target: Record, error: IntroductionRefusedError | None = None
) -> HttpResponse:
    actor, now = request.actor, timezone.now()
    own = list(own_records(actor, target).select_related("organisation")[:_MOST_OWN])
    organisations = list(Organisation.objects.filter(pk__in=actor.organisations).order_by("pk"))
    wanted = request.POST.get("own", request.GET.get("with", ""))
    sent = sent_by(actor.user_id or 0, actor.hub_id, now)
    context = {
        "target": target,
        "target_kind": kind_of(target.kind).label,
        "target_url": reverse("publish:record", args=[target.kind, target.key]),
        "target_organisation": named_organisation(actor, target),
        "own": [
            {"record": each, "kind": kind_of(each.kind).label, "is_chosen": each.key == wanted}
            for each in own
        ],
        "own_kinds": FACING[target.kind],
        "organisations": organisations,
        "chosen_organisation": request.POST.get("for", ""),
        "message": _text(request, "message", LONGEST_MESSAGE),
        "longest": LONGEST_MESSAGE,
        "may_need_confirmation": _may_need_confirmation(target, own, organisations),
        "is_confirmed": "confirmed" in request.POST,
        "takes_agreement": "agreement" in request.POST,
        "agreement": AGREEMENTS[IN_FORCE],
        "left": core.sendings_left(sent, now=now, per_week=limits().per_week),
        "days": limits().answer_days,
        "error": error,
    }
    return render(request, "match/introductions/ask.html", context, status=409 if error else 200)


def _may_need_confirmation(target: Record, own: list[Record], organisations: list[Organisation]) -> bool:
    return confirmation_needed(target, None, None) or any(
        confirmation_needed(target, each, None) for each in (*own, *organisations)
    )


@limit("match")
@require_http_methods(["GET", "HEAD", "POST"])
@answers
def propose(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Lay a record and one that faces it before both sides, as a broker."""
    if not is_broker(request.actor):
        raise NotAllowedError("只有技术经理人可以向双方推荐。", "Only a broker proposes to two sides.")
    target = _target(request, kind, key, own_too=True)
    if request.method != "POST":
        return _propose_page(request, target)
    try:
        begun = propose_introduction(
            actor=request.actor,
            target_key=key,
            own_key=_text(request, "own", 20),
            limits=limits(),
            now=timezone.now(),
            message=_text(request, "message", LONGEST_MESSAGE),
        )
    except NotFoundError:
        refused = IntroductionRefusedError("请选择另一条记录。", "Choose the other record.")
        return _propose_page(request, target, refused)
    except (IntroductionRefusedError, NotAllowedError) as error:
        return _propose_page(request, target, error)
    messages.success(
        request,
        _said("已向双方推荐，双方都会收到通知。", "Proposed: both sides are told.")
        if begun.is_new
        else _said(
            "这两条记录之间已有进行中的引荐。", "There is an open introduction between these two already."
        ),
    )
    return HttpResponseRedirect(reverse("match:broker_introduction", args=[begun.introduction.key]))


def _propose_page(request: HttpRequest, target: Record, error: AccountsError | None = None) -> HttpResponse:
    actor = request.actor
    facing = FACING[target.kind] if target.kind != "platform" else ("need", "offer")
    query = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    found = Record.objects.filter(
        readable(actor), kind__in=facing, state="published", visibility__in=("public", "members")
    ).select_related("organisation")
    if query:
        rows = list(_titled(found, query).order_by("-published_at", "-pk")[:_MOST_FOUND])
    else:
        rows = _best_of(target, found)
    wanted = request.POST.get("own", request.GET.get("with", ""))
    if wanted and wanted not in {row.key for row in rows}:
        rows += Record.objects.filter(readable(actor), key=wanted, kind__in=facing).select_related(
            "organisation"
        )
    context = {
        "target": target,
        "target_kind": kind_of(target.kind).label,
        "target_url": reverse("publish:record", args=[target.kind, target.key]),
        "query": query,
        "rows": [
            {
                "record": row,
                "kind": kind_of(row.kind).label,
                "url": reverse("publish:record", args=[row.kind, row.key]),
                "organisation": named_organisation(actor, row),
                "is_chosen": row.key == wanted,
            }
            for row in rows
        ],
        "message": _text(request, "message", LONGEST_MESSAGE),
        "longest": LONGEST_MESSAGE,
        "error": error,
    }
    return render(request, "match/introductions/propose.html", context, status=409 if error else 200)


def _best_of(target: Record, found: QuerySet[Any]) -> list[Any]:
    """Return the best partners of a record among `found`, the best first; none that nothing speaks for."""
    pairs = Match.objects.filter(Q(asking=target) | Q(answering=target)).exclude(evidence=Evidence.NONE)
    partners = Case(When(asking=target, then="answering_id"), default="asking_id")
    order = list(
        pairs.annotate(partner=partners)
        .filter(partner__in=found.values("pk"))
        .order_by("-score", "pk")
        .values_list("partner", flat=True)[:_MOST_PROPOSED]
    )
    return sorted(found.filter(pk__in=order), key=lambda row: order.index(row.pk))


@require_safe
@answers
def show_introduction(request: HttpRequest, key: str) -> HttpResponse:
    """One introduction: where it stands, both records, what to do, the thread, the history."""
    return _one_page(request, key)


def _one_page(request: HttpRequest, key: str, **more: Any) -> HttpResponse:
    actor, now = request.actor, timezone.now()
    introduction = reading.introduction_for(actor, key)
    context = reading.side_page(actor, introduction, now=now)
    side, state = context["side"], context["state"]
    pair = reading.pair_of(introduction)
    if pair is not None:
        pair.partner = introduction.target if context["is_asking"] else introduction.own
        pair.rank = None
    begun_talking = state in (core.AGREED, core.ENDED)
    messages_there = thread.messages_of(introduction) if begun_talking else []
    may_agree = core.AGREE in context["steps"]
    context |= {
        "state_word": STATE_WORDS[state],
        "state_mark": STATE_MARKS[state],
        "chain": _chain(introduction),
        # Its way to an introduction is this page.
        "pairs": [{**shown_pair(pair, introduction.own, actor), "own_key": "", "key": ""}] if pair else [],
        "may": dict.fromkeys(context["steps"], True),
        "needs_confirmation": may_agree
        and confirmation_needed(introduction.target, introduction.own, introduction.asking_organisation),
        "agreement": AGREEMENTS[IN_FORCE],
        "agreement_version": IN_FORCE,
        "thread": reading.shown_messages(messages_there, introduction, side),
        "shows_thread": begun_talking,
        "may_write": state == core.AGREED,
        "allowed_files": ", ".join(ALLOWED),
        "accepted_files": ",".join(f".{ending}" for ending in ALLOWED),
        "most_megabytes": MOST_BYTES // 2**20,
        "most_files": thread.MOST_FILES_AT_ONCE,
        "longest_text": thread.LONGEST_TEXT,
        **more,
    }
    return render(request, "match/introductions/one.html", context, status=more.get("status", 200))


def _chain(introduction: Any) -> list[dict[str, Any]]:
    steps = list(CHAIN)
    stopped = introduction.state in core.ENDS
    return [
        {
            "step": step,
            "position": ("stopped" if stopped else "here")
            if step == "match"
            else ("done" if steps.index(step) < steps.index("match") else "ahead"),
            "known": STATE_WORDS[introduction.state] if step == "match" else None,
        }
        for step in steps
    ]


@require_POST
@_acts
def say_yes(request: HttpRequest, key: str) -> HttpResponse:
    """Say yes for the reader's side."""
    introduction = agree_to_introduction(
        actor=request.actor,
        key=key,
        limits=limits(),
        now=timezone.now(),
        confirmed="confirmed" in request.POST,
        accepts_agreement="agreement" in request.POST,
    )
    messages.success(
        request,
        _said("双方都已同意，联系方式在下方。", "Both sides said yes: how to reach each other stands below.")
        if introduction.state == core.AGREED
        else _said("已同意，等待对方答复。", "You said yes; now it is the other side’s turn."),
    )
    return HttpResponseRedirect(reverse("match:introduction", args=[key]))


@require_http_methods(["GET", "HEAD", "POST"])
@_acts
def decline(request: HttpRequest, key: str) -> HttpResponse:
    """Say no, with a reason that the other side reads in kind words."""
    introduction = reading.introduction_for(request.actor, key)
    if request.method == "POST" and request.POST.get("reason"):
        decline_introduction(
            actor=request.actor,
            key=key,
            reason_code=_text(request, "reason", 30),
            is_confidential="confidential" in request.POST,
            remark=_text(request, "remark", 2_000),
            now=timezone.now(),
        )
        messages.success(
            request,
            _said("已婉拒，对方会收到一句客气的话。", "Declined; the other side is told in kind words."),
        )
        return HttpResponseRedirect(reverse("match:introductions"))
    context = {
        "introduction": introduction,
        "about": title_of(introduction, introduction.target),
        "other_name": reading.side_page(request.actor, introduction, now=timezone.now())["other_name"],
        "reasons": [
            {"code": code, "label": reason_label(code), "kind": kind_reason(code, is_confidential=False)}
            for code in REASON_CODES
        ],
        "not_now": NOT_NOW,
        "is_missing": request.method == "POST",
        "remark": _text(request, "remark", 2_000),
        "is_confidential": "confidential" in request.POST,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "match/introductions/decline.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@_acts
def take_back(request: HttpRequest, key: str) -> HttpResponse:
    """Take the reader's yes back, after a page that says what closes."""
    introduction = reading.introduction_for(request.actor, key)
    if request.method == "POST":
        taken = take_back_introduction(actor=request.actor, key=key, now=timezone.now())
        messages.success(
            request,
            _said(
                "已撤回同意，联系方式和保密内容已关闭。",
                "Taken back: contacts and protected detail are closed.",
            )
            if taken.state == core.ENDED
            else _said("已撤回。", "Taken back."),
        )
        return HttpResponseRedirect(reverse("match:introduction", args=[key]))
    is_agreed = introduction.state == core.AGREED
    about = title_of(introduction, introduction.target)
    context = {"introduction": introduction, "about": about, "is_agreed": is_agreed}
    return render(request, "match/introductions/take_back.html", context)


@require_POST
@_acts
def accept(request: HttpRequest, key: str) -> HttpResponse:
    """Accept the confidentiality agreement that was shown."""
    version = request.POST.get("version", "")
    accept_agreement(
        actor=request.actor,
        key=key,
        version=int(version) if version.isascii() and version.isdigit() and len(version) < 6 else 0,
        now=timezone.now(),
    )
    messages.success(request, _said("已接受保密约定。", "You accepted the confidentiality agreement."))
    return HttpResponseRedirect(reverse("match:introduction", args=[key]))


@require_POST
@answers
def write(request: HttpRequest, key: str) -> HttpResponse:
    """Write into the thread, with files. What was typed stays on the page when it is refused."""
    text = str(request.POST.get("text", "")).replace("\x00", "")
    files = [(str(file.name), file) for file in request.FILES.getlist("files")]
    try:
        thread.send_message(actor=request.actor, key=key, text=text, files=files, now=timezone.now())
    except (IntroductionRefusedError, FileError) as error:
        typed = text[: 2 * thread.LONGEST_TEXT]
        return _one_page(request, key, status=409, write_error=error, typed=typed)
    return HttpResponseRedirect(f"{reverse('match:introduction', args=[key])}#thread-end")


@require_POST
@_acts
def remove(request: HttpRequest, key: str) -> HttpResponse:
    """Take one's own message back."""
    number = request.POST.get("message", "")
    if not (number.isascii() and number.isdigit() and len(number) < 18):
        raise NotFoundError
    thread.remove_message(actor=request.actor, key=key, message_id=int(number), now=timezone.now())
    messages.success(request, _said("已删除。", "Removed."))
    return HttpResponseRedirect(f"{reverse('match:introduction', args=[key])}#thread-end")


@require_safe
@answers
def hand_out(request: HttpRequest, key: str, file_key: str, name: str) -> FileResponse:
    """Hand out a file of a thread as a download."""
    attachment = thread.find_file(request.actor, key, file_key)
    if attachment.name != name:
        raise NotFoundError
    try:
        return as_download(attachment)
    except FileNotFoundError:
        raise Http404 from None


@require_http_methods(["GET", "HEAD", "POST"])
@_acts
def block_other(request: HttpRequest, key: str) -> HttpResponse:
    """Block the other side, after a page that says what happens."""
    introduction = reading.introduction_for(request.actor, key)
    if request.method == "POST":
        block_other_side(actor=request.actor, key=key, now=timezone.now())
        messages.success(
            request, _said("已屏蔽。对方不会知道。", "Blocked. The other side is not told, now or later.")
        )
        return HttpResponseRedirect(reverse("match:introductions"))
    context = {
        "introduction": introduction,
        "other_name": reading.side_page(request.actor, introduction, now=timezone.now())["other_name"],
        "is_agreed": introduction.state == core.AGREED,
    }
    return render(request, "match/introductions/block.html", context)


@require_safe
@answers
def show_blocks(request: HttpRequest) -> HttpResponse:
    """Whom the reader and their organisations block, and a way to block another organisation."""
    actor = request.actor
    query = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    found: list[Record] = []
    if query:
        found = list(
            _titled(Organisation.objects.filter(readable(actor), merged_into__isnull=True), query)
            .exclude(pk__in=actor.organisations)
            .order_by("pk")[:_MOST_FOUND]
        )
    context = {
        "blocks": blocks_of(actor),
        "query": query,
        "found": found,
        "organisations": list(Organisation.objects.filter(pk__in=actor.organisations).order_by("pk")),
    }
    return render(request, "match/introductions/blocks.html", context)


@require_POST
@answers
def block(request: HttpRequest) -> HttpResponse:
    """Block an organisation."""
    by = request.POST.get("for", "")
    block_organisation(
        actor=request.actor,
        organisation_key=_text(request, "organisation", 20),
        for_organisation_id=int(by) if by.isascii() and by.isdigit() and len(by) < 18 else None,
        now=timezone.now(),
    )
    messages.success(request, _said("已屏蔽。对方不会知道。", "Blocked. They are not told, now or later."))
    return HttpResponseRedirect(reverse("match:blocks"))


@require_POST
@answers
def unblock(request: HttpRequest) -> HttpResponse:
    """Lift a block."""
    number = request.POST.get("block", "")
    if not (number.isascii() and number.isdigit() and len(number) < 18):
        raise NotFoundError
    lift_block(actor=request.actor, block_id=int(number), now=timezone.now())
    messages.success(request, _said("已取消屏蔽。", "The block was lifted."))
    return HttpResponseRedirect(reverse("match:blocks"))
