from django.db import migrations, models

MOVED_HERE = models.Q(("import_batch_id__isnull", True), ("kind__in", ("allocated", "refunded")))
IN_BOOKS = models.Q(("books_amount__gt", 0))


class Migration(migrations.Migration):
    dependencies = [("receivables", "0006_what_the_books_show_of_what_was_applied")]
    operations = [
        migrations.RemoveIndex(model_name="movement", name="receivables_move_here"),
        migrations.AddIndex(
            model_name="movement",
            index=models.Index(condition=MOVED_HERE, fields=["entity", "at"], name="receivables_move_here"),
        ),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(condition=IN_BOOKS, fields=["entity"], name="receivables_invoice_in_books"),
        ),
        migrations.AddIndex(
            model_name="credit",
            index=models.Index(condition=IN_BOOKS, fields=["entity"], name="receivables_credit_in_books"),
        ),
    ]
