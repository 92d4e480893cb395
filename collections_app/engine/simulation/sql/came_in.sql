-- What came in and what changed the books during the days lived through, by kind and currency; `worth`: in the currency of
-- the entity, null where no rate was known. Money lowers what is claimed from the day it came, applied or not. Of what
-- was taken back, what is left counts.
with changed as (
    select m.kind, m.invoice_id, case when m.invoice_id is null then m.credit_id end as credit_id, max(m.known_on) as "on",
           sum(m.amount) as amount
    from simulated_movement m
    where m.kind not in ('allocated', 'unallocated') and m.known_on <= %(until)s
      and (m.known_on > %(from)s or m.kind in ('payment', 'applied'))
    group by 1, 2, 3
),
came as (
    select case when m.credit_id is not null then case when m.amount < 0 then 'credit_gone' else 'other_credit' end
                when m.amount > 0 then 'claimed_again' else m.kind end as what,
           coalesce(i.currency, c.currency) as currency, abs(m.amount) as amount, m."on"
    from changed m
    left join receivables_invoice i on i.id = m.invoice_id
    left join receivables_credit c on c.id = m.credit_id
    where m.amount <> 0
    union all
    select case when c.kind in ('payment', 'credit_note') then c.kind else 'other_credit' end, c.currency, c.amount, c.received_on
    from simulated_credit c where %(kind)s = 'replay'
    union all
    select 'invoice', i.currency, i.amount, i.issued_on from simulated_invoice i where %(kind)s = 'replay'
),
worth as (
    select came.*, case when came.currency = %(books_in)s then came.amount
                        else converted(came.amount, came.currency, %(books_in)s, came."on") end as worth
    from came
)
select what, currency, worth is not null as rated, count(*) as number, sum(amount) as amount, sum(worth) as worth
from worth where currency is not null group by what, currency, rated order by what, currency, rated
