import django.db.models.deletion
from ispplatform.core.database.operations import TenantWithoutIndex
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0021_fewer_indexes'),
        ('customers', '0003_fewer_indexes'),
        ('domains', '0006_lists_in_order'),
        ('provisioning', '0006_fewer_indexes'),
    ]

    operations = [
        TenantWithoutIndex('delegationcheck'),
        TenantWithoutIndex('dnsrecord'),
        TenantWithoutIndex('dnszone'),
        TenantWithoutIndex('domain'),
        TenantWithoutIndex('registrantcontact'),
        TenantWithoutIndex('sandboxrecordset'),
        TenantWithoutIndex('sandboxregistrarentry'),
        TenantWithoutIndex('sandboxregistration'),
        TenantWithoutIndex('sandboxzone'),
        migrations.AddIndex(
            model_name='dnszone',
            index=models.Index(fields=['tenant', 'status', 'id'], name='domains_dns_tenant__160a19_idx'),
        ),
        migrations.AddIndex(
            model_name='domain',
            index=models.Index(fields=['tenant', 'status', 'id'], name='domains_dom_tenant__783328_idx'),
        ),
    ]
