-- Each row of the file and the item it is: by due date among instalments, by itself where both sides have just one. In the
-- order of the customers, so that the new ones fill the indexes from one side.
create temporary table item_target on commit drop as
with rows as not materialized (
    select s.*, k.side, case when k.side = 'credit' then issued_on else coalesce(due_on, issued_on + %(terms)s::integer) end as payable_on
    from item_named s
    -- A row of zero is a debit, unless it speaks of a credit that is known.
    cross join lateral (
        select case when s.amount < 0 or s.amount = 0 and exists (
            select from item_known k where k.side = 'credit' and k.external_id = s.identifier
        ) then 'credit' else 'debit' end as side
    ) k
), numbers as (
    select r.line, count(*) over (partition by r.side, r.identifier) as alone,
           row_number() over (partition by r.side, r.identifier, case when r.side = 'debit' then r.payable_on end
                              order by r.line) as nth
    from rows r join item_repeated using (line)
), documents as (
    select external_id, count(*) as parts, max(installment) as highest, min(id) as id
    from item_known where side = 'debit' group by external_id
), met as (
    select r.*, coalesce(r.identifier || '#' || case when n.nth > 1 and r.side = 'credit' then n.nth end, r.identifier) as own_id,
           coalesce(n.nth, 1) as nth, coalesce(n.alone, 1) as alone
    from rows r left join numbers n using (line)
), recognised as (
    select m.*, coalesce(k.id, case when m.side = 'debit' and m.alone = 1 and d.parts = 1 then d.id end) as known_id, d.highest
    from met m
    left join item_known k on k.external_id = m.own_id and k.side = m.side
        and (m.side = 'credit' or k.due_on = m.payable_on and k.nth = m.nth)
    left join documents d on d.external_id = m.identifier
)
select r.line, r.side, o.customer_id, r.own_id as external_id, r.number, r.issued_on, r.payable_on,
       r.due_on is not null or r.side = 'credit' as due_given, r.currency, r.amount,
       case when r.cleared_on <= %(as_of)s then 0 else r.open_amount end as open_amount, r.kind, r.label,
       greatest(least(r.cleared_on, %(as_of)s::date), r.issued_on) as moved_on, r.known_id is null as is_new,
       case when r.side = 'debit' then coalesce(r.highest, 0) + 1 else 1 end as installment,
       coalesce(r.known_id, case when r.side = 'debit' then nextval('receivables_invoice_id_seq')
                                 else nextval('receivables_credit_id_seq') end) as id
from recognised r join item_owner o using (customer)
order by customer_id, payable_on, line
