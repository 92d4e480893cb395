from django.db import migrations, models

from crm.core.money import MoneyField


class Migration(migrations.Migration):
    dependencies = [("receivables", "0003_references")]
    operations = [
        migrations.AddField(
            model_name="invoice",
            name="books_amount",
            field=MoneyField(
                decimal_places=3, editable=False, max_digits=18, null=True, verbose_name="open in the last list"
            ),
        ),
        migrations.AddIndex(
            model_name="movement",
            index=models.Index(
                condition=models.Q(("kind", "written_off")),
                fields=["entity", "invoice"],
                name="receivables_move_written_off",
            ),
        ),
    ]
