with gone as (delete from payment_row where customer_id is null returning line, customer, invoice_number)
select line, coalesce(nullif(customer, ''), invoice_number) as value from gone order by line
