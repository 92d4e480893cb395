from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("imports", "0009_being_undone")]
    operations = [
        migrations.AddField(model_name="lastfeed", name="first_at", field=models.DateTimeField(editable=False, null=True)),
        # Since when the API was used before is not known: until now is what may be said.
        migrations.RunSQL("update imports_lastfeed set first_at = at", migrations.RunSQL.noop),
    ]
