"""Addresses of the catalogue."""

from django.urls import path

from fairground.publish import queue_views, views
from fairground.publish.features import views as features
from fairground.publish.map import views as map_views
from fairground.publish.profiles import embed
from fairground.publish.profiles import views as profiles

app_name = "publish"
urlpatterns = [
    path("", views.home, name="home"),
    path("catalogue/", views.show_catalogue, name="catalogue"),
    path("map/", map_views.show_map, name="map"),
    path("map/tiles/<int:zoom>/<int:column>/<int:row>.mvt", map_views.show_tile, name="tile"),
    path("map/base/<int:zoom>/<int:column>/<int:row>.mvt", map_views.show_base_tile, name="base_tile"),
    path("ask/", views.show_answer, name="ask"),
    path("catalogue/feed/", views.show_feed, name="feed"),
    path("feed/<slug:feed_key>/", views.show_feed, name="saved_feed"),
    path("saved/", views.show_saved, name="saved"),
    path("suggest/", views.show_suggestions, name="suggest"),
    path("zones/<slug:code>/", profiles.show_zone, name="zone"),
    path("zones/<slug:code>/records/", profiles.show_zone_records, name="zone_records"),
    path("parks/<slug:code>/", profiles.show_park, name="park"),
    path("parks/<slug:code>/records/", profiles.show_park_records, name="park_records"),
    path("regions/<slug:code>/", profiles.show_region, name="region"),
    path("regions/<slug:code>/records/", profiles.show_region_records, name="region_records"),
    path("embed/<slug:kind>/<slug:code>/", embed.show_embed, name="embed"),
    path("features/", features.show_landing, name="features"),
    path("features/api/", features.show_api, name="features_api"),
    path("features/conformance/", features.show_conformance, name="features_conformance"),
    path("features/collections/", features.show_collections, name="features_collections"),
    path("features/collections/<slug:collection>/", features.show_collection, name="features_collection"),
    path("features/collections/<slug:collection>/items/", features.show_items, name="features_items"),
    path(
        "features/collections/<slug:collection>/items/<slug:key>/", features.show_item, name="features_item"
    ),
    path("queue/", queue_views.show_queue, name="queue"),
    path("queue/<slug:key>/", queue_views.show_review, name="review"),
    path("queue/<slug:key>/decide/", queue_views.decide_entry, name="decide"),
    path("<slug:kind>/<slug:key>/history/", queue_views.show_history, name="history"),
    path("<slug:kind>/<slug:key>/withdraw/", queue_views.withdraw_entry, name="withdraw"),
    path("<slug:kind>/<slug:key>/restore/", queue_views.restore_version, name="restore"),
    path("<slug:kind>/<slug:key>/", views.show_record, name="record"),
]
