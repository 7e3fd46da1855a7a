"""Words of the audit trail go where its values are; entries of before keep the form of their seal."""

from typing import Any

from django.db import migrations, models
from django.db.models import OuterRef, Subquery

WORDS = ("actor_label", "on_behalf_of", "subject_label", "reason")


def words_move(apps: Any, schema_editor: Any) -> None:
    """Copy the words of every entry to its values, in one statement."""
    entry = apps.get_model("core", "AuditEntry")._base_manager
    values = apps.get_model("core", "AuditValues")._base_manager
    alias = schema_editor.connection.alias
    own = entry.using(alias).filter(pk=OuterRef("entry_id"))
    values.using(alias).update(**{word: Subquery(own.values(word)[:1]) for word in WORDS})


class Migration(migrations.Migration):
    dependencies = [("core", "0013_circuit_opened_at")]

    operations = [
        migrations.AddField(
            model_name="auditentry",
            name="digest_form",
            field=models.PositiveSmallIntegerField(
                choices=[
                    (1, "values only; the seal covers the words as they stand"),
                    (2, "values and words"),
                ],
                default=1,
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="auditvalues",
            name="actor_label",
            field=models.CharField(blank=True, default="", max_length=200),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="auditvalues",
            name="on_behalf_of",
            field=models.CharField(blank=True, default="", max_length=200),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="auditvalues",
            name="subject_label",
            field=models.CharField(blank=True, default="", max_length=200),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="auditvalues",
            name="reason",
            field=models.CharField(blank=True, default="", max_length=500),
            preserve_default=False,
        ),
        migrations.RunPython(words_move, migrations.RunPython.noop),
        *(migrations.RemoveField(model_name="auditentry", name=word) for word in WORDS),
    ]
