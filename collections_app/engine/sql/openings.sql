-- Actions that open tonight, with the id each will have: a cancelled one of the same key comes back as the same row.
-- The account's step or, after the last, what follows, a step of one invoice, the question where a backlog enters, what falls due soon. `enters`: with the
-- steps before it counted as passed, because the debt was old already.
with opening as materialized (
    select d.customer_id, d.currency, case when d.again then 'follow_up' else 'dunning' end as kind, d.step_code, d.step_offset,
           d.cycle_id, null::bigint as invoice_id, case when d.again then %(on)s::date end as occasion_on, d.channel, d.mode, d.certain, d.template_id,
           d.version_id, d.group_id, d.formal_notice, d.eligible_amount as amount, d.oldest_eligible_on as oldest_due_on,
           d.owner as owner_rule, d.cycle_opened_on = %(on)s and d.entered_at >= 0 as enters
    from night_decided d where d.decided = 'open_action'
    union all
    select n.customer_id, n.currency, 'dunning', n.step_code, n.step_offset, n.cycle_id, n.invoice_id, null, n.channel,
           n.mode, n.trusted, n.template_id, n.version_id, n.group_id, n.formal_notice, n.net_amount, n.due_on, n.owner,
           n.enters
    from night_invoices n where n.opens
    union all
    select d.customer_id, d.currency, 'entry', 'entry', null, d.cycle_id, null, null, 'phone', 'todo', true, null,
           d.version_id, d.group_id, false, d.eligible_amount, d.oldest_eligible_on, 'portfolio', false
    from night_decided d where d.decided = 'by_hand'
    union all
    select p.customer_id, p.currency, 'preventive', p.step_code, p.step_offset, null, null, %(on)s, p.channel, p.mode,
           true, p.template_id, p.version_id, p.group_id, false, sum(p.net_amount), min(p.due_on), p.owner, false
    from night_preventive p where p.opens
    group by p.customer_id, p.currency, p.step_code, p.step_offset, p.channel, p.mode, p.template_id, p.version_id,
             p.group_id, p.owner, p.minimum_amount
    having coalesce(case when p.currency = %(books_in)s then sum(p.net_amount)
                         else converted(sum(p.net_amount), p.currency, %(books_in)s, %(on)s::date)
                    end >= p.minimum_amount, true)
),
best as materialized (
/* best addresses of opening */
),
-- plan: apart, before what is there already. Of what finds nothing there one row is guessed, which would be compared with
-- every address in turn.
addressed as materialized (
    select o.*, route.channel as by_channel, route.state, a.address_id
    from opening o
    left join best a on a.customer_id = o.customer_id and a.channel = o.channel and o.kind <> 'entry' and o.mode <> 'decision'
    cross join lateral action_route(o.channel, o.mode, o.certain, a.address_id) route
)
select coalesce(x.id, nextval((select pg_get_serial_sequence('actions_action', 'id')::regclass))) as id, x.id is null as is_new, o.*,
       case when x.escalated_on is null then x.owner_id end as owner_id, x.team_id
from addressed o
left join actions_action x on x.customer_id = o.customer_id and x.currency = o.currency and x.step_code = o.step_code
     and x.cycle_id is not distinct from o.cycle_id and x.invoice_id is not distinct from o.invoice_id
     and x.occasion_on is not distinct from o.occasion_on /* range x.customer_id */
where x.id is null or x.state = 'cancelled' and x.kind <> 'preventive'
order by o.customer_id, o.currency, o.step_offset, o.invoice_id
