"""Addresses of jobs."""

from django.urls import path

from fairground.jobs import views

app_name = "jobs"
urlpatterns = [
    path("<slug:key>/", views.status, name="status"),
    path("<slug:key>/cancel/", views.cancel, name="cancel"),
]
