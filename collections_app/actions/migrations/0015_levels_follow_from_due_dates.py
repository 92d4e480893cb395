"""What an invoice carries of its level follows from its due date; what was approved keeps the day it was."""

from django.db import migrations, models

APPROVED = """
update actions_action set approved_on = current_date where state = 'scheduled' and mode <> 'automatic'
"""


class Migration(migrations.Migration):
    dependencies = [("actions", "0014_calls_by_customer")]
    operations = [
        migrations.AddField(
            model_name="action",
            name="approved_on",
            field=models.DateField(
                blank=True,
                help_text="What it carries stays as it was seen that day.",
                null=True,
                verbose_name="approved on",
            ),
        ),
        migrations.RemoveField(model_name="actionline", name="level_code"),
        migrations.RemoveField(model_name="actionline", name="reached"),
        migrations.AddConstraint(
            model_name="action",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approved_on__isnull", True),
                    models.Q(("state__in", ("todo", "to_approve")), _negated=True),
                    _connector="OR",
                ),
                name="actions_action_asked_again_not_approved",
            ),
        ),
        migrations.RunSQL(APPROVED, migrations.RunSQL.noop),
    ]
