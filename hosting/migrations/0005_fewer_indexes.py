import django.db.models.deletion
from ispplatform.core.database.operations import TenantWithoutIndex
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0021_fewer_indexes'),
        ('customers', '0003_fewer_indexes'),
        ('hosting', '0004_lists_in_order'),
        ('provisioning', '0006_fewer_indexes'),
    ]

    operations = [
        TenantWithoutIndex('hostingaccount'),
        TenantWithoutIndex('hostingserver'),
        TenantWithoutIndex('hostingusageday'),
        TenantWithoutIndex('mailbox'),
        TenantWithoutIndex('maildomain'),
        TenantWithoutIndex('passwordticket'),
        TenantWithoutIndex('sandboxpanelaccount'),
        TenantWithoutIndex('sandboxpanelmailbox'),
        migrations.AddIndex(
            model_name='hostingaccount',
            index=models.Index(fields=['tenant', 'status', 'id'], name='hosting_hos_tenant__ebb420_idx'),
        ),
        migrations.AddIndex(
            model_name='mailbox',
            index=models.Index(fields=['tenant', 'status', 'id'], name='hosting_mai_tenant__0cbf9b_idx'),
        ),
    ]
