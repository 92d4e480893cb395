from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("holds", "0007_settled")]
    operations = [
        migrations.AddIndex(
            model_name="hold",
            index=models.Index(
                condition=models.Q(("kind__in", ("plan", "legal", "manual")), ("outcome", "expired")),
                fields=["customer"],
                name="holds_hold_run_out",
            ),
        ),
    ]
