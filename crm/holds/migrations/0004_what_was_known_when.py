from django.db import migrations, models
from django.db.models import Q

# What was told of a hold last is that it was a mistake.
KNOWN = """
update holds_hold hold
set mistaken_at = coalesce((
    select max(entry.at) from timeline_entry entry
    where entry.customer_id = hold.customer_id and entry.about = 'hold' and entry.about_id = hold.id
), hold.ended_on::timestamptz)
where hold.outcome = 'mistake'
"""


class Migration(migrations.Migration):
    dependencies = [("holds", "0003_limitation_run_out"), ("timeline", "0001_initial")]
    operations = [
        migrations.AddField(
            model_name="hold",
            name="mistaken_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="called a mistake at"),
        ),
        migrations.AddField(
            model_name="hold",
            name="ended_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="ended at"),
        ),
        migrations.RunSQL(KNOWN, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(
                name="holds_hold_mistaken_with_time",
                condition=Q(outcome="mistake", mistaken_at__isnull=False)
                | (~Q(outcome="mistake") & Q(mistaken_at__isnull=True)),
            ),
        ),
    ]
