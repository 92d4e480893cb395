from django.db import migrations

import crm.core.money


class Migration(migrations.Migration):
    dependencies = [("actions", "0009_the_last_night_of_each_customer")]
    operations = [
        migrations.AlterField(
            model_name="action",
            name="amount",
            field=crm.core.money.SumField(
                help_text="Net of unapplied money, on the invoices carried.", verbose_name="amount"
            ),
        ),
    ]
