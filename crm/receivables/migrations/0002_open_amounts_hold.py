from django.db import migrations

# Why it stands so, and how bulk writers pass: docs/decisions/0002-open-amounts.md.
# EXECUTE plans each check anew: a plan kept from a statement of one row would crawl on a million, and the reverse.
IMMUTABLE = """
create function receivables_amount_never_changes() returns trigger language plpgsql as $$
begin
    raise exception 'The amount and the currency of % % never change: record a movement.', tg_table_name, old.id
        using errcode = 'restrict_violation';
end
$$;
create trigger receivables_invoice_amount before update on receivables_invoice for each row
when (old.amount is distinct from new.amount or old.currency is distinct from new.currency)
execute function receivables_amount_never_changes();
create trigger receivables_credit_amount before update on receivables_credit for each row
when (old.amount is distinct from new.amount or old.currency is distinct from new.currency)
execute function receivables_amount_never_changes();
"""

# The merge of two customers moves movements to the other; undoing an import removes those it wrote; a training entity is
# wiped and made again, its movements are nobody's books. Nothing else changes a movement.
APPEND_ONLY = """
create function receivables_movement_append_only() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' then
        old.customer_id := new.customer_id;
        if old is not distinct from new then
            return new;
        end if;
    elsif old.import_batch_id::text = current_setting('acquit.undo_import', true) then
        return old;
    elsif exists (select from accounts_entity e where e.id = old.entity_id and e.training) then
        return old;
    end if;
    raise exception 'Movements are append-only: record the opposite movement.' using errcode = 'restrict_violation';
end
$$;
create trigger receivables_movement_append_only before update or delete on receivables_movement
for each row execute function receivables_movement_append_only();
"""


def check(table, key, touched):
    """Body of a trigger: among the rows `touched` lists, none differs from its movements.

    Only linear plans: EXCEPT and aggregates hash, whereas LIMIT 1 or a join of two transition tables, which have no
    statistics, invite a nested loop over both.
    """
    return f"""
declare wrong bigint;
begin
    execute $check$
        with touched as materialized ({touched}), sums as (
            select {key} as id, sum(amount) as total from receivables_movement
            where {key} in (select id from touched) group by {key}
        )
        select min(owed.id) from touched
        join {table} as owed using (id)
        left join sums using (id)
        where owed.open_amount <> owed.amount + coalesce(sums.total, 0)
    $check$ into wrong;
    if wrong is not null then
        raise exception 'The open amount of {table} % is not its amount plus its movements.', wrong
            using errcode = 'check_violation', constraint = '{table}_open_amount',
            hint = 'Write the movement and the open amount in one statement (docs/decisions/0002-open-amounts.md).';
    end if;
    return null;
end
"""


def sums(table, key):
    """The open amounts of the rows a statement moved are their amounts plus their movements."""
    moved = f"select distinct {key} as id from moved where {key} is not null"
    # A row that is wholly open has no movement yet; one written later is checked by the trigger of the movements.
    added = "select id from added where open_amount <> amount"
    changed = """
        select id from (select id, open_amount from changed except select id, open_amount from before) as differing
    """
    return f"""
create function {table}_follows_movements() returns trigger language plpgsql as $$ {check(table, key, moved)} $$;
create trigger {table}_follows_new_movements after insert on receivables_movement
referencing new table as moved for each statement execute function {table}_follows_movements();
create trigger {table}_follows_removed_movements after delete on receivables_movement
referencing old table as moved for each statement execute function {table}_follows_movements();

create function {table}_starts_whole() returns trigger language plpgsql as $$ {check(table, key, added)} $$;
create trigger {table}_starts_whole after insert on {table}
referencing new table as added for each statement execute function {table}_starts_whole();

create function {table}_changes_with_movements() returns trigger language plpgsql as $$ {check(table, key, changed)} $$;
create trigger {table}_changes_with_movements after update on {table}
referencing old table as before new table as changed for each statement
execute function {table}_changes_with_movements();
"""


def drop(table):
    return f"""
drop trigger {table}_changes_with_movements on {table};
drop trigger {table}_starts_whole on {table};
drop trigger {table}_follows_removed_movements on receivables_movement;
drop trigger {table}_follows_new_movements on receivables_movement;
drop function {table}_changes_with_movements();
drop function {table}_starts_whole();
drop function {table}_follows_movements();
"""


SAME_LEDGER = """
create function receivables_movement_same_ledger() returns trigger language plpgsql as $$
declare wrong bigint;
begin
    execute $check$
        select min(id) from (
            select moved.id from moved join receivables_invoice as owed on owed.id = moved.invoice_id
            where (owed.entity_id, owed.customer_id, owed.currency) <> (moved.entity_id, moved.customer_id, moved.currency)
            union all
            select moved.id from moved join receivables_credit as owed on owed.id = moved.credit_id
            where (owed.entity_id, owed.customer_id, owed.currency) <> (moved.entity_id, moved.customer_id, moved.currency)
        ) as differing
    $check$ into wrong;
    if wrong is not null then
        raise exception 'Movement % differs in entity, customer or currency from what it names.', wrong
            using errcode = 'check_violation', constraint = 'receivables_movement_same_ledger';
    end if;
    return null;
end
$$;
create trigger receivables_movement_same_ledger after insert on receivables_movement
referencing new table as moved for each statement execute function receivables_movement_same_ledger();
"""
DROP_REST = """
drop trigger receivables_movement_same_ledger on receivables_movement;
drop function receivables_movement_same_ledger();
drop trigger receivables_movement_append_only on receivables_movement;
drop function receivables_movement_append_only();
drop trigger receivables_credit_amount on receivables_credit;
drop trigger receivables_invoice_amount on receivables_invoice;
drop function receivables_amount_never_changes();
"""

# A movement counts from its date, but never before what it names was born: money allocated to an invoice issued later
# must not lower the balance of the days between.
OPEN_AT = """
create function receivables_open_at(p_entity bigint, p_on date, p_customer bigint default null)
returns table (item text, id bigint, customer_id bigint, currency varchar, due_on date, signed_amount numeric)
language sql stable parallel safe as $$
with movement as (
    select movement.invoice_id, movement.credit_id, movement.amount
    from receivables_movement as movement
    left join receivables_invoice as owed on owed.id = movement.invoice_id
    left join receivables_credit as held on held.id = movement.credit_id
    where movement.entity_id = p_entity and (p_customer is null or movement.customer_id = p_customer)
        and movement."on" <= p_on
        and (owed.issued_on is null or owed.issued_on <= p_on) and (held.received_on is null or held.received_on <= p_on)
), on_invoice as (
    select invoice_id, sum(amount) as amount from movement where invoice_id is not null group by invoice_id
), on_credit as (
    select credit_id, sum(amount) as amount from movement where credit_id is not null group by credit_id
)
select 'invoice', owed.id, owed.customer_id, owed.currency, owed.due_on, owed.amount + coalesce(moved.amount, 0)
from receivables_invoice as owed left join on_invoice as moved on moved.invoice_id = owed.id
where owed.entity_id = p_entity and (p_customer is null or owed.customer_id = p_customer) and owed.issued_on <= p_on
    and owed.amount + coalesce(moved.amount, 0) <> 0
union all
select 'credit', held.id, held.customer_id, held.currency, null, -(held.amount + coalesce(moved.amount, 0))
from receivables_credit as held left join on_credit as moved on moved.credit_id = held.id
where held.entity_id = p_entity and (p_customer is null or held.customer_id = p_customer) and held.received_on <= p_on
    and held.amount + coalesce(moved.amount, 0) <> 0
$$
"""


class Migration(migrations.Migration):
    replaces = [("receivables", "0004_open_amounts_hold")]
    dependencies = [("receivables", "0001_initial")]
    operations = [
        migrations.RunSQL(IMMUTABLE + APPEND_ONLY + SAME_LEDGER, DROP_REST),
        migrations.RunSQL(sums("receivables_invoice", "invoice_id"), drop("receivables_invoice")),
        migrations.RunSQL(sums("receivables_credit", "credit_id"), drop("receivables_credit")),
        migrations.RunSQL(OPEN_AT, "drop function receivables_open_at(bigint, date, bigint)"),
    ]
