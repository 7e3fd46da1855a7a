import django.db.models.deletion
from ispplatform.core.database.operations import TenantWithoutIndex
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0009_lists_in_order'),
        ('catalog', '0002_fewer_indexes'),
        ('core', '0021_fewer_indexes'),
        ('customers', '0003_fewer_indexes'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='document',
            name='billing_doc_tenant__0a7524_idx',
        ),
        migrations.RemoveIndex(
            model_name='document',
            name='billing_doc_tenant__f3fbca_idx',
        ),
        TenantWithoutIndex('creditentry'),
        TenantWithoutIndex('credituse'),
        TenantWithoutIndex('dispute'),
        TenantWithoutIndex('document'),
        TenantWithoutIndex('documentfile'),
        TenantWithoutIndex('documentline'),
        TenantWithoutIndex('documenttax'),
        TenantWithoutIndex('dunningcase'),
        TenantWithoutIndex('dunninghold'),
        TenantWithoutIndex('dunningstep'),
        TenantWithoutIndex('gatewaybooks'),
        TenantWithoutIndex('gatewaycustomer'),
        TenantWithoutIndex('gatewayevent'),
        TenantWithoutIndex('invoice'),
        TenantWithoutIndex('journalentry'),
        TenantWithoutIndex('journalline'),
        TenantWithoutIndex('ledgeraccount'),
        TenantWithoutIndex('mirroredobject'),
        TenantWithoutIndex('numberseries'),
        TenantWithoutIndex('payment'),
        TenantWithoutIndex('paymentallocation'),
        TenantWithoutIndex('paymentmethod'),
        TenantWithoutIndex('proforma'),
        TenantWithoutIndex('refund'),
        TenantWithoutIndex('sandboxcard'),
        TenantWithoutIndex('sandboxcharge'),
        TenantWithoutIndex('sandboxrefund'),
        TenantWithoutIndex('skippedperiod'),
        TenantWithoutIndex('subscription'),
        TenantWithoutIndex('subscriptionperiod'),
        TenantWithoutIndex('suspensionplan'),
        migrations.AddIndex(
            model_name='document',
            index=models.Index(condition=models.Q(('made_from__isnull', False)), fields=['tenant', 'made_from'], name='billing_made_from_a_document'),
        ),
        migrations.AddIndex(
            model_name='document',
            index=models.Index(condition=models.Q(('corrects__isnull', False)), fields=['tenant', 'corrects'], name='billing_corrects_a_document'),
        ),
        migrations.AddIndex(
            model_name='invoice',
            index=models.Index(condition=models.Q(('disputed', True)), fields=['tenant', 'id'], name='billing_disputed_invoices'),
        ),
        migrations.AddIndex(
            model_name='payment',
            index=models.Index(fields=['tenant', 'received_on', 'id'], name='billing_pay_tenant__086ffe_idx'),
        ),
        migrations.AddIndex(
            model_name='subscription',
            index=models.Index(fields=['tenant', 'status', 'id'], name='billing_sub_tenant__c7fccf_idx'),
        ),
        migrations.AddIndex(
            model_name='subscription',
            index=models.Index(fields=['tenant', 'next_billing_on', 'id'], name='billing_sub_tenant__265e0f_idx'),
        ),
        migrations.AddIndex(
            model_name='subscription',
            index=models.Index(condition=models.Q(('auto_renew', False), ('status', 'active')), fields=['tenant', 'next_billing_on'], name='billing_renewing_no_more'),
        ),
    ]
