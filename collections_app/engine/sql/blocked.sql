-- Accounts kept back, by what keeps them: those too for whom every step is done, and who are late all the same.
select a.outcome, sum(a.number)::integer from night_owed a
where a.outcome in (
    'held', 'no_scenario', 'by_hand', 'below_minimum', 'due_date_not_certain', 'waiting_day', 'no_worked_day', 'ladder_finished'
)
group by a.outcome
