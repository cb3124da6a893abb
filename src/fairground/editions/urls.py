"""Addresses of editions."""

from django.urls import path

from fairground.editions import views

app_name = "editions"
urlpatterns = [path("current-edition/", views.show_current, name="current")]
