-- Rows that contradict what is known: they are left out, and their item is left as it is.
with contradicted as (
    select t.line, t.external_id, t.number, t.open_amount, k.amount, k.currency as known_currency, t.currency, c.external_id as holder
    from item_target t
    join item_known k on k.side = t.side and k.id = t.id
    join item_staged s on s.line = t.line
    join customers_customer c on c.id = k.customer_id
    left join customers_customer a on a.merged_into_id = c.id and a.external_id = s.customer
    where not t.is_new and (abs(t.open_amount) > abs(k.amount) or t.currency <> k.currency
        or s.customer <> c.external_id and a.id is null)
), gone as (
    delete from item_target t using contradicted c where t.line = c.line
), spared as (
    insert into item_spared select external_id from contradicted
)
select *, count(*) over () as of_all from contradicted order by line limit %(kept)s
