"""Addresses of the catalogue."""

from django.urls import path

from fairground.publish import views

app_name = "publish"
urlpatterns = [
    path("", views.home, name="home"),
    path("catalogue/", views.show_catalogue, name="catalogue"),
    path("ask/", views.show_answer, name="ask"),
    path("suggest/", views.show_suggestions, name="suggest"),
    path("<slug:kind>/<slug:key>/", views.show_record, name="record"),
]
