"""Addresses of the catalogue."""

from django.urls import path

from fairground.publish import views

app_name = "publish"
urlpatterns = [
    path("", views.home, name="home"),
    path("catalogue/", views.show_catalogue, name="catalogue"),
    path("ask/", views.show_answer, name="ask"),
    path("catalogue/feed/", views.show_feed, name="feed"),
    path("feed/<slug:feed_key>/", views.show_feed, name="saved_feed"),
    path("saved/", views.show_saved, name="saved"),
    path("suggest/", views.show_suggestions, name="suggest"),
    path("<slug:kind>/<slug:key>/", views.show_record, name="record"),
]
