from django.db import migrations, models

# The rank grew every day with the days late, so that each night wrote every open action again.
FILL = """
update actions_action set weight = amount, late_since_on = coalesce(oldest_due_on, opened_on);
"""
ACTION_RANK = """
-- Overdue in the entity's currency (times one plus the broken promises, from the day promises exist) x (1 + days late / 30).
create function action_rank(p_weight numeric, p_late_since_on date, p_on date) returns numeric
language sql immutable parallel safe as $$
    select round(p_weight * (1 + greatest(0, p_on - p_late_since_on) / 30.0), 3)
$$
"""


class Migration(migrations.Migration):
    dependencies = [("actions", "0008_lines_found_by_customer")]
    operations = [
        migrations.RemoveIndex(model_name="action", name="actions_worklist"),
        migrations.AddField(
            model_name="action",
            name="weight",
            field=models.DecimalField(
                decimal_places=3,
                default=0,
                help_text="Overdue in the entity's currency; with the days late it gives the rank (see urgency.py).",
                max_digits=20,
                verbose_name="weight",
            ),
        ),
        migrations.AddField(
            model_name="action",
            name="late_since_on",
            field=models.DateField(null=True, verbose_name="late since"),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="action", name="late_since_on", field=models.DateField(verbose_name="late since")
        ),
        migrations.RemoveField(model_name="action", name="rank"),
        migrations.AddIndex(
            model_name="action",
            index=models.Index(
                fields=["entity", "owner", "late_since_on", "-weight", "customer"],
                condition=models.Q(("state__in", ("todo", "to_approve"))),
                name="actions_worklist",
            ),
        ),
        migrations.AddIndex(
            model_name="action",
            index=models.Index(
                fields=["entity", "id"], condition=models.Q(("state", "scheduled")), name="actions_leaving"
            ),
        ),
        migrations.AddIndex(
            model_name="refusal", index=models.Index(fields=["entity", "last_on"], name="actions_refusal_lately")
        ),
        migrations.RunSQL(ACTION_RANK, "drop function action_rank(numeric, date, date)"),
    ]
