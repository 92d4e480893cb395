-- What is given comes before what was given earlier, so that a corrected address serves; what serves already is not touched, and
-- what is said of a merged account (not `own`) comes before nothing. One an undoing took out of use serves again.
    update customers_address a set sent_at = case when g.own then %(at)s::timestamptz else a.sent_at end, valid_until = case when exists (
            select from imports_addressbefore r where r.address_id = a.id and r.retired_on = a.valid_until
        ) then null else a.valid_until end
    from given g
    where (a.customer_id, a.channel, a.value) = (g.customer_id, g.channel, g.value) and (g.own and exists (
        select from customers_address o
        where o.customer_id = a.customer_id and o.channel = a.channel and o.contact_id is not distinct from a.contact_id
            and (coalesce(o.sent_at, '-infinity'), a.id) > (coalesce(a.sent_at, '-infinity'), o.id)
            and (o.customer_id, o.channel, o.value) not in (select customer_id, channel, value from given where own))
        or exists (select from imports_addressbefore r where r.address_id = a.id and r.retired_on = a.valid_until))
