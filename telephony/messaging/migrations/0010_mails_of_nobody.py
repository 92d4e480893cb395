from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0009_failed_lately")]
    operations = [
        migrations.AddIndex(
            model_name="reply",
            index=models.Index(
                condition=models.Q(("customer", None), ("message", None)),
                fields=["id"],
                name="messaging_reply_unattached",
            ),
        )
    ]
