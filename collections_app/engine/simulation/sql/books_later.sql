-- Invoices and money that come during the days lived through, whole as on their first day.
create unlogged table simulated_invoice as
select * from {live}.receivables_invoice
where entity_id = %(entity)s and issued_on >= %(from)s and issued_on < %(until)s;
update simulated_invoice set open_amount = amount, settled_on = null;
create index on simulated_invoice (issued_on);
create unlogged table simulated_credit as
select * from {live}.receivables_credit
where entity_id = %(entity)s and received_on >= %(from)s and received_on < %(until)s;
update simulated_credit set open_amount = amount;
create index on simulated_credit (received_on);
