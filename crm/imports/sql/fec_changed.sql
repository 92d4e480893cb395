-- Customers known before whose lines are new or lettered anew.
select count(*) as customers from fec_touched t
where not exists (select from imports_newcustomer n where n.batch_id = %(batch)s and n.customer_id = t.customer_id)
