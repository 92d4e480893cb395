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
create function action_route(p_customer bigint, p_channel varchar, p_mode varchar, p_certain boolean, p_on date)
returns table (channel varchar, state varchar, address_id bigint)
language sql stable parallel safe as $$
    select case when p_mode = 'automatic' and a.id is null and p_channel in ('email', 'sms') then 'phone' else p_channel end,
           case when p_mode = 'approval' then 'to_approve'
                when p_mode = 'automatic' and p_certain and a.id is not null and p_channel <> 'phone' then 'scheduled'
                else 'todo' end,
           a.id
    from (select customer_best_address(p_customer, p_channel, p_on) as id) a
$$
"""


class Migration(migrations.Migration):
    dependencies = [("engine", "0001_initial"), ("customers", "0002_best_address"), ("holds", "0002_net_open_items")]
    operations = [
        migrations.RunSQL(ENTRY_OFFSET, "drop function entry_offset(bigint, date, date, date)"),
        migrations.RunSQL(ACTION_ROUTE, "drop function action_route(bigint, varchar, varchar, boolean, date)"),
    ]
