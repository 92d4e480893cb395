import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

from crm.core.references import refer_in_sets


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0002_references_checked_in_sets'),
        ('accounts', '0005_precautions'),
        ('customers', '0002_best_address'),
        ('imports', '0004_a_file_imported_meanwhile'),
        ('receivables', '0011_training_is_made_again'),
    ]

    operations = [
        migrations.AlterField(
            model_name='duedatebefore',
            name='batch',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='due_dates_before', to='imports.batch'),
        ),
        migrations.AlterField(
            model_name='duedatebefore',
            name='invoice',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='receivables.invoice'),
        ),
        migrations.AlterField(
            model_name='fecline',
            name='batch',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='fec_lines', to='imports.batch'),
        ),
        migrations.AlterField(
            model_name='fecline',
            name='customer',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='fec_lines', to='customers.customer'),
        ),
        migrations.AlterField(
            model_name='fecline',
            name='entity',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.entity'),
        ),
        migrations.AlterField(
            model_name='fecline',
            name='letter_batch',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='imports.batch'),
        ),
        migrations.AlterField(
            model_name='newcustomer',
            name='batch',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='new_customers', to='imports.batch'),
        ),
        migrations.AddIndex(
            model_name='fecline',
            index=django.contrib.postgres.indexes.BrinIndex(fields=['batch'], name='imports_fecline_of_batch'),
        ),
        migrations.AddIndex(
            model_name='fecline',
            index=models.Index(condition=models.Q(('letter_batch__isnull', False)), fields=['letter_batch'], name='imports_fecline_lettered'),
        ),
        refer_in_sets(
            "imports_fecline",
            {
                "entity_id": "accounts_entity",
                "customer_id": "customers_customer",
                "batch_id": "imports_batch",
                "letter_batch_id": "imports_batch",
            },
        ),
        refer_in_sets("imports_newcustomer", {"batch_id": "imports_batch"}),
        refer_in_sets(
            "imports_duedatebefore", {"batch_id": "imports_batch", "invoice_id": "receivables_invoice"}
        ),
    ]
