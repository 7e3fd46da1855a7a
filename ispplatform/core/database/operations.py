"""Steps of migrations that Django has none for."""

from typing import Any

from django.db import models
from django.db.migrations.operations import AlterField


class TenantWithoutIndex(AlterField):
    """Let the index of ``tenant`` alone go: every other index that a list uses begins with it.

    Django's own step copies the whole table on SQLite; this one drops the index.
    """

    def __init__(self, model_name: str) -> None:
        super().__init__(
            model_name=model_name,
            name="tenant",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                on_delete=models.PROTECT,
                related_name="+",
                to="core.tenant",
            ),
        )

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return self.__class__.__name__, [], {"model_name": self.model_name}

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        model = from_state.apps.get_model(app_label, self.model_name)
        connection = schema_editor.connection
        with connection.cursor() as cursor:
            known = connection.introspection.get_constraints(cursor, model._meta.db_table)
        for name, found in known.items():
            if found["columns"] == ["tenant_id"] and found["index"] and not found["unique"]:
                schema_editor.execute(schema_editor._delete_index_sql(model, name))

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        fields = [model._meta.get_field("tenant")]
        schema_editor.execute(schema_editor._create_index_sql(model, fields=fields))
