import django.db.models.deletion
from ispplatform.core.database.operations import TenantWithoutIndex
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0010_fewer_indexes'),
        ('catalog', '0002_fewer_indexes'),
        ('core', '0021_fewer_indexes'),
        ('customers', '0003_fewer_indexes'),
        ('provisioning', '0005_lists_in_order'),
    ]

    operations = [
        TenantWithoutIndex('service'),
        TenantWithoutIndex('servicereason'),
        TenantWithoutIndex('serviceschedule'),
        TenantWithoutIndex('servicestep'),
        migrations.AddIndex(
            model_name='service',
            index=models.Index(condition=models.Q(models.Q(('trouble_at__isnull', False), models.Q(('held_reason', ''), _negated=True), _connector='OR'), models.Q(('status', 'terminated'), _negated=True)), fields=['tenant', 'id'], name='provisioning_before_a_person'),
        ),
    ]
