from django.db import migrations

ENSURE_MONTH = """
create or replace function timeline_ensure_month(month date) returns void language plpgsql as $$
declare first_day date := date_trunc('month', month)::date;
begin
    execute format('create table if not exists timeline_entry_%s partition of timeline_entry for values from (%L) to (%L)',
                   to_char(first_day, 'YYYYMM'), first_day, (first_day + interval '1 month')::date);
exception when check_violation then
    null;  -- the default partition already holds entries of that month: they stay there
end
$$
"""


class Migration(migrations.Migration):
    dependencies = [("timeline", "0002_append_only")]
    operations = [migrations.RunSQL(ENSURE_MONTH, migrations.RunSQL.noop)]
