from django.db import migrations

PER_CUSTOMER = "drop function action_route(bigint, varchar, varchar, boolean, date)"

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
    dependencies = [("engine", "0002_choosing_functions")]
    operations = [
        # Addresses are joined as a set: a call per customer was most of the time of a first night.
        migrations.RunSQL(PER_CUSTOMER, migrations.RunSQL.noop),
        migrations.RunSQL(ACTION_ROUTE, "drop function action_route(varchar, varchar, boolean, bigint)"),
    ]
