import django.db.models.deletion
from django.db import migrations, models

from crm.core.references import refer_in_sets


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0002_references_checked_in_sets'),
        ('accounts', '0002_api_tokens'),
        ('customers', '0002_best_address'),
        ('engine', '0007_keep_dry_runs'),
    ]

    operations = [
        migrations.AlterField(
            model_name='decision',
            name='customer',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='decisions', to='customers.customer'),
        ),
        migrations.AlterField(
            model_name='decision',
            name='entity',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.entity'),
        ),
        migrations.AlterField(
            model_name='decision',
            name='run',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='decisions', to='engine.run'),
        ),
        refer_in_sets(
            "engine_decision",
            {"entity_id": "accounts_entity", "customer_id": "customers_customer", "run_id": "engine_run"},
        ),
    ]
