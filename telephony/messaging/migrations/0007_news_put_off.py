from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0006_replies_by_what_they_say")]
    operations = [
        migrations.AddField(
            model_name="deliveryevent",
            name="not_before_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
    ]
