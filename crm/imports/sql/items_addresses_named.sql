-- Each text once for a customer, whatever the number of documents it stands beside.
select o.customer_id, c.country, v.channel, v.text, bool_or(o.own) as own, min(s.line) as line
from item_staged s
join item_owner o on o.customer = s.customer
join customers_customer c on c.id = o.customer_id
cross join lateral (values ('email', s.email), ('phone', s.phone)) as v (channel, text)
where (s.email <> '' or s.phone <> '') and v.text <> ''
group by o.customer_id, c.country, v.channel, v.text
order by line, v.channel
