-- Rows that contradict what is known: they are left out, and their item is left as it is.
with contradicted as (
    select t.line, t.external_id, t.number, t.open_amount, k.amount, k.currency as known_currency, t.currency, c.external_id as holder
    from item_target t
    join item_known k on k.side = t.side and k.id = t.known_id
    join customers_customer c on c.id = k.customer_id
    left join customers_customer m on m.id = c.merged_into_id
    where abs(t.open_amount) > abs(k.amount) or t.currency <> k.currency
        or t.customer <> c.external_id and t.customer not in (
            select a.external_id from customers_customer a where a.merged_into_id = c.id)
), gone as (
    delete from item_target t using contradicted c where t.line = c.line
), spared as (
    insert into item_spared select external_id from contradicted
)
select * from contradicted order by line
