-- Items of the entity that the file speaks of, or that came by this source before (a complete list may close those). `since_on`: the
-- first day a list may name it, that of its issue or, if it is later, of the list that brought it.
create temporary table item_known on commit drop as
with source_batches as (
    select id, least(as_of, (finished_at at time zone %(zone)s)::date) as told_on
    from imports_batch where entity_id = %(entity)s and format = 'open_items' and source = %(source)s
), numbered as (
    select s.identifier || '#' || row_number() over (partition by s.identifier order by s.line) as external_id
    from item_named s join item_repeated using (line) where s.amount < 0
), debits as (
    select i.id from receivables_invoice i
    where i.entity_id = %(entity)s and exists (select from item_named s where s.identifier = i.external_id)
    union
    select i.id from receivables_invoice i join source_batches b on b.id = i.import_batch_id
    where i.entity_id = %(entity)s and i.settled_on is null
), credits as (
    select c.id from receivables_credit c
    where c.entity_id = %(entity)s and exists (select from item_named s where s.identifier = c.external_id)
    union
    select c.id from receivables_credit c join numbered n using (external_id) where c.entity_id = %(entity)s
    union
    select c.id from receivables_credit c join source_batches b on b.id = c.import_batch_id
    where c.entity_id = %(entity)s and c.open_amount > 0
)
select 'debit' as side, i.id, i.customer_id, i.external_id, i.installment, i.due_on, i.currency, i.amount, i.open_amount,
       b.id is not null as of_source, greatest(i.issued_on, b.told_on) as since_on, 1 as nth
from receivables_invoice i join debits using (id) left join source_batches b on b.id = i.import_batch_id
union all
select 'credit', c.id, c.customer_id, c.external_id, 1, null, c.currency, -c.amount, -c.open_amount, b.id is not null,
       greatest(c.received_on, b.told_on), 1
from receivables_credit c join credits using (id) left join source_batches b on b.id = c.import_batch_id
