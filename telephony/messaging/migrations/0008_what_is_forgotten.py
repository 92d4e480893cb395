from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("messaging", "0007_news_put_off")]
    operations = [
        migrations.AlterField(
            model_name="deliveryevent",
            name="payload",
            field=models.JSONField(default=dict, null=True, verbose_name="as received"),
        ),
        migrations.AddIndex(
            model_name="deliveryevent",
            index=models.Index(condition=Q(payload__isnull=False), fields=["id"], name="messaging_event_whole"),
        ),
        migrations.AddIndex(
            model_name="reply",
            index=models.Index(condition=~Q(raw=b""), fields=["id"], name="messaging_reply_whole"),
        ),
    ]
