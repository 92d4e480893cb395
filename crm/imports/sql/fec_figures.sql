-- What the file itself says. The à-nouveaux of a later exercise repeat the balance before them: counted once.
with years as (
    select customer, year_on, sum(amount) filter (where opening) as opened,
           coalesce(sum(amount) filter (where not opening), 0) as moved
    from fec_line group by customer, year_on
), stretches as (
    select *, count(opened) over (partition by customer order by year_on) as stretch from years
), balances as (
    select distinct on (customer) customer, sum(moved + coalesce(opened, 0)) over (
        partition by customer, stretch order by year_on) as balance
    from stretches order by customer, year_on desc
), whole as (
    select count(*) as customers, coalesce(sum(balance), 0) as open_amount from balances
), lines as (
    select count(*) filter (where kind = 'invoice' and amount > 0) as invoices,
           count(*) filter (where kind = 'credit_note' and amount < 0) as credit_notes,
           count(*) filter (where kind = 'payment' and amount < 0) as payments,
           min(entered_on) as first_on, max(entered_on) as last_on
    from fec_line
)
select * from whole, lines
