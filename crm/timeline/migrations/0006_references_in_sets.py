import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from crm.core.references import refer_in_sets


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0002_references_checked_in_sets'),
        ('accounts', '0005_precautions'),
        ('customers', '0002_best_address'),
        ('timeline', '0005_training_is_made_again'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='entry',
            name='actor',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='entry',
            name='customer',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='entries', to='customers.customer'),
        ),
        migrations.AlterField(
            model_name='entry',
            name='entity',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='accounts.entity'),
        ),
        refer_in_sets(
            "timeline_entry",
            {"entity_id": "accounts_entity", "customer_id": "customers_customer", "actor_id": "accounts_user"},
        ),
    ]
