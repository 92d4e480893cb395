from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("events", "0001_initial")]
    operations = [
        migrations.AddField("delivery", "retry_at", models.DateTimeField(null=True)),
    ]
