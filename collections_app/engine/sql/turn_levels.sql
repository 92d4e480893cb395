-- Invoices of open actions nobody looks at tonight whose age reached another step below the action's: their own level
-- follows (as in lines.sql), nothing else of the action does.
with ladder as (
    select s.version_id, array_agg(s.offset_days::integer order by s.offset_days) as offsets,
           array_agg(s.code order by s.offset_days) as codes
    from scenarios_step s where s.offset_days >= 0 group by s.version_id
),
crossing as materialized (
    select i.id, i.customer_id, i.currency, i.due_on
    from receivables_invoice i
    where i.entity_id = %(entity)s and i.settled_on is null
      and i.customer_id >= %(first_customer)s and i.customer_id < %(end_customer)s
      and i.due_on = any(array(
          select distinct %(on)s::date - ago.days - s.offset_days
          from scenarios_step s cross join generate_series(0, %(levels_of)s - 1) ago(days)
          where s.offset_days >= 0
      ))
      and i.customer_id not in (select customer_id from night_customers)
)
update actions_actionline l set level_code = turned.level_code
from (
    select x.id as action_id, c.id as invoice_id, coalesce(d.codes[aged.step], '') as level_code
    from crossing c
    join actions_action x on x.customer_id = c.customer_id and x.currency = c.currency and x.kind = 'dunning'
         and (x.state in ('todo', 'to_approve') or x.state = 'scheduled' and x.mode = 'automatic')
         and (x.invoice_id is null or x.invoice_id = c.id)
         and x.customer_id >= %(first_customer)s and x.customer_id < %(end_customer)s
    join ladder d on d.version_id = x.scenario_version_id
    left join scenarios_step s on s.version_id = x.scenario_version_id and s.code = x.step_code
    cross join lateral (
        select width_bucket(
            case when s.working_days_only then %(worked)s::date else %(on)s::date end - c.due_on, d.offsets) as step
    ) aged
    where coalesce(d.offsets[aged.step], -1) < x.step_offset
) turned
where l.action_id = turned.action_id and l.invoice_id = turned.invoice_id and l.level_code <> turned.level_code
