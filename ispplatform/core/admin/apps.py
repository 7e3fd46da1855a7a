from importlib import import_module

from django.apps import apps
from django.conf import settings
from django.contrib.admin import site
from django.contrib.admin.apps import SimpleAdminConfig
from django.utils.module_loading import module_has_submodule


class HouseAdminConfig(SimpleAdminConfig):
    default_site = "ispplatform.core.admin.site.HouseAdminSite"

    def ready(self) -> None:
        super().ready()
        for config in apps.get_app_configs():
            if config.label in settings.ADMIN_NOT_DISCOVERED or config.module is None:
                continue
            if module_has_submodule(config.module, "admin"):
                import_module(f"{config.name}.admin")
        import_module("ispplatform.core.admin.registered")
        for label in settings.ADMIN_HIDDEN_MODELS:
            site.unregister(apps.get_model(label))
