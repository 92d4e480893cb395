-- Accounts kept back, by what keeps them.
select a.outcome, count(*) from engine_account a
where a.entity_id = %(entity)s
  and a.outcome in ('held', 'no_scenario', 'by_hand', 'below_minimum', 'due_date_not_certain', 'waiting_day')
group by a.outcome
