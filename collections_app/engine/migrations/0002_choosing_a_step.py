from django.db import migrations

ENTRY_OFFSET = """
-- Where a backlog enters "at the step its age allows": the offset of the step just below the highest one reached.
create function entry_offset(p_version bigint, p_oldest_due_on date, p_worked date, p_on date) returns integer
language sql stable parallel safe as $$
    select s.offset_days from scenarios_step s
    where s.version_id = p_version and s.offset_days >= 0
      and p_oldest_due_on + s.offset_days <= case when s.working_days_only then p_worked else p_on end
    order by s.offset_days desc offset 1 limit 1
$$
"""

ACTION_ROUTE = """
-- How a step leaves: by itself only when it is automatic, rests on certain due dates and has an address; an e-mail or
-- SMS without address becomes a call, so that the step is not lost.
create function action_route(p_channel varchar, p_mode varchar, p_certain boolean, p_address bigint)
returns table (channel varchar, state varchar)
language sql immutable parallel safe as $$
    select case when p_mode = 'automatic' and p_address is null and p_channel in ('email', 'sms') then 'phone'
                else p_channel end,
           case when p_mode = 'approval' then 'to_approve'
                when p_mode = 'automatic' and p_certain and p_address is not null and p_channel <> 'phone' then 'scheduled'
                else 'todo' end
$$
"""


class Migration(migrations.Migration):
    replaces = [("engine", "0002_choosing_functions")]
    dependencies = [("engine", "0001_initial")]
    operations = [
        migrations.RunSQL(ENTRY_OFFSET, "drop function entry_offset(bigint, date, date, date)"),
        migrations.RunSQL(ACTION_ROUTE, "drop function action_route(varchar, varchar, boolean, bigint)"),
    ]
