from django.db import migrations, models
from django.db.models import Q

KINDS = [
    ("unread", "not read yet"),
    ("answer", "answer"),
    ("automatic", "automatic answer"),
    ("bounce", "delivery report"),
    ("unreadable", "could not be read"),
    ("set_aside", "set aside"),
]
NAME = "messaging_reply_to_read"


class Migration(migrations.Migration):
    dependencies = [("messaging", "0009_failed_messages_wait_for_a_person")]

    operations = [
        migrations.AlterField(
            "reply", "kind", models.CharField(choices=KINDS, default="unread", max_length=10, verbose_name="kind")
        ),
        migrations.RemoveIndex("reply", NAME),
        migrations.AddIndex(
            "reply", models.Index(fields=["id"], condition=Q(kind__in=("unread", "unreadable")), name=NAME)
        ),
    ]
