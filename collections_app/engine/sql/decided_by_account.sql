-- Where no step speaks of one invoice, what is planned for the account is decided.
select p.*, p.outcome as decided from night_plan p
