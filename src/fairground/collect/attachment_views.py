"""Adding files to a record one answers for, and taking them away, from the foot of its form."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from fairground.accounts.errors import MoveRefusedError, NotAllowedError
from fairground.collect.attachments import add_attachment, attachments_of, remove_attachment
from fairground.collect.desk_saving import standing_for
from fairground.collect.views import answers
from fairground.files.core.errors import FileError
from fairground.files.models import Attachment
from fairground.language.local_text import LocalText
from fairground.web.reader import readers_language

_LONGEST_DESCRIPTION = 300


@require_POST
@answers
def attach(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Add the file that was sent."""
    standing_for(request.actor, kind, key)
    back = HttpResponseRedirect(f"{reverse('collect:edit', args=[kind, key])}#attachments")
    language = readers_language()
    file = request.FILES.get("file")
    if file is None:
        chosen = LocalText("请先选择一个文件。", "Choose a file first.")
        messages.error(request, chosen.in_language(language))
        return back
    is_protected = request.POST.get("visibility") == Attachment.Visibility.PROTECTED
    try:
        add_attachment(
            actor=request.actor,
            key=key,
            name=file.name,
            content=file,
            now=timezone.now(),
            visibility=Attachment.Visibility.PROTECTED if is_protected else Attachment.Visibility.OPEN,
            description=LocalText(
                _text(request, "description.zh") or None, _text(request, "description.en") or None
            ),
        )
    except (FileError, MoveRefusedError, NotAllowedError) as error:
        messages.error(request, error.message.in_language(language))
    else:
        messages.success(request, LocalText("附件已添加。", "The file was added.").in_language(language))
    return back


@require_POST
@answers
def detach(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Take one of the record's own files away."""
    record = standing_for(request.actor, kind, key).record
    wanted = request.POST.get("attachment", "")
    if any(attachment.key == wanted for attachment in attachments_of(request.actor, record)):
        remove_attachment(actor=request.actor, key=wanted, now=timezone.now())
        gone = LocalText("附件已删除。", "The file was removed.")
        messages.success(request, gone.in_language(readers_language()))
    return HttpResponseRedirect(f"{reverse('collect:edit', args=[kind, key])}#attachments")


def _text(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "").replace("\x00", "").strip()[:_LONGEST_DESCRIPTION]
