from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("receivables", "0006_what_the_books_show_of_what_was_applied")]
    operations = [
        migrations.AlterField(
            model_name="interruption",
            name="kind",
            field=models.CharField(
                choices=[
                    ("acknowledgement", "written acknowledgement of the debt"),
                    ("lawsuit", "legal action"),
                    ("enforcement", "enforcement measure"),
                    ("demand", "written demand (public bodies)"),
                ],
                max_length=20,
                verbose_name="kind",
            ),
        )
    ]
