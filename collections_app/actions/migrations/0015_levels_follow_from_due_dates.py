"""What an invoice carries of its level follows from its due date; what was approved keeps the day it was."""

from django.db import migrations, models

# The day itself was not kept: one is taken on which what had not reached its step then has not.
APPROVED = """
update actions_action x set approved_on = least(current_date, (
    select min(i.due_on) + x.step_offset - 1
    from actions_actionline l join receivables_invoice i on i.id = l.invoice_id
    where l.action_id = x.id and not l.reached
      and (not x.formal_notice or i.kind = 'invoice' and i.due_on_source <> 'guessed')
))
where x.state = 'scheduled' and x.mode <> 'automatic'
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
        migrations.RemoveField(model_name="actionline", name="level_code"),
        migrations.RemoveField(model_name="actionline", name="reached"),
    ]
