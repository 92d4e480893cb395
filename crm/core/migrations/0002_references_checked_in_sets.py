from django.db import migrations

# A foreign key of PostgreSQL asks one query per row and locks the parent's row for it: most of the time of a night
# that writes a million rows (docs/decisions/0050-the-night-writes-once.md).
CHECK = """
create function core_check_references() returns trigger language plpgsql as $$
declare
    asked text := '';
    broken text;
begin
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

# The lock waits for whoever is writing children, and keeps new ones away until the parent's removal is decided.
KEEP = """
create function core_keep_referred() returns trigger language plpgsql as $$
declare broken bigint;
begin
    if not exists (select from gone) then
        return null;
    end if;
    for i in 0 .. tg_nargs - 1 by 2 loop
        execute format('lock table %I in share row exclusive mode', tg_argv[i]);
        execute format('select min(g.id) from gone g join %1$I c on c.%2$I = g.id', tg_argv[i], tg_argv[i + 1])
        into broken;
        if broken is not null then
            raise exception 'delete on "%" leaves % of "%" without its row %', tg_table_name, tg_argv[i + 1],
                tg_argv[i], broken using errcode = 'foreign_key_violation', constraint = tg_name;
        end if;
    end loop;
    return null;
end $$
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0001_extensions_and_functions")]
    operations = [
        migrations.RunSQL(CHECK, "drop function core_check_references()"),
        migrations.RunSQL(KEEP, "drop function core_keep_referred()"),
    ]
