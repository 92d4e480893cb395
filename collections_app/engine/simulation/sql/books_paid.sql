-- By how many payments usual delays are told: as in books_predicted.
select count(*) as number from receivables_invoice i
where i.kind = 'invoice' and i.settled_on > %(from)s::date - 365
