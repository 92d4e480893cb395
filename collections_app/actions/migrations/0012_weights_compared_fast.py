from django.db import migrations, models
from django.db.models.functions import Cast

# A night compares weights and amounts by the million: exact numbers cost three times as much as floating-point ones.
ACTION_RANK = """
drop function action_rank(%(before)s, date, date);
-- Overdue in the entity's currency (times one plus the broken promises, from the day promises exist) x (1 + days late / 30).
create function action_rank(p_weight %(after)s, p_late_since_on date, p_on date) returns numeric
language sql immutable parallel safe as $$
    select round(p_weight::numeric * (1 + greatest(0, p_on - p_late_since_on) / 30.0), 3)
$$
"""


class Migration(migrations.Migration):
    dependencies = [("actions", "0011_orders_of_the_list")]
    operations = [
        migrations.AlterField(
            model_name="action",
            name="weight",
            field=models.FloatField(
                default=0,
                help_text="Overdue in the entity's currency; with the days late it gives the rank (see urgency.py).",
                verbose_name="weight",
            ),
        ),
        migrations.RunSQL(
            ACTION_RANK % {"before": "numeric", "after": "double precision"},
            ACTION_RANK % {"before": "double precision", "after": "numeric"},
        ),
        migrations.RemoveIndex(model_name="action", name="actions_by_amount"),
        migrations.AddIndex(
            model_name="action",
            index=models.Index(
                models.F("entity"),
                Cast("amount", models.FloatField()),
                models.F("id"),
                condition=models.Q(("state__in", ("todo", "to_approve"))),
                name="actions_by_amount",
            ),
        ),
    ]
