import django.db.models.deletion
from django.db import migrations, models

from crm.core.references import refer_in_sets


class Migration(migrations.Migration):

    dependencies = [
        ("core", "0002_references_checked_in_sets"),
        ('accounts', '0004_stale_after_days'),
        ('customers', '0002_best_address'),
        ('messaging', '0004_fewer_indexes'),
    ]

    operations = [
        migrations.AlterField(
            model_name='message',
            name='address',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='customers.address'),
        ),
        migrations.AlterField(
            model_name='message',
            name='customer',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='customers.customer', verbose_name='customer'),
        ),
        migrations.AlterField(
            model_name='message',
            name='entity',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.entity', verbose_name='entity'),
        ),
        refer_in_sets(
            "messaging_message",
            {
                "entity_id": "accounts_entity",
                "customer_id": "customers_customer",
                "address_id": "customers_address",
            },
        ),
    ]
