from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("actions", "0010_declarations_of_claims")]
    operations = [
        migrations.AddIndex(
            model_name="action",
            index=models.Index(
                condition=models.Q(("closed_by__isnull", False), ("state", "done")),
                fields=["entity", "closed_at"],
                include=("closed_by", "outcome"),
                name="actions_done_by_people",
            ),
        ),
    ]
