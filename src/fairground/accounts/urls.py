"""Addresses of one's own pages, people and organisations' people."""

from django.urls import path

from fairground.accounts.notices import views as notices
from fairground.accounts.views import consents, me, organisations, people, privacy

app_name = "accounts"
urlpatterns = [
    path("me/", me.me, name="me"),
    path("me/roles/<slug:role>/", me.choose_role, name="choose_role"),
    path("me/notices/", notices.inbox, name="notices"),
    path("me/notices/read/", notices.read_all, name="read_all_notices"),
    path("me/notices/settings/", notices.notice_settings, name="notice_settings"),
    path("me/notices/<int:notice_id>/", notices.open_notice, name="notice"),
    path("notices/stop/<str:token>/", notices.stop_notices, name="stop_notices"),
    path("me/consent/", consents.consent, name="consent"),
    path("me/privacy/", privacy.privacy, name="privacy"),
    path("me/privacy/export.json", privacy.privacy_export, name="privacy_export"),
    path("me/privacy/erase/", privacy.erase, name="erase"),
    path("texts/erased/", privacy.erased, name="erased"),
    path("texts/<slug:code>/<int:version>/", consents.consent_text, name="consent_text"),
    path("people/", people.people, name="people"),
    path("people/<int:user_id>/", people.person, name="person"),
    path("people/requests/<int:request_id>/", organisations.decide, name="decide"),
    path("organisations/new/", organisations.new_organisation, name="new_organisation"),
    path("organisations/merge/", organisations.merge, name="merge"),
    path("organisations/<slug:key>/people/", organisations.members, name="members"),
    path("organisations/<slug:key>/join/", organisations.join, name="join"),
    path("invitations/<str:token>/", organisations.invitation, name="invitation"),
]
