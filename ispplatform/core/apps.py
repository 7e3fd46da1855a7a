from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    name = "ispplatform.core"
    label = "core"
    verbose_name = "Platform"

    def ready(self) -> None:
        # Each app's ``wiring.py`` says, at module level, what it plugs into the kernel: frozen
        # rows, checks, permissions, subscriptions, operation kinds, back ends, slots.
        autodiscover_modules("wiring")
