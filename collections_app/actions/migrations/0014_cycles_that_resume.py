from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("actions", "0013_decisions")]
    operations = [
        # A default of the database too: what opens a million cycles does not name it.
        migrations.AddField("cycle", "resumable", models.BooleanField(default=False, db_default=False)),
    ]
