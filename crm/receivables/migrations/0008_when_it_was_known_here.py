from django.db import migrations, models
from django.db.models.functions import Now


class Migration(migrations.Migration):
    dependencies = [("receivables", "0007_only_what_a_list_asks_for")]
    operations = [
        migrations.AddField(
            model_name=model,
            name="recorded_at",
            field=models.DateTimeField(db_default=Now(), editable=False, verbose_name="recorded at"),
        )
        for model in ("invoice", "credit")
    ]
