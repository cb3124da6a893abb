"""Addresses of the catalogue."""

from django.urls import path

from fairground.publish import queue_views, views

app_name = "publish"
urlpatterns = [
    path("", views.home, name="home"),
    path("catalogue/", views.show_catalogue, name="catalogue"),
    path("ask/", views.show_answer, name="ask"),
    path("catalogue/feed/", views.show_feed, name="feed"),
    path("feed/<slug:feed_key>/", views.show_feed, name="saved_feed"),
    path("saved/", views.show_saved, name="saved"),
    path("suggest/", views.show_suggestions, name="suggest"),
    path("queue/", queue_views.show_queue, name="queue"),
    path("queue/<slug:key>/", queue_views.show_review, name="review"),
    path("queue/<slug:key>/decide/", queue_views.decide_entry, name="decide"),
    path("<slug:kind>/<slug:key>/history/", queue_views.show_history, name="history"),
    path("<slug:kind>/<slug:key>/withdraw/", queue_views.withdraw_entry, name="withdraw"),
    path("<slug:kind>/<slug:key>/restore/", queue_views.restore_version, name="restore"),
    path("<slug:kind>/<slug:key>/", views.show_record, name="record"),
]
