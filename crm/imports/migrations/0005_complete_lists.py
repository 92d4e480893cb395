from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("imports", "0004_books_of_which_a_row_was_taken")]
    operations = [
        migrations.AddField(
            model_name="batch", name="complete", field=models.BooleanField(default=False, editable=False)
        )
    ]
