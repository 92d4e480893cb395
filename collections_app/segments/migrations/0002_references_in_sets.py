import django.db.models.deletion
from django.db import migrations, models

from crm.core.references import refer_in_sets


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0002_references_checked_in_sets'),
        ('accounts', '0002_api_tokens'),
        ('customers', '0002_best_address'),
        ('segments', '0001_initial'),
    ]

    operations = [
        migrations.AlterField(
            model_name='membership',
            name='customer',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='customers.customer'),
        ),
        migrations.AlterField(
            model_name='membership',
            name='entity',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.entity'),
        ),
        migrations.AlterField(
            model_name='membership',
            name='group',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='segments.group'),
        ),
        refer_in_sets(
            "segments_membership",
            {"entity_id": "accounts_entity", "customer_id": "customers_customer", "group_id": "segments_group"},
        ),
    ]
