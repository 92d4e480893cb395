from django.db import migrations

# A night compares weights by the million: exact numbers cost three times as much as floating-point ones.
ACTION_RANK = """
-- Overdue in the entity's currency (times one plus the broken promises, from the day promises exist) x (1 + days late / 30).
create function action_rank(p_weight double precision, p_late_since_on date, p_on date) returns numeric
language sql immutable parallel safe as $$
    select round(p_weight::numeric * (1 + greatest(0, p_on - p_late_since_on) / 30.0), 3)
$$
"""

# The parts of a night insert side by side: with numbers in blocks each fills pages of its own. Gaps mean nothing.
IN_BLOCKS = "alter sequence %s_id_seq cache 1000"
ONE_BY_ONE = "alter sequence %s_id_seq cache 1"

OPEN = "state in ('to_approve', 'todo', 'scheduled')"
KEY = "entity_id, team_id, owned, currency, state, channel, oldest_due_on, snoozed_until, escalated_on"
READ = "entity_id, team_id, owner_id is not null, currency, state, channel, oldest_due_on, snoozed_until, escalated_on"
# One row per kind of action touched, whatever their number: an insert, so that nobody waits for somebody else's.
CHANGES = f"""
create function actions_tally_changes() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        insert into actions_tally ({KEY}, number, amount)
        select {READ}, count(*), sum(amount) from added where {OPEN} group by 1, 2, 3, 4, 5, 6, 7, 8, 9;
    elsif tg_op = 'DELETE' then
        insert into actions_tally ({KEY}, number, amount)
        select {READ}, -count(*), -sum(amount) from gone where {OPEN} group by 1, 2, 3, 4, 5, 6, 7, 8, 9;
    elsif tg_op = 'TRUNCATE' then
        delete from actions_tally;
    else
        insert into actions_tally ({KEY}, number, amount)
        select {KEY}, sum(number), sum(amount)
        from (select {READ.replace("null,", "null as owned,", 1)}, 1 as number, amount from added where {OPEN}
              union all
              select {READ}, -1, -amount from gone where {OPEN}) moved
        group by 1, 2, 3, 4, 5, 6, 7, 8, 9
        having sum(number) <> 0 or sum(amount) <> 0;
    end if;
    return null;
end $$;
create trigger actions_tallied_insert after insert on actions_action referencing new table as added
for each statement execute function actions_tally_changes();
create trigger actions_tallied_update after update on actions_action referencing old table as gone new table as added
for each statement execute function actions_tally_changes();
create trigger actions_tallied_delete after delete on actions_action referencing old table as gone
for each statement execute function actions_tally_changes();
create trigger actions_tallied_truncate after truncate on actions_action
for each statement execute function actions_tally_changes();
"""
REMOVED = """
drop trigger actions_tallied_insert on actions_action;
drop trigger actions_tallied_update on actions_action;
drop trigger actions_tallied_delete on actions_action;
drop trigger actions_tallied_truncate on actions_action;
drop function actions_tally_changes();
"""

# Row by row, and only of rows that open again: a trigger on whole statements would read all a night touches.
KEPT = """
alter table actions_life add constraint actions_life_action
foreign key (action_id) references actions_action (id) on delete cascade deferrable initially deferred;
create function actions_keep_life() returns trigger language plpgsql as $$
begin
    insert into actions_life (action_id, opened_on, closed_at, state, outcome)
    values (old.id, coalesce(old.reopened_on, old.opened_on), old.closed_at, old.state, old.outcome)
    on conflict do nothing;
    return null;
end $$;
create trigger actions_life_kept after update of closed_at on actions_action for each row
when (old.closed_at is not null and new.closed_at is null) execute function actions_keep_life();
"""
FORGOTTEN = """
drop trigger actions_life_kept on actions_action;
drop function actions_keep_life();
alter table actions_life drop constraint actions_life_action;
"""


class Migration(migrations.Migration):
    replaces = [("actions", "0013_counters_kept_by_inserts")]
    dependencies = [("actions", "0001_initial")]
    operations = [
        migrations.RunSQL(ACTION_RANK, "drop function action_rank(double precision, date, date)"),
        *[migrations.RunSQL(IN_BLOCKS % table, ONE_BY_ONE % table) for table in ("actions_action", "actions_cycle")],
        migrations.RunSQL(CHANGES, REMOVED),
        migrations.RunSQL(KEPT, FORGOTTEN),
    ]
