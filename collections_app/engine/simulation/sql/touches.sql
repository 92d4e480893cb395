-- What was done during the days lived through, by day, channel, step, collector and currency. `amount`: in the currency of
-- the entity, null where no rate was known; `claimed`: in its own. `by_itself`: a mail without an address is a call to make,
-- whatever its step says. `decision`: a file put before the supervisor, who says nothing to the customer.
select (x.closed_at at time zone %(time_zone)s)::date as "on", x.channel, x.step_code, x.owner_id,
       coalesce(nullif(trim(u.first_name || ' ' || u.last_name), ''), u.username, '') as owner,
       x.owner_id is null and x.team_id is null as no_team,
       x.mode = 'automatic' and x.channel in ('email', 'sms', 'post') as by_itself,
       x.formal_notice and x.channel = 'post' as registered,
       x.mode = 'decision' as decision,
       x.currency, count(*) as touches, sum(x.amount) as claimed,
       sum(case when x.currency = %(books_in)s then x.amount  -- a function call for each contact of a year takes a second
                else converted(x.amount, x.currency, %(books_in)s, (x.closed_at at time zone %(time_zone)s)::date)
           end) as amount
from actions_action x
left join accounts_user u on u.id = x.owner_id
where x.entity_id = %(entity)s and x.state = 'done' and x.closed_at >= %(from_at)s and x.closed_at < %(until_at)s
  and x.kind in ('dunning', 'follow_up', 'preventive', 'manual')
group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
