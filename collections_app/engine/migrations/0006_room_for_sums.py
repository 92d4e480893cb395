from django.db import migrations

import crm.core.money


class Migration(migrations.Migration):
    dependencies = [("engine", "0005_nights_asked_for")]
    operations = [
        migrations.AlterField(
            model_name="account", name="open_amount", field=crm.core.money.SumField(verbose_name="open")
        ),
        migrations.AlterField(
            model_name="account", name="late_amount", field=crm.core.money.SumField(verbose_name="overdue")
        ),
        migrations.AlterField(
            model_name="account", name="disputed_amount", field=crm.core.money.SumField(verbose_name="disputed")
        ),
        migrations.AlterField(
            model_name="dailyfigures", name="open_amount", field=crm.core.money.SumField(verbose_name="open")
        ),
        migrations.AlterField(
            model_name="dailyfigures", name="overdue_amount", field=crm.core.money.SumField(verbose_name="overdue")
        ),
        migrations.AlterField(
            model_name="dailyfigures", name="unapplied_amount", field=crm.core.money.SumField(verbose_name="unapplied")
        ),
        migrations.AlterField(
            model_name="dailyfigures", name="disputed_amount", field=crm.core.money.SumField(verbose_name="disputed")
        ),
    ]
