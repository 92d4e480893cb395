-- What must move so that the ledger says what the books say; nothing where it does already. Money dated ahead settles nothing
-- before its day.
create temporary table fec_move on commit drop as
with wanted as (
    select customer_id, invoice_id, credit_id, sum(amount) as amount, max(entered_on) as entered_on
    from fec_pair
    where credit_id not in (select c.id from fec_item c where c.side = 'credit' and c.entered_on > %(last_day)s)
    group by customer_id, invoice_id, credit_id
), present as (
    select k.customer_id, m.invoice_id, m.credit_id, -sum(m.amount) as amount, max(m."on") as entered_on
    from fec_known k join receivables_movement m on m.invoice_id = k.id
    where k.side = 'debit' and m.import_batch_id is not null and m.kind in ('allocated', 'unallocated')
    group by k.customer_id, m.invoice_id, m.credit_id
), pairs as (
    select coalesce(w.customer_id, p.customer_id) as customer_id, coalesce(w.invoice_id, p.invoice_id) as invoice_id,
           coalesce(w.credit_id, p.credit_id) as credit_id, coalesce(w.amount, 0) - coalesce(p.amount, 0) as more,
           w.entered_on as wanted_on, p.entered_on as present_on
    from wanted w full join present p on p.invoice_id = w.invoice_id and p.credit_id = w.credit_id
)
select customer_id, invoice_id, credit_id, case when more > 0 then 'allocated' else 'unallocated' end as kind,
       -more as amount, case when more > 0 then wanted_on else present_on end as moved_on,
       case when more > 0 then %(lettered)s else %(unlettered)s end as reason
from pairs where more <> 0
union all
select customer_id, case when side = 'debit' then id end, case when side = 'credit' then id end, 'adjusted',
       case when counted then 0 else -whole end - adjusted, issued_on,
       case when counted then %(counted_again)s else %(not_counted)s end
from fec_known where case when counted then 0 else -whole end <> adjusted
