drop table if exists pg_temp.payment_staged, pg_temp.payment_row, pg_temp.payment_touched;
create temporary table payment_staged (
    line integer, customer text, paid_on date, amount numeric(18, 3), currency text, invoice_number text, reference text
) on commit drop;
create temporary table payment_touched (customer_id bigint primary key) on commit drop
