from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("engine", "0016_room_on_each_page")]

    operations = [
        migrations.AddField("run", "lost", models.PositiveSmallIntegerField(default=0, editable=False)),
        migrations.AddField("run", "reached", models.PositiveSmallIntegerField(default=0, editable=False)),
    ]
