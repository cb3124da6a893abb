"""Addresses of one's own pages, people and organisations' people."""

from django.urls import path

from fairground.accounts.views import consents

app_name = "accounts"
urlpatterns = [
    path("me/consent/", consents.consent, name="consent"),
    path("texts/<slug:code>/<int:version>/", consents.consent_text, name="consent_text"),
]
