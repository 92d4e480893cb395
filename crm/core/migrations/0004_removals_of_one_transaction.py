from importlib import import_module

from django.db import migrations

BEFORE = import_module("crm.core.migrations.0003_removals_since_a_snapshot").CHECK

# A snapshot says nothing of the transaction that takes it: what this one removed itself counts as removed since.
REMOVED_SINCE = """
create function core_removed_since(parents text[], seen text) returns boolean language sql stable as $$
    select exists (
        select from core_removal r
        where r.parent = any(parents)
          and (not pg_visible_in_snapshot(r.removed_in, seen::pg_snapshot)
               or r.removed_in = pg_current_xact_id_if_assigned())
    )
$$
"""
CHECK = """
create or replace function core_check_references() returns trigger language plpgsql as $$
declare
    seen text := current_setting('acquit.parents_seen', true);
    asked text := '';
    broken text;
begin
    if seen <> '' and not core_removed_since(tg_argv, seen) then
        return null;
    end if;
    for i in 0 .. tg_nargs - 1 by 2 loop
        asked := asked || case when i > 0 then ' union all ' else '' end || format(
            'select %1$L as name, min(a.%1$I) as value from added a left join %2$I p on p.id = a.%1$I '
            'where a.%1$I is not null and p.id is null', tg_argv[i], tg_argv[i + 1]);
    end loop;
    execute format('select string_agg(name || '' '' || value, '', '') from (%s) broken where value is not null', asked)
    into broken;
    if broken is not null then
        raise exception 'insert or update on "%" names rows that do not exist: %', tg_table_name, broken
            using errcode = 'foreign_key_violation', constraint = tg_name;
    end if;
    return null;
end $$
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0003_removals_since_a_snapshot")]
    operations = [
        migrations.RunSQL(REMOVED_SINCE, "drop function core_removed_since(text[], text)"),
        migrations.RunSQL(CHECK, BEFORE),
    ]
