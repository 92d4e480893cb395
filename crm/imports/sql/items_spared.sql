-- A row that could not be taken spares the item it speaks of from being closed; one that does not say of whom it is, all
-- items of its number; one that has no number, all items of its customer.
with gone as (
    delete from item_named where amount is null returning customer, external_id, number, identifier
), of_customer as (
    select coalesce(c.merged_into_id, c.id) as customer_id
    from (select distinct customer from gone where number = '') n
    join customers_customer c on c.entity_id = %(entity)s and c.external_id = n.customer
), of_nobody as (
    select distinct number from gone where customer = '' and coalesce(external_id, '') = '' and number <> ''
)
insert into item_spared
select identifier from gone
union all
select i.external_id from receivables_invoice i join of_nobody using (number) where i.entity_id = %(entity)s
union all
select c.external_id from receivables_credit c join of_nobody using (number) where c.entity_id = %(entity)s
union all
select i.external_id from receivables_invoice i join of_customer using (customer_id) where i.entity_id = %(entity)s
union all
select c.external_id from receivables_credit c join of_customer using (customer_id) where c.entity_id = %(entity)s
