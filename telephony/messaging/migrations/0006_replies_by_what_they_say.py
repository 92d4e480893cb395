import zlib
from datetime import timedelta

from django.db import migrations, models
from django.db.models import Max

from telephony.providers.email import received

# A mailbox numbered anew is read from three days back, and providers repeat for some hours.
GIVEN_AGAIN = timedelta(days=4)


def digest_of_late_ones(apps, schema_editor):
    """What came lately may be given to us again; what is older will not."""
    replies = apps.get_model("messaging", "Reply").objects.exclude(raw=b"")
    last = replies.aggregate(last=Max("received_at"))["last"]
    if last is None:
        return
    for reply in replies.filter(received_at__gt=last - GIVEN_AGAIN).iterator(chunk_size=5):
        header_id, digest = received.identity(zlib.decompress(bytes(reply.raw)))
        # One without Message-ID was named by the digest of its bytes.
        replies.filter(pk=reply.pk).update(header_id=(header_id or digest)[:300], digest=digest)


class Migration(migrations.Migration):
    dependencies = [("messaging", "0005_mails_a_mailbox_refuses")]
    operations = [
        migrations.AddField(
            model_name="reply",
            name="digest",
            field=models.CharField(blank=True, db_default="", editable=False, max_length=64),
        ),
        migrations.AlterField(
            model_name="reply",
            name="header_id",
            field=models.CharField(max_length=300, verbose_name="Message-ID"),
        ),
        migrations.RunPython(digest_of_late_ones, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="reply",
            constraint=models.UniqueConstraint(fields=("header_id", "digest"), name="messaging_reply_once"),
        ),
    ]
