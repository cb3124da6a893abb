"""Every address of the portal."""

from django.urls import include, path

from fairground.collect.attachments import hand_out
from fairground.publish import about, crawlers
from fairground.web.languages import in_both_languages, to_first_page

urlpatterns = [
    path("", to_first_page),
    path("robots.txt", crawlers.show_robots),
    path("sitemap.xml", crawlers.show_site_map),
    path("files/<slug:key>/<str:name>", hand_out, name="attachment"),
    *in_both_languages(
        path("account/", include("allauth.urls")),
        path("about/", about.show_about, name="about"),
        path("", include("fairground.accounts.urls")),
        path("jobs/", include("fairground.jobs.urls")),
        path("", include("fairground.editions.urls")),
        path("", include("fairground.collect.urls")),
        path("", include("fairground.match.urls")),
        path("", include("fairground.meet.urls")),
        path("", include("fairground.publish.urls")),
    ),
]
