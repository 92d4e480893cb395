
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_stale_after_days'),
        ('customers', '0002_best_address'),
        ('receivables', '0008_read_open_invoices_by_due_date'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='invoice',
            name='receivables_invoice_open',
        ),
        migrations.AddIndex(
            model_name='invoice',
            index=models.Index(condition=models.Q(('settled_on__isnull', True)), fields=['entity', 'customer', 'currency', 'due_on'], include=('id', 'open_amount', 'kind', 'due_on_source', 'issued_on'), name='receivables_invoice_open'),
        ),
    ]
