"""The way to the edition of now."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from fairground.editions.selectors import current_edition


@require_safe
def show_current(request: HttpRequest) -> HttpResponse:
    """Lead to the latest edition's page."""
    edition = current_edition(request.actor)
    if edition is None:
        raise Http404
    return HttpResponseRedirect(reverse("publish:record", args=["edition", edition.key]))
