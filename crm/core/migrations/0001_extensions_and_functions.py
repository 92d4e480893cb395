from django.contrib.postgres.operations import TrigramExtension, UnaccentExtension
from django.db import migrations

CURRENCY_DECIMALS = """
create function currency_decimals(currency text) returns integer
language sql immutable parallel safe as $$
    select case
        when currency in ('BIF','CLP','DJF','GNF','ISK','JPY','KMF','KRW','PYG','RWF','UGX','UYI','VND','VUV',
                          'XAF','XOF','XPF') then 0
        when currency in ('BHD','IQD','JOD','KWD','LYD','OMR','TND') then 3
        else 2
    end
$$
"""

# unaccent() is only STABLE because its dictionary could be replaced; an index needs an immutable function.
PLAIN_TEXT = """
create function plain_text(words text) returns text
language sql immutable strict parallel safe as $$ select lower(public.unaccent('public.unaccent', words)) $$
"""

REMOVALS = """
create table core_removal (
    parent text not null,
    removed_in xid8 not null default pg_current_xact_id(),
    removed_at timestamptz not null default now()
)
"""

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

# A foreign key of PostgreSQL asks one query per row and locks the parent's row for it: most of the time of a night
# that writes a million rows (docs/decisions/0050-the-night-writes-once.md). See crm/core/references.py.
# Whoever read his parents after a snapshot (`acquit.parents_seen`) needs no look at each again while none was removed
# since: a removal that is not committed yet waits for his rows, see core_keep_referred.
CHECK = """
create function core_check_references() returns trigger language plpgsql as $$
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

# The lock waits for whoever is writing children, and keeps new ones away until the parent's removal is decided.
# The removal is noted before the lock: who writes children after the lock is released finds it.
KEEP = """
create function core_keep_referred() returns trigger language plpgsql as $$
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
    initial = True
    replaces = [
        ("core", "0002_references_checked_in_sets"),
        ("core", "0003_removals_since_a_snapshot"),
        ("core", "0004_removals_of_one_transaction"),
    ]
    dependencies = []
    operations = [
        TrigramExtension(),
        UnaccentExtension(),
        migrations.RunSQL(CURRENCY_DECIMALS, "drop function currency_decimals(text)"),
        migrations.RunSQL(PLAIN_TEXT, "drop function plain_text(text)"),
        migrations.RunSQL(REMOVALS, "drop table core_removal"),
        migrations.RunSQL(REMOVED_SINCE, "drop function core_removed_since(text[], text)"),
        migrations.RunSQL(CHECK, "drop function core_check_references()"),
        migrations.RunSQL(KEEP, "drop function core_keep_referred()"),
    ]
