from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("actions", "0013_counters_kept_by_inserts")]
    operations = [
        migrations.AddIndex(
            model_name="action",
            index=models.Index(
                condition=models.Q(("channel", "phone"), ("state", "done")),
                fields=["customer", "closed_at"],
                name="actions_calls_made",
            ),
        ),
    ]
