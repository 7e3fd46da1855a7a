"""An empty database is given every table at once, instead of the whole history one by one.

Replaying the history renders the models anew for each step: half a minute of computing for tables
that are empty. What comes out is the same, and a test compares.
"""

from collections.abc import Callable, Iterable

from django.apps import apps
from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Model


def is_empty(connection: BaseDatabaseWrapper) -> bool:
    """Tell whether the database has no table at all."""
    return not connection.introspection.table_names()


def create_everything(connection: BaseDatabaseWrapper) -> None:
    """Create every table of the models and note every migration as applied, or do nothing of it."""
    _create(connection, apps.get_models())
    _record(connection, lambda app_label: True)


def create_new_apps(connection: BaseDatabaseWrapper) -> None:
    """Create at once the tables of those apps of others that this database has nothing of yet.

    ``MADE_IN_ONE_GO`` names them. Whatever is there of an app leaves it to its migrations.
    """
    existing = set(connection.introspection.table_names())
    applied = {app_label for app_label, _ in MigrationRecorder(connection).applied_migrations()}
    for app_label in settings.MADE_IN_ONE_GO:
        models = list(apps.get_app_config(app_label).get_models(include_auto_created=True))
        tables = {model._meta.db_table for model in models}
        if app_label not in applied and not tables & existing and _targets(models) <= existing:
            _create(connection, apps.get_app_config(app_label).get_models())
            _record(connection, app_label.__eq__)


def _targets(models: list[type[Model]]) -> set[str]:
    """Return the tables of other apps that these tables point at."""
    own = {model._meta.db_table for model in models}
    fields = (field for model in models for field in model._meta.local_concrete_fields)
    pointed = (field.related_model for field in fields if isinstance(field.related_model, type))
    return {model._meta.db_table for model in pointed} - own


def _create(connection: BaseDatabaseWrapper, models: Iterable[type[Model]]) -> None:
    with connection.schema_editor() as editor:
        for model in models:
            if model._meta.managed and not model._meta.proxy and not model._meta.swapped:
                editor.create_model(model)


def _record(connection: BaseDatabaseWrapper, is_done: Callable[[str], bool]) -> None:
    recorder = MigrationRecorder(connection)
    recorder.ensure_schema()
    loader = MigrationLoader(connection)
    for app_label, name in sorted(loader.graph.nodes):
        if is_done(app_label):
            recorder.record_applied(app_label, name)
