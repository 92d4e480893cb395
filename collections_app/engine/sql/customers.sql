-- Whom a night looks at when the rules are those of the last one: whose books, address, holds or actions changed, whose
-- account may stand differently by the date alone, whose currency has another rate, whose task nobody has since the people
-- it could go to were not there or let in, whose task is of somebody who sees less (or more) than on the last night.
select customer_id from night_changes
union
select a.customer_id from engine_account a
where a.entity_id = %(entity)s and a.look_on <= %(on)s
  and a.customer_id >= %(first_customer)s and a.customer_id < %(end_customer)s
union
select a.customer_id from engine_account a
where cardinality(%(currencies)s::text[]) > 0 and a.entity_id = %(entity)s and a.currency = any(%(currencies)s::text[])
  and a.customer_id >= %(first_customer)s and a.customer_id < %(end_customer)s
union
select x.customer_id from actions_action x
join customers_customer c on c.id = x.customer_id
left join accounts_team t on t.id = x.team_id
where cardinality(%(people)s::bigint[]) > 0 and x.entity_id = %(entity)s and x.owner_id is null
  and (x.state in ('todo', 'to_approve') or x.state = 'scheduled')
  and (c.collector_id = any(%(people)s::bigint[]) or t.supervisor_id = any(%(people)s::bigint[]))
  and x.customer_id >= %(first_customer)s and x.customer_id < %(end_customer)s
union
select x.customer_id from actions_action x
where cardinality(%(sighted)s::bigint[]) > 0 and x.entity_id = %(entity)s and x.state in ('todo', 'to_approve')
  and x.owner_id = any(%(sighted)s::bigint[])
  and x.customer_id >= %(first_customer)s and x.customer_id < %(end_customer)s
