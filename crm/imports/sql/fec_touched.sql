drop table if exists pg_temp.fec_touched, pg_temp.fec_older, pg_temp.fec_item, pg_temp.fec_left, pg_temp.fec_pair, pg_temp.fec_move,
    pg_temp.fec_known;
create temporary table fec_touched (customer_id bigint primary key, lines_new integer, lines_lettered integer)
on commit drop
;
create temporary table fec_pair (
    customer_id bigint, invoice_id bigint, credit_id bigint, amount numeric(18, 3), entered_on date
) on commit drop
