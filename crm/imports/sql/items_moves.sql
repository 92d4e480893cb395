create temporary table item_move on commit drop as
with present as (
    select t.side, i.id, i.customer_id, i.currency, t.open_amount as wanted, i.open_amount as present, t.moved_on,
           t.known_id is null as is_new
    from item_target t join receivables_invoice i
        on i.entity_id = %(entity)s and i.external_id = t.external_id
        and (i.id = t.known_id or t.known_id is null and i.installment = t.installment)
    where t.side = 'debit'
    union all
    select t.side, c.id, c.customer_id, c.currency, -t.open_amount, c.open_amount, t.moved_on, t.known_id is null
    from item_target t join receivables_credit c on c.entity_id = %(entity)s and c.external_id = t.external_id
    where t.side = 'credit'
)
select customer_id, case when side = 'debit' then id end as invoice_id, case when side = 'credit' then id end as credit_id,
       case when wanted < present then 'closed_in_ledger' else 'reopened' end as kind, currency,
       wanted - present as amount, coalesce(moved_on, %(as_of)s) as moved_on,
       case when is_new then %(before)s when wanted > present then %(again)s when wanted = 0 then %(closed)s else %(lowered)s end as reason
from present where wanted <> present
union all
select customer_id, case when side = 'debit' then id end, case when side = 'credit' then id end, 'closed_in_ledger', currency,
       -abs(open_amount), %(as_of)s, %(gone)s
from item_closing where %(snapshot)s
