from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("receivables", "0009_notices_named_by_what_sent_them")]
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
