from django.db import migrations

import crm.core.money


class Migration(migrations.Migration):
    dependencies = [("messaging", "0010_mails_of_nobody")]
    operations = [
        migrations.AlterField(
            model_name="message", name="amount", field=crm.core.money.SumField(blank=True, null=True, verbose_name="amount")
        ),
    ]
