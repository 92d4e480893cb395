"""What leaves by itself is read as on the day it leaves, also where a person asked for it at once."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("actions", "0015_levels_follow_from_due_dates")]
    operations = [
        migrations.RunSQL(
            "update actions_action set approved_on = null where mode = 'automatic' and approved_on is not null",
            migrations.RunSQL.noop,
        ),
        migrations.AddConstraint(
            model_name="action",
            constraint=models.CheckConstraint(
                condition=models.Q(("approved_on__isnull", True), models.Q(("mode", "automatic"), _negated=True), _connector="OR"),
                name="actions_action_automatic_not_approved",
            ),
        ),
    ]
