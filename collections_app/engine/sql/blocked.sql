-- Accounts kept back, by what keeps them.
select a.outcome, sum(a.number)::integer from night_owed a
where a.outcome in ('held', 'no_scenario', 'by_hand', 'ladder_finished', 'below_minimum', 'due_date_not_certain', 'waiting_day', 'no_worked_day')
group by a.outcome
