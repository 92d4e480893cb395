-- What is owed late: the accounts where something net is overdue.
select * from night_standing where oldest_due_on is not null
