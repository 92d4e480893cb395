from django.db import migrations

# A notice that never left cannot count as given, and nobody decides on court before one: age alone leads to neither.
STOPS = """
-- Where a backlog enters "at the step its age allows": the offset of the step just below the highest one reached, before
-- the first formal notice and the first decision.
create or replace function entry_offset(p_version bigint, p_oldest_due_on date, p_worked date, p_on date) returns integer
language sql stable parallel safe as $$
    select s.offset_days from scenarios_step s
    where s.version_id = p_version and s.offset_days >= 0
      and p_oldest_due_on + s.offset_days <= case when s.working_days_only then p_worked else p_on end
      and s.offset_days < all(
          select g.offset_days from scenarios_step g
          where g.version_id = p_version and g.offset_days >= 0
            and (g.formal_notice or g.mode = 'decision')
      )
    order by s.offset_days desc offset 1 limit 1
$$
"""
GOES_ON = """
create or replace function entry_offset(p_version bigint, p_oldest_due_on date, p_worked date, p_on date) returns integer
language sql stable parallel safe as $$
    select s.offset_days from scenarios_step s
    where s.version_id = p_version and s.offset_days >= 0
      and p_oldest_due_on + s.offset_days <= case when s.working_days_only then p_worked else p_on end
    order by s.offset_days desc offset 1 limit 1
$$
"""
ASKED = """
-- Whether a debt is old enough for a person to be asked where it enters: it has reached more than one step, of whatever kind.
create function entry_asked(p_version bigint, p_oldest_due_on date, p_worked date, p_on date) returns boolean
language sql stable parallel safe as $$
    select count(*) > 1 from scenarios_step s
    where s.version_id = p_version and s.offset_days >= 0
      and p_oldest_due_on + s.offset_days <= case when s.working_days_only then p_worked else p_on end
$$
"""


class Migration(migrations.Migration):
    dependencies = [("engine", "0007_the_aged_balance"), ("scenarios", "0002_decisions")]
    operations = [
        migrations.RunSQL(STOPS, GOES_ON),
        migrations.RunSQL(ASKED, "drop function entry_asked(bigint, date, date, date)"),
    ]
