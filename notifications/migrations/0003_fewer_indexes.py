import django.db.models.deletion
from ispplatform.core.database.operations import TenantWithoutIndex
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0021_fewer_indexes'),
        ('notifications', '0002_lists_in_order'),
    ]

    operations = [
        TenantWithoutIndex('mail'),
    ]
