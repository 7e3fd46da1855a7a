import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_keys_get_integrations")]

    operations = [
        migrations.AlterField(
            model_name="apikey",
            name="integration",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="api_keys",
                to="accounts.integration",
            ),
        ),
    ]
