"""Bulk runs keep how far whoever began them reached; those of before stop and ask for a person."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0021_fewer_indexes'),
    ]

    operations = [
        migrations.AddField(
            model_name='bulkrun',
            name='actor_client_id',
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name='bulkrun',
            name='actor_permissions',
            field=models.JSONField(blank=True, default=list),
        ),
    ]
