-- Each row of the file and the item it is: by due date among instalments, by itself where both sides have just one. In the
-- order of the customers, so that the new ones fill the indexes from one side.
create temporary table item_target on commit drop as
with rows as not materialized (
    select s.*, case when amount < 0 then 'credit' else 'debit' end as side,
           case when amount < 0 then issued_on else coalesce(due_on, issued_on + %(terms)s::integer) end as payable_on
    from item_staged s
), numbers as (
    select r.line, count(*) over (partition by r.side, r.external_id) as alone,
           row_number() over (partition by r.side, r.external_id, case when r.side = 'debit' then r.payable_on end
                              order by r.line) as nth
    from rows r join item_repeated using (line)
), numbered as (
    select r.*, coalesce(n.alone, 1) as alone, coalesce(n.nth, 1) as nth,
           case when r.side = 'credit' and n.nth > 1 then r.external_id || '#' || n.nth else r.external_id end as own_id
    from rows r left join numbers n using (line)
), met as (
    select d.*, coalesce(k.id, o.id) as known_id
    from numbered d
    left join item_known k on k.side = d.side and k.external_id = d.own_id
        and (d.side = 'credit' or k.due_on = d.payable_on and k.nth = d.nth)
    left join item_known o on o.side = 'debit' and d.side = 'debit' and o.external_id = d.own_id
        and o.alone = 1 and d.alone = 1
)
select m.line, m.side, coalesce(c.merged_into_id, c.id) as customer_id, m.own_id as external_id, m.number, m.issued_on, m.payable_on,
       m.due_on is not null or m.side = 'credit' as due_given, m.currency, m.amount,
       case when m.cleared_on <= %(as_of)s then 0 else m.open_amount end as open_amount, m.kind, m.label,
       least(m.cleared_on, %(as_of)s::date) as moved_on, m.known_id is null as is_new,
       case when m.side = 'debit' then coalesce(h.highest, 0) + 1 else 1 end as installment,
       coalesce(m.known_id, case when m.side = 'debit' then nextval('receivables_invoice_id_seq')
                                 else nextval('receivables_credit_id_seq') end) as id
from met m
join customers_customer c on c.entity_id = %(entity)s and c.external_id = m.customer
left join (select external_id, max(installment) as highest from item_known where side = 'debit' group by 1) h
    on h.external_id = m.own_id
order by customer_id, payable_on, line
