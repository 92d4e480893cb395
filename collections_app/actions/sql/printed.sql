-- What became of that which composed messages of actions ask for, on a date: 'closed', 'held', 'settled', 'lower',
-- 'waived'; no row where they still hold. `said`: the total as frozen, of what was due before the day it was composed: a
-- night may have taken from an action what was paid since, and added what fell due. 'waived': of a letter that tells late
-- charges, some were given up since its batch was prepared.
with item as materialized (
/* net open items */
),
carried as (
    select m.id, x.state, l.amount,
           i.held is not null and x.kind <> 'manual' as held,
           case when i.held is null or x.kind = 'manual' then coalesce(i.net_amount, 0) else 0 end as owed,
           x.step_offset is null
               or i.due_on + x.step_offset <= coalesce(x.approved_on, %(on)s::date)
                  and (not x.formal_notice or i.kind = 'invoice' and i.due_on_source <> 'guessed') as reached,
           x.kind <> 'dunning' or coalesce(i.due_on < (m.variables ->> 'today')::date, true) as named,
           (m.variables #>> '{total,all_due}')::numeric as said
    from messaging_message m
    join actions_action x on x.id = m.origin_id
    left join actions_actionline l on l.action_id = x.id
    left join item i on i.invoice_id = l.invoice_id
    where m.id = any(%(messages)s::bigint[])
),
standing as (
    select id, min(state) as state, coalesce(bool_or(held), false) as held,
           coalesce(bool_or(owed > 0 and reached), false) as alive,
           coalesce(bool_or(owed < amount), false)
               or coalesce(coalesce(sum(owed) filter (where named), 0) < min(said), false) as lower
    from carried group by id
),
waived as (
    select m.id
    from messaging_message m
    join letters_printedletter p on p.message_id = m.id and p.taken_out_at is null
    join letters_printbatch b on b.id = p.batch_id
    where m.id = any(%(messages)s::bigint[])
      and coalesce((m.variables #>> '{charges,interest}')::numeric, 0)
          + coalesce((m.variables #>> '{charges,indemnity}')::numeric, 0) > 0
      and exists (
          select from actions_actionline l
          join receivables_waiver w on w.invoice_id = l.invoice_id and w.at > b.prepared_at
          where l.action_id = m.origin_id)
),
told as (
    select id, case when state <> 'scheduled' then 'closed'
                    when not alive and held then 'held'
                    when not alive then 'settled'
                    when lower then 'lower'
                    when id in (select id from waived) then 'waived' end as changed
    from standing
)
select id, changed from told where changed is not null
