-- The open actions, each of the two kinds read through its own partial index: those closed over the years are not read.
select * from actions_action where state in ('todo', 'to_approve')
union all
select * from actions_action where state = 'scheduled'
