import django.db.models.deletion
from ispplatform.core.database.operations import TenantWithoutIndex
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0011_passkey_challenges'),
        ('core', '0021_fewer_indexes'),
    ]

    operations = [
        TenantWithoutIndex('passkeychallenge'),
        TenantWithoutIndex('authorizationcode'),
        TenantWithoutIndex('clienttoken'),
        TenantWithoutIndex('oauthclient'),
        TenantWithoutIndex('temporarytoken'),
        TenantWithoutIndex('accesslink'),
        TenantWithoutIndex('apikey'),
        TenantWithoutIndex('emailcode'),
        TenantWithoutIndex('integration'),
        TenantWithoutIndex('membership'),
        TenantWithoutIndex('membershiprole'),
        TenantWithoutIndex('portalaccount'),
        TenantWithoutIndex('role'),
        TenantWithoutIndex('session'),
    ]
