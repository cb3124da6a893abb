"""Addresses of the desk and the forms."""

from django.urls import path

from fairground.collect import attachment_views, views

app_name = "collect"
urlpatterns = [
    path("desk/", views.desk, name="desk"),
    path("desk/found/", views.found, name="found"),
    path("desk/clinic/<slug:kind>/", views.clinic, name="clinic"),
    path("new/<slug:kind>/", views.new, name="new"),
    path("<slug:kind>/<slug:key>/edit/", views.edit, name="edit"),
    path("<slug:kind>/<slug:key>/preview/", views.preview, name="preview"),
    path("<slug:kind>/<slug:key>/move/", views.move, name="move"),
    path("<slug:kind>/<slug:key>/renew/", views.renew, name="renew"),
    path("<slug:kind>/<slug:key>/delete/", views.delete, name="delete"),
    path("<slug:kind>/<slug:key>/attach/", attachment_views.attach, name="attach"),
    path("<slug:kind>/<slug:key>/detach/", attachment_views.detach, name="detach"),
]
