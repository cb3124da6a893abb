"""Addresses of matching."""

from django.urls import path

from fairground.match import views

app_name = "match"
urlpatterns = [
    path("match/", views.two_lists, name="two_lists"),
    path("match/kept/", views.kept, name="two_lists_kept"),
    path("match/<slug:key>/columns/", views.columns, name="two_lists_columns"),
    path("match/<slug:key>/", views.result, name="two_lists_result"),
    path("match/<slug:key>/report/", views.report, name="two_lists_report"),
    path("match/<slug:key>/matches.<slug:ending>", views.download, name="two_lists_download"),
    path("match/<slug:key>/forget/", views.forget, name="two_lists_forget"),
    path("match/<slug:key>/keep/", views.keep, name="two_lists_keep"),
]
