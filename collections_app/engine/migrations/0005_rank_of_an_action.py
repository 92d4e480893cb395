from django.db import migrations

ACTION_RANK = """
-- Overdue in the entity's currency x (1 + days late / 30). Broken promises multiply it from the day promises exist.
create function action_rank(p_amount numeric, p_rate numeric, p_oldest_due_on date, p_on date) returns numeric
language sql immutable parallel safe as $$
    select round(p_amount * coalesce(p_rate, 1) * (1 + greatest(0, p_on - coalesce(p_oldest_due_on, p_on)) / 30.0), 3)
$$
"""


class Migration(migrations.Migration):
    dependencies = [("engine", "0004_fewer_indexes")]
    operations = [migrations.RunSQL(ACTION_RANK, "drop function action_rank(numeric, numeric, date, date)")]
