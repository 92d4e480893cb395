with ours as (
    select k.customer_id, k.open_amount, c.id is not null as closes
    from item_known k left join item_closing c on c.side = k.side and c.id = k.id
    where k.of_source and k.side = 'debit' and k.open_amount > 0
), customers as (
    select customer_id, bool_and(closes) as closes from ours group by customer_id
)
select (select count(*) from item_closing) as items,
       coalesce((select sum(open_amount) from ours where closes), 0) as amount,
       coalesce((select sum(open_amount) from ours), 0) as of_amount,
       (select count(*) from customers where closes) as customers,
       (select count(*) from customers) as of_customers
