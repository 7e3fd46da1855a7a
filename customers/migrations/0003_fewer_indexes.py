import django.db.models.deletion
from ispplatform.core.database.operations import TenantWithoutIndex
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0021_fewer_indexes'),
        ('customers', '0002_lists_in_order'),
    ]

    operations = [
        TenantWithoutIndex('address'),
        TenantWithoutIndex('contact'),
        TenantWithoutIndex('customer'),
        TenantWithoutIndex('customertag'),
        TenantWithoutIndex('note'),
        TenantWithoutIndex('tag'),
    ]
