"""The portal's addresses, and a page that does nothing: what the machine and the server cost by themselves."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from fairground.config import urls


def bare(request: HttpRequest) -> HttpResponse:
    """Answer 'ok'."""
    return HttpResponse("ok", content_type="text/plain")


urlpatterns = [path("bare/", bare), *urls.urlpatterns]
for name in ("handler400", "handler403", "handler404", "handler500"):
    if hasattr(urls, name):
        globals()[name] = getattr(urls, name)
