"""Addresses of the meeting stage."""

from django.urls import path

from fairground.meet.bookings import desk, pages
from fairground.meet.parks import desk as parks
from fairground.meet.requests import pages as requests

app_name = "meet"
urlpatterns = [
    path("bookings/", pages.show_bookings, name="bookings"),
    path("bookings/book/<slug:key>/", pages.book, name="book"),
    path("bookings/feed/make/", pages.make_feed, name="feed_make"),
    path("bookings/feed/revoke/", pages.revoke_feed, name="feed_revoke"),
    path("bookings/feed/<slug:token>.ics", pages.hand_out_feed, name="feed"),
    path("bookings/desk/", desk.show_desk, name="desk"),
    path("bookings/desk/<slug:key>/", desk.show_resource, name="resource_desk"),
    path("bookings/desk/<slug:key>/rule/", desk.edit_rule, name="rule"),
    path("bookings/desk/<slug:key>/days/", desk.set_days, name="days"),
    path("bookings/desk/<slug:key>/days/clear/", desk.clear_day, name="day_clear"),
    path("bookings/rule/<slug:kind>/<slug:key>/", desk.new_rule, name="rule_new"),
    path("bookings/<slug:key>/", pages.show_booking, name="booking"),
    path("bookings/<slug:key>/booking.ics", pages.hand_out_calendar, name="booking_file"),
    path("bookings/<slug:key>/cancel/", pages.cancel, name="booking_cancel"),
    path("bookings/<slug:key>/confirm/", desk.confirm, name="booking_confirm"),
    path("bookings/<slug:key>/decline/", desk.decline, name="booking_decline"),
    path("bookings/<slug:key>/another-time/", desk.move, name="booking_move"),
    path("bookings/<slug:key>/mark/", desk.mark, name="booking_mark"),
    path("services/", requests.show_requests, name="service_requests"),
    path("services/ask/", requests.ask_service, name="ask_service"),
    path("services/<slug:key>/", requests.show_request, name="service_request"),
    path("services/<slug:key>/<slug:step>/", requests.answer, name="service_answer"),
    path("park-desk/", parks.show_desk, name="park_desk"),
    path("park-desk/keepers/", parks.show_keepers, name="keepers"),
]
