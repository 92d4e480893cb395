from django.db import migrations

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
    dependencies = [("receivables", "0004_open_amounts_hold")]
    operations = [migrations.RunSQL(OPEN_AT, "drop function receivables_open_at(bigint, date, bigint)")]
