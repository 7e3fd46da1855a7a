import django.db.models.deletion
from ispplatform.core.database.operations import TenantWithoutIndex
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0010_fewer_indexes'),
        ('core', '0021_fewer_indexes'),
        ('customers', '0003_fewer_indexes'),
        ('sales', '0005_lists_in_order'),
    ]

    operations = [
        TenantWithoutIndex('cart'),
        TenantWithoutIndex('cartline'),
        TenantWithoutIndex('order'),
        TenantWithoutIndex('orderacceptance'),
        TenantWithoutIndex('orderhold'),
        TenantWithoutIndex('orderline'),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(fields=['tenant', 'status', 'id'], name='sales_order_tenant__0a32fd_idx'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(fields=['tenant', 'placed_at'], name='sales_order_tenant__d06cc2_idx'),
        ),
    ]
