from django.db import migrations, models

# What was told of rows that were taken, before that was noted.
REMARKS = (
    "This is no nature of a customer: the rows that say it were taken without it; who is new is a professional.",
    "This is not an e-mail address: the row was taken without it.",
    "This is not a phone number: the row was taken without it.",
)


def note_remarks(apps, schema_editor):
    apps.get_model("imports", "RowError").objects.filter(reason__in=REMARKS).update(taken=True)


class Migration(migrations.Migration):
    dependencies = [("imports", "0011_addresses_before")]

    operations = [
        migrations.AddField("rowerror", "taken", models.BooleanField(default=False, verbose_name="row taken")),
        migrations.RunPython(note_remarks, migrations.RunPython.noop),
    ]
