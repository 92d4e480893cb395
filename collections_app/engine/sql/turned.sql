-- Those of them the groups did change for are looked at like the others.
insert into night_customers
select t.customer_id from night_turning t
join segments_membership m on m.customer_id = t.customer_id and m.to_on is null and m.from_on = %(on)s
where t.customer_id not in (select customer_id from night_customers)
