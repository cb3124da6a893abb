from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "fairground.web"
    label = "web"
