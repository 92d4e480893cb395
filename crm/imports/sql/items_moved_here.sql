-- Known items of which this list says something and that were moved here: persons wrote off, applied or gave back; the API or a
-- list of payments applied. `said`: what the books show open; `given_up`: the write-offs that stand; `unbooked`: how much of all
-- that the books still ignored when they last spoke. Where they show less open than here, they know of more than here, and of
-- what was applied and given back too.
-- What was applied stands as far as the books still show the other side open, or say nothing of it: where they used the payment
-- for something else, or it is gone, they are right. A side ignores what was applied where the books show as much more open than
-- here; where neither does, they know of a part: of the earliest, and nothing becomes lower by the rest. They know of what was
-- given back where what was applied is all they lack.
-- Only what can matter is read: what the list names or closes, if more was ever moved of it than back; of what a complete list leaves
-- out, what the books last showed open, and what was moved since the last such list that had no row refused (a day more: what it
-- did not yet see was under way then). With the other side of each, and what was moved of that.
create temporary table item_moved_here on commit drop as
with payments as (
    select b.id, b.finished_at from imports_batch b where b.entity_id = %(entity)s and b.format = 'payments'
), source as (
    select b.id, b.finished_at, b.undone_at, b.complete and b.status in ('done', 'undoing') as complete
    from imports_batch b where b.entity_id = %(entity)s and b.format = 'open_items' and b.source = %(source)s
), since as (
    select coalesce(max(s.finished_at) - interval '1 day', '-infinity') as at
    from source s where s.complete and s.finished_at > (select coalesce(max(undone_at), '-infinity') from source)
), lately as (
    select w.invoice_id, w.credit_id from receivables_movement w
    where w.entity_id = %(entity)s and w.kind in ('allocated', 'refunded') and w.import_batch_id is null
        and w.at >= (select at from since)
    union all
    select w.invoice_id, w.credit_id from receivables_movement w
    where w.entity_id = %(entity)s and w.kind = 'allocated' and w.import_batch_id = any(array(
        select p.id from payments p where p.finished_at >= (select at from since)))
    union all
    select w.invoice_id, null from receivables_movement w
    where w.entity_id = %(entity)s and w.kind = 'written_off' and w.at >= (select at from since)
), named as (
    select side, id from item_target where not is_new
    union all
    select side, id from item_closing where %(snapshot)s
), asked as (
    select i.id as invoice_id, null::bigint as credit_id from named n join receivables_invoice i on i.id = n.id
    where n.side = 'debit' and (i.books_amount is not null or i.open_amount <> i.amount or exists (
        select from receivables_movement w
        where w.entity_id = %(entity)s and w.kind = 'written_off' and w.invoice_id = i.id))
    union all
    select null, c.id from named n join receivables_credit c on c.id = n.id
    where n.side = 'credit' and (c.books_amount is not null or c.open_amount <> c.amount)
    union all
    select i.id, null from receivables_invoice i where %(snapshot)s and i.entity_id = %(entity)s and i.books_amount > 0
    union all
    select null, c.id from receivables_credit c where %(snapshot)s and c.entity_id = %(entity)s and c.books_amount > 0
    union all
    select invoice_id, credit_id from lately where %(snapshot)s
), together as (
    select invoice_id, credit_id from asked
    union all
    select w.invoice_id, w.credit_id from receivables_movement w
    where w.kind = 'allocated' and (w.invoice_id = any(array(select invoice_id from asked))
                                    or w.credit_id = any(array(select credit_id from asked)))
), moved_of as (
    select w.id, w.kind, w.invoice_id, w.credit_id, w.amount from receivables_movement w
    where (w.invoice_id = any(array(select distinct invoice_id from together))
           or w.credit_id = any(array(select distinct credit_id from together)))
        and (w.kind = 'written_off' or w.kind in ('allocated', 'refunded') and w.import_batch_id is null
             or w.kind = 'allocated' and w.import_batch_id in (select id from payments))
), standing as (
    select m.id, m.kind, m.invoice_id, m.credit_id, case when u.undoes_id is null then -m.amount else 0 end as amount
    from moved_of m left join (
        select undoes_id from receivables_movement where undoes_id = any(array(select id from moved_of))
    ) u on u.undoes_id = m.id
), item as (
    select 'debit' as side, i.id, i.external_id, i.open_amount, i.books_amount, i.import_batch_id
    from receivables_invoice i where i.id = any(array(select distinct invoice_id from standing))
    union all
    select 'credit', c.id, c.external_id, c.open_amount, c.books_amount, c.import_batch_id
    from receivables_credit c where c.id = any(array(select distinct credit_id from standing))
), told as (
    select item.side, item.id, item.open_amount, item.books_amount, t.id is not null as is_named,
           case when t.id is not null then abs(t.open_amount)
                when %(snapshot)s and b.id is not null and s.external_id is null then 0 end as said
    from item
    left join item_target t on t.side = item.side and t.id = item.id and not t.is_new
    left join source b on b.id = item.import_batch_id
    left join (select distinct external_id from item_spared) s on s.external_id = item.external_id
), here as (
    select m.*, sum(amount) over (partition by invoice_id) as of_invoice, sum(amount) over (partition by credit_id) as of_credit
    from standing m
), applied as (
    select m.id, m.invoice_id, m.credit_id, m.amount, i.said as invoice_said, c.said as credit_said,
           i.said - i.open_amount as invoice_lags, c.said - c.open_amount as credit_lags,
           i.said - i.open_amount >= m.of_invoice as invoice_ignores, c.said - c.open_amount >= m.of_credit as credit_ignores,
           greatest(0, least(m.amount, i.said - i.open_amount, c.said - c.open_amount)) as at_most
    from here m
    join told i on i.side = 'debit' and i.id = m.invoice_id
    join told c on c.side = 'credit' and c.id = m.credit_id
    where m.kind = 'allocated'
), latest_first as (
    select a.*, sum(at_most) over (partition by invoice_id order by id desc) - at_most as later_on_invoice,
           sum(at_most) over (partition by credit_id order by id desc) - at_most as later_of_credit
    from applied a
), parts as (
    select 'debit' as side, invoice_id as id, greatest(0, least(amount, case
        when credit_ignores then null when invoice_ignores then credit_said - later_of_credit
        else least(invoice_lags - later_on_invoice, credit_lags - later_of_credit) end)) as amount from latest_first
    union all
    select 'credit', credit_id, greatest(0, least(amount, case
        when invoice_ignores then null when credit_ignores then invoice_said - later_on_invoice
        else least(invoice_lags - later_on_invoice, credit_lags - later_of_credit) end)) from latest_first
), given_back as (
    select m.credit_id, m.amount, c.said - c.open_amount - coalesce(p.amount, 0)
           - (sum(m.amount) over (partition by m.credit_id order by m.id desc) - m.amount) as lags
    from standing m
    join told c on c.side = 'credit' and c.id = m.credit_id
    left join (select id, sum(amount) as amount from parts where side = 'credit' group by id) p on p.id = m.credit_id
    where m.kind = 'refunded'
), moved as (
    select 'debit' as side, invoice_id as id, amount as given_up, 0 as amount from standing where kind = 'written_off'
    union all
    select 'credit', credit_id, 0, case when lags > 0 then amount else 0 end from given_back
    union all
    select side, id, 0, amount from parts
), summed as (
    select side, id, sum(given_up) as given_up, sum(amount) as amount from moved group by side, id
)
select t.side, t.id, t.said, m.given_up,
       least(h.unknown, greatest(0, coalesce(t.books_amount - t.open_amount, h.unknown))) as unbooked
from told t join summed m using (side, id)
cross join lateral (select m.given_up + case when t.said > t.open_amount then m.amount else 0 end as unknown) h
where t.said is not null and (t.is_named or t.books_amount is distinct from t.said)
