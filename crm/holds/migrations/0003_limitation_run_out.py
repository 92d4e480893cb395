from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("holds", "0002_placed_by_mistake")]
    operations = [
        migrations.AlterField(
            model_name="hold",
            name="kind",
            field=models.CharField(
                choices=[
                    ("dispute", "dispute"),
                    ("promise", "promise"),
                    ("plan", "payment plan"),
                    ("insolvency", "insolvency proceedings"),
                    ("legal", "legal action"),
                    ("manual", "decided by a person"),
                    ("limitation", "limitation run out"),
                ],
                max_length=12,
                verbose_name="kind",
            ),
        )
    ]
