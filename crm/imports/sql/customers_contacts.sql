with said as (
    select s.line, s.contact, s.position, coalesce(c.merged_into_id, c.id) as customer_id
    from customer_staged s join customers_customer c on c.entity_id = %(entity)s and c.external_id = s.customer
    where s.contact <> ''
), added as (
    insert into customers_contact (customer_id, name, role, position, language)
    select distinct on (s.customer_id, s.contact) s.customer_id, s.contact, 'dunning', s.position, ''
    from said s where not exists (
        select 1 from customers_contact k where k.customer_id = s.customer_id and k.name = s.contact)
    order by s.customer_id, s.contact, s.line
    returning customer_id
)
insert into customer_touched select distinct customer_id, false from added on conflict do nothing
