"""An empty database is given every table at once, instead of the whole history one by one.

Replaying the history renders the models anew for each step: half a minute of computing for tables
that are empty. What comes out is the same, and a test compares.
"""

from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder


def is_empty(connection: BaseDatabaseWrapper) -> bool:
    """Tell whether the database has no table at all."""
    return not connection.introspection.table_names()


def create_everything(connection: BaseDatabaseWrapper) -> None:
    """Create every table of the models and note every migration as applied, or do nothing of it."""
    with connection.schema_editor() as editor:
        for model in apps.get_models():
            if model._meta.managed and not model._meta.proxy and not model._meta.swapped:
                editor.create_model(model)
    recorder = MigrationRecorder(connection)
    recorder.ensure_schema()
    loader = MigrationLoader(connection)
    for app_label, name in sorted(loader.graph.nodes):
        recorder.record_applied(app_label, name)
