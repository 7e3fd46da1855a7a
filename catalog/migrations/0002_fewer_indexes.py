import django.db.models.deletion
from ispplatform.core.database.operations import TenantWithoutIndex
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0001_initial'),
        ('core', '0021_fewer_indexes'),
    ]

    operations = [
        TenantWithoutIndex('plan'),
        TenantWithoutIndex('price'),
    ]
