-- Each row of the file and the item it is: by due date among instalments, by itself where both sides have just one.
create temporary table item_target on commit drop as
with debits as (
    select r.*, row_number() over (partition by external_id, payable_on order by line) as nth,
           count(*) over (partition by external_id) as alone
    from item_row r where side = 'debit'
), met as (
    select d.*, coalesce(k.id, s.id) as known_id
    from debits d
    left join item_known k on k.side = 'debit' and k.external_id = d.external_id and k.due_on = d.payable_on and k.nth = d.nth
    left join item_known s on s.side = 'debit' and s.external_id = d.external_id and s.alone = 1 and d.alone = 1
), credits as (
    select r.*, external_id || case when n > 1 then '#' || n else '' end as own_id
    from (select *, row_number() over (partition by external_id order by line) as n from item_row where side = 'credit') r
)
select m.line, m.side, m.customer, m.external_id, m.number, m.issued_on, m.payable_on, m.due_on is not null as due_given,
       m.currency, m.amount, m.open_amount, m.kind, m.label, m.moved_on, m.known_id,
       case when m.known_id is null then coalesce(h.highest, 0)
            + row_number() over (partition by m.external_id, m.known_id is null order by m.payable_on, m.line) end as installment
from met m
left join (select external_id, max(installment) as highest from item_known where side = 'debit' group by 1) h using (external_id)
union all
select c.line, c.side, c.customer, c.own_id, c.number, c.issued_on, c.issued_on, true, c.currency, c.amount, c.open_amount,
       c.kind, c.label, c.moved_on, k.id, 1
from credits c left join item_known k on k.side = 'credit' and k.external_id = c.own_id
