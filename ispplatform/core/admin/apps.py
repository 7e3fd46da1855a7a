from importlib import import_module

from django.apps import apps
from django.conf import settings
from django.contrib.admin import site
from django.contrib.admin.apps import AdminConfig


class HouseAdminConfig(AdminConfig):
    default_site = "ispplatform.core.admin.site.HouseAdminSite"

    def ready(self) -> None:
        super().ready()
        import_module("ispplatform.core.admin.registered")
        for label in settings.ADMIN_HIDDEN_MODELS:
            site.unregister(apps.get_model(label))
