import django.db.models.deletion
from django.db import migrations, models

from crm.core.references import refer_in_sets


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0003_removals_since_a_snapshot'),
        ('imports', '0006_name_undone_by'),
        ('receivables', '0014_name_fields'),
    ]

    operations = [
        migrations.CreateModel(
            name='LabelBefore',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('label', models.CharField(blank=True, max_length=200)),
                ('became', models.CharField(max_length=200)),
                ('batch', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='labels_before', to='imports.batch')),
                ('invoice', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='receivables.invoice')),
            ],
            options={
                'verbose_name': 'label before an import',
                'verbose_name_plural': 'labels before an import',
            },
        ),
        refer_in_sets("imports_labelbefore", {"batch_id": "imports_batch", "invoice_id": "receivables_invoice"}),
    ]
