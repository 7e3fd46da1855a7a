import django.db.models.deletion
from ispplatform.core.database.operations import TenantWithoutIndex
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0020_backup_proofs'),
    ]

    operations = [
        TenantWithoutIndex('backupproof'),
        TenantWithoutIndex('brandlogo'),
        migrations.RemoveIndex(
            model_name='operation',
            name='core_operat_tenant__6ef802_idx',
        ),
        TenantWithoutIndex('attentionitem'),
        TenantWithoutIndex('auditentry'),
        TenantWithoutIndex('auditseal'),
        TenantWithoutIndex('auditsealedentry'),
        TenantWithoutIndex('auditvalues'),
        TenantWithoutIndex('bulkrow'),
        TenantWithoutIndex('bulkrun'),
        TenantWithoutIndex('clockmove'),
        TenantWithoutIndex('clockstop'),
        TenantWithoutIndex('eventdelivery'),
        TenantWithoutIndex('externalref'),
        TenantWithoutIndex('idempotencyrecord'),
        TenantWithoutIndex('operation'),
        TenantWithoutIndex('operationexchange'),
        TenantWithoutIndex('operationswitch'),
        TenantWithoutIndex('outboxevent'),
        TenantWithoutIndex('providerconnection'),
        TenantWithoutIndex('purgepermit'),
        TenantWithoutIndex('sandboxfault'),
        TenantWithoutIndex('searchwalk'),
        TenantWithoutIndex('sequencecounter'),
        migrations.AddIndex(
            model_name='operation',
            index=models.Index(condition=models.Q(('state__in', ['pending', 'running', 'unknown', 'accepted'])), fields=['tenant', 'connection'], name='core_operations_that_wait'),
        ),
        migrations.AddIndex(
            model_name='operation',
            index=models.Index(fields=['tenant', 'finished_at', 'state'], name='core_operat_tenant__532ab1_idx'),
        ),
        migrations.AddIndex(
            model_name='operation',
            index=models.Index(fields=['tenant', 'subject_label'], name='core_operat_tenant__ead835_idx'),
        ),
        migrations.AddIndex(
            model_name='operation',
            index=models.Index(fields=['tenant', 'provider_reference'], name='core_operat_tenant__ae1972_idx'),
        ),
        migrations.AddIndex(
            model_name='operation',
            index=models.Index(fields=['tenant', 'request_id'], name='core_operat_tenant__0f0114_idx'),
        ),
    ]
