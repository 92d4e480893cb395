from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("receivables", "0009_open_items_from_one_index")]
    operations = [
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(
                fields=["entity", "open_amount", "id"],
                condition=models.Q(settled_on__isnull=True),
                name="receivables_invoice_by_amount",
            ),
        ),
    ]
