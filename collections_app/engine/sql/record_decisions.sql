-- Kept only where it differs from what was last decided for the same customer and currency: what was opened is open.
with exceptions as (
    select i.customer_id, i.currency,
           jsonb_object_agg(i.invoice_id, case when i.net_amount = 0 then 'covered' else i.held end) as items
    from night_items i
    where i.due_on < %(on)s and (i.held is not null or i.net_amount = 0)
    group by i.customer_id, i.currency
),
tonight as (
    select d.customer_id, d.currency, d.decided as outcome, coalesce(d.step_code, '') as step_code,
           d.next_look_on,
           case when d.version_id is not null and e.items is null
                then jsonb_build_object('group', d.group_code, 'version', d.version_id)
                else jsonb_strip_nulls(jsonb_build_object('group', d.group_code, 'version', d.version_id, 'items', e.items))
           end as facts, d.busy_since
    from night_decided d
    left join exceptions e on e.customer_id = d.customer_id and e.currency = d.currency
    union all
    select c.customer_id, c.currency, 'nothing_overdue', '', null, '{}', null
    from actions_cycle c
    where c.entity_id = %(entity)s and c.closed_on = %(on)s /* among c.customer_id */ and not exists (
        select 1 from night_accounts a where a.customer_id = c.customer_id and a.currency = c.currency)
),
last as materialized (
/* last decisions */
),
changed as (
    select t.*, last."on" = %(on)s as tonight_already, last.outcome as before
    from tonight t
    left join last on last.customer_id = t.customer_id and last.currency = t.currency
    where (case when last.outcome = 'open_action' and last."on" < %(on)s then 'action_open' else last.outcome end,
           last.step_code, last.next_look_on, last.facts)
          is distinct from (t.outcome::varchar, t.step_code::varchar, t.next_look_on, t.facts)
      -- Run again on its day, a night finds open what it has opened itself: what it decided stands.
      and (t.outcome = 'action_open' and t.busy_since = %(on)s) is not true
),
again as (
    update engine_decision d set outcome = c.outcome, step_code = c.step_code, next_look_on = c.next_look_on,
           facts = c.facts, run_id = %(run)s
    from changed c
    where d.customer_id = c.customer_id and d.currency = c.currency and d."on" = %(on)s /* range d.customer_id */
      and c.tonight_already and c.before <> 'open_action'
)
insert into engine_decision (entity_id, customer_id, currency, "on", run_id, outcome, step_code, next_look_on, facts)
select %(entity)s, c.customer_id, c.currency, %(on)s, %(run)s, c.outcome, c.step_code, c.next_look_on, c.facts
from changed c where c.tonight_already is not true
