from django.db import migrations, models

from crm.core.money import MoneyField


class Migration(migrations.Migration):
    dependencies = [("receivables", "0005_money_counts_from_its_day")]
    operations = [
        migrations.AddField(
            model_name="credit",
            name="books_amount",
            field=MoneyField(
                decimal_places=3, editable=False, max_digits=18, null=True, verbose_name="unapplied in the last list"
            ),
        ),
        migrations.AddIndex(
            model_name="movement",
            index=models.Index(
                condition=models.Q(("import_batch_id__isnull", True), ("kind__in", ("allocated", "refunded"))),
                fields=["entity", "kind"],
                name="receivables_move_here",
            ),
        ),
    ]
