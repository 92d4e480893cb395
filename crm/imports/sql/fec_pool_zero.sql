-- On a day an account came to zero, nothing of before that day is open.
update fec_left set pool = case when remaining > 0 and before_zero then customer_id::text end
