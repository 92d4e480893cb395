-- One identifier is of one customer: he of whom it is known, else the first who has it in the file (an account merged into his
-- is his). Rows of others are left out, or they would be instalments of his document.
with holders as (
    select s.line, s.number, s.identifier, s.customer, coalesce(c.merged_into_id::text, c.id::text, s.customer || '#') as holder
    from item_named s join item_repeated using (line)
    left join customers_customer c on c.entity_id = %(entity)s and c.external_id = s.customer
), mixed as (
    select identifier from holders group by identifier having min(holder) <> max(holder)
), firsts as (
    select distinct on (identifier) h.identifier, h.holder, h.customer
    from holders h join mixed using (identifier)
    left join receivables_invoice i on i.entity_id = %(entity)s and i.external_id = h.identifier
        and i.customer_id::text = h.holder
    left join receivables_credit k on k.entity_id = %(entity)s and k.external_id = h.identifier
        and k.customer_id::text = h.holder
    order by h.identifier, i.id is null and k.id is null, h.line
), others as (
    select h.line, h.number, f.customer as holder
    from holders h join firsts f using (identifier) where h.holder <> f.holder
), gone as (
    delete from item_staged s using others o where s.line = o.line
), settled as (
    delete from item_repeated r using others o where r.line = o.line
)
select line, number, holder, count(*) over () as of_all from others order by line limit %(kept)s
