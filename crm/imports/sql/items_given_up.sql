-- Known debts persons wrote off, in part or in whole, of which this list says something. `said`: what the books show open;
-- `given_up`: the write-offs that stand; `unbooked`: how much of them the books still claimed when they last spoke.
create temporary table item_given_up on commit drop as
with given_up as (
    select w.invoice_id as id, coalesce(-sum(w.amount) filter (where u.id is null), 0) as amount
    from receivables_movement w left join receivables_movement u on u.undoes_id = w.id
    where w.entity_id = %(entity)s and w.kind = 'written_off' group by w.invoice_id
), said as (
    select t.id, t.open_amount as amount from item_target t where t.side = 'debit'
    union all
    select i.id, 0 from given_up g join receivables_invoice i using (id) join imports_batch b on b.id = i.import_batch_id
    where %(snapshot)s and b.entity_id = %(entity)s and b.format = 'open_items' and b.source = %(source)s
        and not exists (select from item_target t where t.side = 'debit' and t.id = i.id)
        and not exists (select from item_spared s where s.external_id = i.external_id)
)
select i.id, s.amount as said, g.amount as given_up,
       least(g.amount, greatest(0, coalesce(i.books_amount - i.open_amount, g.amount))) as unbooked
from said s join given_up g using (id) join receivables_invoice i using (id)
