"""Addresses of resources: no trailing slash, ids are UUIDs, so that no word is taken for an id."""

from importlib import import_module

from django.apps import apps
from django.conf import settings
from django.urls import URLPattern, URLResolver
from django.utils.module_loading import module_has_submodule
from rest_framework.routers import SimpleRouter

Routes = list[URLPattern | URLResolver]


class ApiRouter(SimpleRouter):
    """Makes ``customers`` and ``customers/<uuid:id>`` of a viewset."""

    def __init__(self) -> None:
        super().__init__(trailing_slash=False, use_regex_path=False)


def house_routes(name: str) -> Routes:
    """Return what our apps list under ``name`` in their ``api/urls.py``, in the apps' order.

    Args:
        name: ``staff_routes`` for ``/api/v1``, ``portal_routes`` for ``/api/portal/v1``.
    """
    routes: Routes = []
    for label in settings.HOUSE_APPS:
        module = apps.get_app_config(label.rpartition(".")[2]).module
        if module is None or not module_has_submodule(module, "api"):
            continue
        package = import_module(f"{label}.api")
        if module_has_submodule(package, "urls"):
            routes += getattr(import_module(f"{label}.api.urls"), name, [])
    return routes
