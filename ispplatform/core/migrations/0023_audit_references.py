"""Entries of the audit trail keep the reference that people read out, so that an index finds it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0022_bulk_reach")]

    operations = [
        migrations.AddField(
            model_name="auditentry",
            name="reference",
            field=models.CharField(blank=True, max_length=9),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(
                fields=["tenant", "reference"], name="core_audite_tenant__13d802_idx"
            ),
        ),
    ]
