from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("receivables", "0004_what_the_books_show_of_write_offs")]
    operations = [
        migrations.RemoveIndex(model_name="credit", name="receivables_credit_open"),
        migrations.AddIndex(
            model_name="credit",
            index=models.Index(
                condition=models.Q(("open_amount__gt", 0)),
                fields=["entity", "customer", "currency"],
                include=["id", "open_amount", "names_invoice", "received_on"],
                name="receivables_credit_open",
            ),
        ),
    ]
