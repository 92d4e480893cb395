-- Whose group may be another one: something of them changed, the date alone may change it, or a rate did. Whoever else the
-- night looks at stays where he is.
select m.customer_id from segments_membership m
where m.entity_id = %(entity)s and m.turns_on <= %(on)s and m.to_on is null
  and m.customer_id >= %(first_customer)s and m.customer_id < %(end_customer)s
union
select customer_id from night_changes
union
select a.customer_id from engine_account a
where cardinality(%(currencies)s::text[]) > 0 and a.entity_id = %(entity)s and a.currency = any(%(currencies)s::text[])
  and a.customer_id >= %(first_customer)s and a.customer_id < %(end_customer)s
