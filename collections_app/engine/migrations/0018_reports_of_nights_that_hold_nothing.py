from django.db import migrations, models
from django.db.models import Q

NAME = "engine_report_settled_with_time"
SETTLED = Q(state__in=("released", "cancelled"), settled_at__isnull=False)
STATES = [
    ("clear", "as usual"),
    ("held", "held: release or cancel"),
    ("told", "unusual, nothing to hold"),
    ("released", "released"),
    ("cancelled", "cancelled"),
]
# What held nothing waits for nobody any more, but for floods of actions, which can be taken back.
NOTHING_TO_SETTLE = """
update engine_morningreport set state = 'told'
where state = 'held' and messages = 0 and not anomalies @> '[{"code": "surge"}]'
"""


class Migration(migrations.Migration):
    dependencies = [("engine", "0017_workers_a_run_lost")]

    operations = [
        migrations.AlterField(
            "morningreport", "state", models.CharField(choices=STATES, max_length=10, verbose_name="state")
        ),
        migrations.RemoveConstraint("morningreport", NAME),
        migrations.AddConstraint(
            "morningreport",
            models.CheckConstraint(
                name=NAME, condition=SETTLED | Q(state__in=("clear", "held", "told"), settled_at__isnull=True)
            ),
        ),
        migrations.RunSQL(NOTHING_TO_SETTLE, migrations.RunSQL.noop),
    ]
