-- What must move: new items that were partly paid before, and known ones the file has another open amount of, or a complete
-- list no longer names. `present`: what is open of it now, without its sign. What persons gave up, applied or gave back
-- stays so until the books do it too: where they show what is open here, they have. `earliest_on`: where the list tells no day,
-- the first on which what is gone may have been paid: since the item was issued or, where one knew it, since it was last told.
-- `issued_on`: of the item as it is known; nothing settles before.
create temporary table item_move on commit drop as
with told as (  -- by the last complete list of the same source: what it showed was open then
    select max(b.as_of) as told_on from imports_batch b
    where b.entity_id = %(entity)s and b.format = 'open_items' and b.source = %(source)s and b.status in ('done', 'undoing') and b.complete
      and b.as_of <= %(as_of)s and b.id <> %(batch)s
), wanted as (
    select side, id, customer_id, currency, amount as present, open_amount as wanted, moved_on, true as is_new, false as is_gone,
           issued_on as earliest_on, issued_on
    from item_target where is_new and open_amount <> amount
    union all
    select t.side, t.id, i.customer_id, i.currency, i.open_amount,
           case when g.id is null or t.open_amount = i.open_amount then t.open_amount
                else least(greatest(0, t.open_amount - g.unbooked), i.amount - g.given_up) end, t.moved_on, false, false,
           greatest(told.told_on, (i.recorded_at at time zone %(zone)s)::date), i.issued_on
    from item_target t cross join told join receivables_invoice i on i.id = t.id
    left join item_moved_here g on g.side = 'debit' and g.id = t.id
    where t.side = 'debit' and not t.is_new
    union all
    select t.side, t.id, c.customer_id, c.currency, -c.open_amount,
           case when g.id is null or t.open_amount = -c.open_amount then t.open_amount
                else least(0, t.open_amount + g.unbooked) end, t.moved_on, false, false, null, c.received_on
    from item_target t join receivables_credit c on c.id = t.id
    left join item_moved_here g on g.side = 'credit' and g.id = t.id
    where t.side = 'credit' and not t.is_new
    union all
    select 'debit', i.id, i.customer_id, i.currency, i.open_amount, 0, %(as_of)s, false, true,
           greatest(told.told_on, (i.recorded_at at time zone %(zone)s)::date), i.issued_on
    from item_closing t cross join told join receivables_invoice i on i.id = t.id where %(snapshot)s and t.side = 'debit'
    union all
    select 'credit', c.id, c.customer_id, c.currency, -c.open_amount, 0, %(as_of)s, false, true, null, c.received_on
    from item_closing t join receivables_credit c on c.id = t.id where %(snapshot)s and t.side = 'credit'
)
select customer_id, case when side = 'debit' then id end as invoice_id, case when side = 'credit' then id end as credit_id,
       case when abs(wanted) < abs(present) then 'closed_in_ledger' else 'reopened' end as kind, currency,
       abs(wanted) - abs(present) as amount,
       greatest(moved_on, issued_on) as moved_on,
       case when side = 'debit' and abs(wanted) < abs(present) and moved_on = %(as_of)s then least(earliest_on, moved_on) end as earliest_on,
       is_new, abs(present) as present,
       case when is_gone then %(gone)s when is_new then %(before)s when abs(wanted) > abs(present) then %(again)s
            when wanted = 0 then %(closed)s else %(lowered)s end as reason
from wanted where wanted <> present
