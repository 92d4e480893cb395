-- Nobody takes anything off what is open of the touched customers until the commit: what persons did is counted once, and
-- the difference with it. Invoices before credits, each in the order of their ids, as everywhere.
with invoices as (
    select i.id from receivables_invoice i
    where i.entity_id = %(entity)s and i.settled_on is null and i.external_id like 'fec:%%'
      and i.customer_id in (select customer_id from fec_touched)
    order by i.id for no key update
), credits as (
    select c.id from receivables_credit c
    where c.entity_id = %(entity)s and c.open_amount > 0 and c.external_id like 'fec:%%'
      and c.customer_id in (select customer_id from fec_touched)
    order by c.id for no key update
)
select (select count(*) from invoices) + (select count(*) from credits) as items
