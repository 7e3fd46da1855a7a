"""Each key of before gets an integration of its own, with the person who answered for it."""

from typing import Any

from django.db import migrations


def integrations_make(apps: Any, schema_editor: Any) -> None:
    """Name an integration after each key that has none; a second person is to be named by staff."""
    alias = schema_editor.connection.alias
    keys = apps.get_model("accounts", "ApiKey")._base_manager.using(alias)
    integrations = apps.get_model("accounts", "Integration")._base_manager.using(alias)
    made: dict[tuple[Any, str], Any] = {}
    for key in keys.filter(integration=None).order_by("created_at", "id"):
        # A key and its successor have one name and one purpose.
        place = (key.tenant_id, key.name)
        if place not in made:
            made[place] = integrations.create(
                tenant_id=key.tenant_id,
                name=key.name,
                responsible_id=key.responsible_id,
                created_at=key.created_at,
            )
        keys.filter(pk=key.pk).update(integration=made[place])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_integrations")]

    operations = [migrations.RunPython(integrations_make, migrations.RunPython.noop)]
