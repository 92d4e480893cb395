with added as (
    insert into customers_contact (customer_id, name, role, position, language)
    select distinct on (c.id, s.contact) c.id, s.contact, 'dunning', s.position, ''
    from customer_staged s join customers_customer c on c.entity_id = %(entity)s and c.external_id = s.customer
    where s.contact <> '' and not exists (
        select 1 from customers_contact k where k.customer_id = c.id and k.name = s.contact)
    order by c.id, s.contact, s.line
    returning customer_id
)
insert into customer_touched select distinct customer_id, false from added on conflict do nothing
