import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from crm.core.references import refer_in_sets


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0002_references_checked_in_sets'),
        ('accounts', '0005_precautions'),
        ('customers', '0002_best_address'),
        ('receivables', '0012_settled_and_guessed_by_due_date'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='credit',
            name='customer',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='credits', to='customers.customer', verbose_name='customer'),
        ),
        migrations.AlterField(
            model_name='credit',
            name='entity',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.entity', verbose_name='entity'),
        ),
        migrations.AlterField(
            model_name='credit',
            name='names_invoice',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='named_by', to='receivables.invoice', verbose_name='invoice it names'),
        ),
        migrations.AlterField(
            model_name='invoice',
            name='customer',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='invoices', to='customers.customer', verbose_name='customer'),
        ),
        migrations.AlterField(
            model_name='invoice',
            name='entity',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.entity', verbose_name='entity'),
        ),
        migrations.AlterField(
            model_name='movement',
            name='by',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author'),
        ),
        migrations.AlterField(
            model_name='movement',
            name='credit',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='movements', to='receivables.credit'),
        ),
        migrations.AlterField(
            model_name='movement',
            name='customer',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.customer'),
        ),
        migrations.AlterField(
            model_name='movement',
            name='entity',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.entity'),
        ),
        migrations.AlterField(
            model_name='movement',
            name='invoice',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='movements', to='receivables.invoice'),
        ),
        migrations.RemoveIndex(
            model_name='movement',
            name='receivables_move_batch',
        ),
        migrations.AddIndex(
            model_name='movement',
            index=django.contrib.postgres.indexes.BrinIndex(fields=['import_batch_id'], name='receivables_move_batch'),
        ),
        migrations.AddIndex(
            model_name='credit',
            index=models.Index(condition=models.Q(('names_invoice__isnull', False)), fields=['names_invoice'], name='receivables_credit_names'),
        ),
        refer_in_sets("receivables_invoice", {"entity_id": "accounts_entity", "customer_id": "customers_customer"}),
        refer_in_sets(
            "receivables_credit",
            {
                "entity_id": "accounts_entity",
                "customer_id": "customers_customer",
                "names_invoice_id": "receivables_invoice",
            },
        ),
        refer_in_sets(
            "receivables_movement",
            {
                "entity_id": "accounts_entity",
                "customer_id": "customers_customer",
                "invoice_id": "receivables_invoice",
                "credit_id": "receivables_credit",
                "by_id": "accounts_user",
            },
        ),
    ]
