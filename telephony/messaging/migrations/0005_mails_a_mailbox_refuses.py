from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0004_tries_counted_from_the_first")]
    operations = [
        migrations.AddField(
            model_name="mailboxposition",
            name="failing_since",
            field=models.DateTimeField(null=True),
        ),
    ]
