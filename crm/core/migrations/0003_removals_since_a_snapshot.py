from importlib import import_module

from django.db import migrations

BEFORE = import_module("crm.core.migrations.0002_references_checked_in_sets")

REMOVALS = """
create table core_removal (
    parent text not null,
    removed_in xid8 not null default pg_current_xact_id(),
    removed_at timestamptz not null default now()
)
"""

# Whoever read his parents after a snapshot (`acquit.parents_seen`) needs no look at each again while none was removed
# since: a removal that is not committed yet waits for his rows, see core_keep_referred.
CHECK = """
create or replace function core_check_references() returns trigger language plpgsql as $$
declare
    seen text := current_setting('acquit.parents_seen', true);
    asked text := '';
    broken text;
begin
    if seen <> '' and not exists (
        select from core_removal r
        where r.parent = any(tg_argv) and not pg_visible_in_snapshot(r.removed_in, seen::pg_snapshot)
    ) then
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

# The removal is noted before the lock: who writes children after the lock is released finds it.
KEEP = """
create or replace function core_keep_referred() returns trigger language plpgsql as $$
declare broken bigint;
begin
    if not exists (select from gone) then
        return null;
    end if;
    delete from core_removal where removed_at < now() - interval '7 days';
    insert into core_removal (parent) values (tg_table_name);
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
    dependencies = [("core", "0002_references_checked_in_sets")]
    operations = [
        migrations.RunSQL(REMOVALS, "drop table core_removal"),
        migrations.RunSQL(CHECK, BEFORE.CHECK.replace("create function", "create or replace function")),
        migrations.RunSQL(KEEP, BEFORE.KEEP.replace("create function", "create or replace function")),
    ]
